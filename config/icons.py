"""Line icons on a 16 × 16 grid, drawn in the current colour."""

from __future__ import annotations

ICONS: dict[str, str] = {
    # places
    "home": '<path d="M2.5 7.2 8 2.5l5.5 4.7v6.3h-11z"/><path d="M6.5 13.5v-4h3v4"/>',
    "data": '<ellipse cx="8" cy="4" rx="5.5" ry="2"/>'
    '<path d="M2.5 4v8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2V4"/>'
    '<path d="M2.5 8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2"/>',
    "forecast": '<path d="M1.5 11 4 7l3 2.5"/><path d="m7 9.5 7-6"/><path d="m7 9.5 7 -.5"/>'
    '<path d="m7 9.5 7 4.5"/>',
    "models": '<path d="M8 2 14 5.2 8 8.4 2 5.2z"/><path d="m2 8.2 6 3.2 6-3.2"/>'
    '<path d="m2 11 6 3.2L14 11"/>',
    "analysis": '<path d="M2.5 2.5v11h11"/><path d="m5 11 7.5-7"/><circle cx="6" cy="7" r=".6"/>'
    '<circle cx="9.5" cy="9.8" r=".6"/>',
    "dashboard": '<path d="M2.5 2.5h5v6.5h-5z"/><path d="M10 2.5h3.5v3H10z"/>'
    '<path d="M10 8h3.5v5.5H10z"/><path d="M2.5 11.5h5v2h-5z"/>',
    "ask": '<path d="M2.5 3h11v8H8l-3 2.7V11H2.5z"/>',
    "jobs": '<path d="M2.5 4h8"/><path d="M2.5 8h11"/><path d="M2.5 12h5"/>',
    # frame
    "search": '<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "bell": '<path d="M4 11V7a4 4 0 0 1 8 0v4l1.2 1.5H2.8z"/><path d="M6.8 14.2h2.4"/>',
    "theme": '<circle cx="8" cy="8" r="5.5"/>'
    '<path d="M8 2.5v11a5.5 5.5 0 0 0 0-11z" fill="currentColor"/>',
    "menu": '<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11"/>',
    "user": '<circle cx="8" cy="5.5" r="2.7"/>'
    '<path d="M2.8 13.5c.6-2.6 2.7-4 5.2-4s4.6 1.4 5.2 4"/>',
    "language": '<circle cx="8" cy="8" r="6"/>'
    '<path d="M2 8h12M8 2c4 4 4 8 0 12M8 2c-4 4-4 8 0 12"/>',
    "leave": '<path d="M6.5 2.5h-4v11h4M6.5 8h7M11 5.2 13.8 8 11 10.8"/>',
    "keyboard": '<path d="M1.8 4h12.4v8H1.8z"/>'
    '<path d="M4.5 6.7h.01M7 6.7h.01M9.5 6.7h.01M11.8 6.7h.01M5 9.6h6"/>',
    "settings": '<path d="M2.5 5h5M11 5h2.5M2.5 11h2M8 11h5.5"/><circle cx="9.2" cy="5" r="1.6"/>'
    '<circle cx="6.2" cy="11" r="1.6"/>',
    # directions
    "up": '<path d="M8 13V3.5M4.5 6.5 8 3l3.5 3.5"/>',
    "down": '<path d="M8 3v9.5M4.5 9.5 8 13l3.5-3.5"/>',
    "left": '<path d="M10 3.5 5.5 8l4.5 4.5"/>',
    "right": '<path d="m6 3.5 4.5 4.5L6 12.5"/>',
    "chevron": '<path d="m4 6.5 4 4 4-4"/>',
    # states
    "check": '<path d="m3 8.5 3.3 3.3L13 5"/>',
    "close": '<path d="m4 4 8 8M12 4l-8 8"/>',
    "info": '<circle cx="8" cy="8" r="6"/><path d="M8 7.3v3.5M8 5.1v.1"/>',
    "warn": '<path d="M8 2.5 14.2 13.5H1.8z"/><path d="M8 6.5v3.3M8 11.7v.1"/>',
    "error": '<circle cx="8" cy="8" r="6"/><path d="m5.8 5.8 4.4 4.4M10.2 5.8l-4.4 4.4"/>',
    "clock": '<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>',
    "hidden": '<path d="M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4z"/><path d="m3 13 10-10"/>',
    "lock": '<path d="M4 7.5h8v6H4zM5.5 7.5V5.5a2.5 2.5 0 0 1 5 0v2"/>',
    # actions
    "upload": '<path d="M8 10.5v-8M4.8 5.5 8 2.5l3.2 3"/><path d="M2.5 10.5v3h11v-3"/>',
    "download": '<path d="M8 2.5v8M4.8 7.5 8 10.5l3.2-3"/><path d="M2.5 10.5v3h11v-3"/>',
    "edit": '<path d="M10.8 2.8 13.2 5.2 5.5 13H3v-2.5z"/>',
    "delete": '<path d="M3 4.5h10M6.5 4.5V2.8h3v1.7M4.3 4.5l.6 9h6.2l.6-9M6.7 7v4M9.3 7v4"/>',
    "copy": '<path d="M5.5 5.5h8v8h-8z"/><path d="M10.5 5.5v-3h-8v8h3"/>',
    "share": '<circle cx="4" cy="8" r="1.8"/><circle cx="12" cy="3.8" r="1.8"/>'
    '<circle cx="12" cy="12.2" r="1.8"/><path d="m5.6 7.2 4.8-2.6M5.6 8.8l4.8 2.6"/>',
    "more": '<path d="M3.5 8h.01M8 8h.01M12.5 8h.01" stroke-width="2.2"/>',
    "grip": '<path d="M6 4h.01M6 8h.01M6 12h.01M10 4h.01M10 8h.01M10 12h.01" stroke-width="2"/>',
    "retry": '<path d="M13.5 8A5.5 5.5 0 1 1 11.8 4"/><path d="M13.5 2v3h-3"/>',
    "undo": '<path d="M5.5 3 2.5 6l3 3"/><path d="M2.5 6H10a3.5 3.5 0 0 1 0 7H6"/>',
    "filter": '<path d="M2 4h12M4.5 8h7M6.5 12h3"/>',
    "play": '<path d="M4.5 3v10l8-5z"/>',
    "stop": '<path d="M4 4h8v8H4z"/>',
    "send": '<path d="M8 13V3.5M4 7.5l4-4 4 4"/>',
    "zoom": '<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5M5 7h4M7 5v4"/>',
    "expand": '<path d="M9.5 2.5h4v4M6.5 13.5h-4v-4M13.5 2.5l-4.5 4.5M2.5 13.5 7 9"/>',
    # things
    "table": '<path d="M2.5 3h11v10h-11zM2.5 6.5h11M6.5 6.5V13"/>',
    "code": '<path d="M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5"/>',
    "file": '<path d="M4 1.8h5l3.5 3.5v9H4z"/><path d="M9 1.8v3.5h3.5"/>',
    "calendar": '<path d="M2.5 3.5h11v10h-11zM2.5 6.8h11M5.5 2v3M10.5 2v3"/>',
    "pin": '<path d="M5.5 2.5h5l-.6 4.5 2.1 2.5H4L6.1 7z"/><path d="M8 9.5V14"/>',
    "stream": '<path d="M8 8h.01" stroke-width="2.5"/><path d="M5.2 5.2a4 4 0 0 0 0 5.6'
    'M10.8 5.2a4 4 0 0 1 0 5.6M3 3a7 7 0 0 0 0 10M13 3a7 7 0 0 1 0 10"/>',
    "key": '<circle cx="5" cy="11" r="2.5"/><path d="m7 9.2 6-6M11 5l2 2"/>',
    "branch": '<circle cx="4.5" cy="3.5" r="1.5"/><circle cx="4.5" cy="12.5" r="1.5"/>'
    '<circle cx="11.5" cy="5.5" r="1.5"/><path d="M4.5 5v6M11.5 7c0 2.5-7 1.5-7 4"/>',
    "flag": '<path d="M4 14V2.5h8l-2 3 2 3H4"/>',
    "hook": '<circle cx="4" cy="11" r="2"/><circle cx="12" cy="11" r="2"/>'
    '<circle cx="8" cy="4" r="2"/><path d="M6 11h4M9 5.8l2 3.4M7 5.8 5 9.2"/>',
    "mail": '<path d="M2 3.5h12v9H2z"/><path d="m2 4.5 6 4.5 6-4.5"/>',
    "comment": '<path d="M2.5 3h11v7.5H9l-3 2.7v-2.7H2.5z"/><path d="M5.5 6h5M5.5 8h3"/>',
    "link": '<path d="M6.5 9.5 9.5 6.5"/><path d="M7.5 4.5 9 3a2.8 2.8 0 0 1 4 4l-1.5 1.5'
    'M8.5 11.5 7 13a2.8 2.8 0 0 1-4-4l1.5-1.5"/>',
    "phone": '<path d="M5 2h6v12H5z"/><path d="M7.5 12h1"/>',
    "screen": '<path d="M2 3h12v8H2zM6 13.5h4M8 11v2.5"/>',
}
ICONS["refused"] = ICONS["error"]
ICONS["refresh"] = ICONS["retry"]
ICONS["cancel"] = ICONS["close"]

MARK = (
    '<path d="M10 2a8 8 0 0 0 0 16z" fill="currentColor"/>'
    '<g fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round">'
    '<path d="m12.6 7.6 3.5-3"/><path d="M13.2 10h4.8"/><path d="m12.6 12.4 3.5 3"/></g>'
)

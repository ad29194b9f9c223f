"""A version in words: where it came from, and what it changed, in counts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext, npgettext

from datasets.models import Version


def origin_words(version: Version) -> str:
    """`Edited cells`, `Back to version 3`."""
    restored = version.diff.get("restores")
    if version.origin == Version.Origin.UNDO and restored is not None:
        return gettext("Back to version %(number)s") % {"number": restored}
    if version.origin == Version.Origin.UPLOAD and version.number > 1:
        return gettext("Read again")
    return {
        Version.Origin.UPLOAD: gettext("Upload"),
        Version.Origin.APPEND: gettext("New rows"),
        Version.Origin.REPAIR: gettext("Repair"),
        Version.Origin.EDIT: gettext("Edited cells"),
        Version.Origin.ROLES: gettext("Changed columns"),
        Version.Origin.QUERY: gettext("SQL"),
        Version.Origin.UNDO: gettext("Undo"),
    }[Version.Origin(version.origin)]


def difference_words(diff: dict[str, Any]) -> list[str]:
    """`9 values filled`, `3 rows removed`; nothing for what did not change."""
    said = [(diff.get(name, 0), words) for name, words in _counted(diff)]
    return [words for count, words in said if count]


def _counted(diff: dict[str, Any]) -> list[tuple[str, str]]:
    def n(name: str) -> int:
        return int(diff.get(name, 0))

    def shown(template: str, name: str) -> str:
        return template % {"n": f"{n(name):,}"}

    rows_added = ngettext("%(n)s row added", "%(n)s rows added", n("rows_added"))
    rows_removed = ngettext("%(n)s row removed", "%(n)s rows removed", n("rows_removed"))
    rows_moved = ngettext("%(n)s row moved", "%(n)s rows moved", n("rows_moved"))
    changed = ngettext("%(n)s value changed", "%(n)s values changed", n("cells_changed"))
    filled = ngettext("%(n)s value filled", "%(n)s values filled", n("cells_filled"))
    emptied = npgettext("cells", "%(n)s value emptied", "%(n)s values emptied", n("cells_emptied"))
    added = ngettext("%(n)s column added", "%(n)s columns added", n("columns_added"))
    removed = ngettext("%(n)s column removed", "%(n)s columns removed", n("columns_removed"))
    renamed = ngettext("%(n)s column renamed", "%(n)s columns renamed", n("columns_renamed"))
    retyped = ngettext("%(n)s type changed", "%(n)s types changed", n("columns_retyped"))
    roles = ngettext("%(n)s role changed", "%(n)s roles changed", n("columns_roles"))
    templates = {
        "rows_added": rows_added,
        "rows_removed": rows_removed,
        "rows_moved": rows_moved,
        "cells_changed": changed,
        "cells_filled": filled,
        "cells_emptied": emptied,
        "columns_added": added,
        "columns_removed": removed,
        "columns_renamed": renamed,
        "columns_retyped": retyped,
        "columns_roles": roles,
    }
    return [(name, shown(template, name)) for name, template in templates.items()]

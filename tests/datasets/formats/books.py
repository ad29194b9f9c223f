"""Workbooks as people and attackers have them."""

import io
import re
import zipfile
from datetime import date, datetime

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

ROWS = [["day", "load"], [date(2026, 1, 1), 5.5], [date(2026, 1, 2), 7]]


def book(*sheets, states=(), epoch=None, change=None):
    """A workbook; each sheet is (name, rows). `change(workbook)` may do what it likes."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    if epoch == 1904:
        made.epoch = CALENDAR_MAC_1904
    for place, (name, rows) in enumerate(sheets or [("Data", ROWS)]):
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if place < len(states):
            sheet.sheet_state = states[place]
    if change:
        change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_parts(content, parts):
    """The archive with some parts replaced or added: name → bytes, or a function of them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            change = parts.pop(entry.filename, None)
            if change is not None:
                data = change(data) if callable(change) else change
            new.writestr(entry.filename, data, zipfile.ZIP_DEFLATED)
        for name, data in parts.items():
            new.writestr(name, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def lying(content, name, size):
    """The archive whose directory says that the part `name` unpacks to `size` bytes."""
    data = bytearray(content)
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        for found in re.finditer(re.escape(mark), content):
            start = found.start()
            names = start + (46 if mark == b"PK\x01\x02" else 30)
            if content[names : names + len(name)] == name.encode():
                data[start + offset : start + offset + 4] = size.to_bytes(4, "little")
    return bytes(data)


def moments(count):
    return [datetime(2026, 1, day + 1) for day in range(count)]  # noqa: DTZ001

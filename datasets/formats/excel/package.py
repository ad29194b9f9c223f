"""The parts of a workbook that its reader does not tell about, read as a stream of bytes."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from datasets.formats.excel.guarding import MOST_BYTES
from datasets.refusals import Refusal

_BLOCK = 1024 * 1024
_OVERLAP = 64 * 1024
# A range this large would not fit in memory; its corner is one cell far out, most often.
MOST_CELLS = 20_000_000
_MOST_XML = 16 * 1024**2
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ERROR = re.compile(rb'\bt="e"')
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>[^<]|<(?:\w+:)?is\b")
_NAMESPACE = re.compile(r"^\{[^}]*\}")


@dataclass
class SheetCells:
    """How many cells a sheet has, and those that hold no value: errors, formulas never computed."""

    cells: int = 0
    errors: int = 0
    first_error: str = ""
    uncomputed: int = 0
    first_uncomputed: str = ""


def require_safe(path: Path) -> None:
    """Unpack every part once, into nothing. Raises Refusal.

    Sizes that lie, damage, and document types, with which XML names files and grows without end.
    """
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                for block in _blocks(archive, entry):
                    total += len(block)
                    if total > MOST_BYTES:
                        raise Refusal("zip_ratio", limit=100)
                    if _DOCTYPE.search(block) and entry.filename.endswith((".xml", ".rels")):
                        raise Refusal("xml_entities", name=entry.filename[:80])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise Refusal("damaged", kind="xlsx") from error


def parts_of(path: Path) -> set[str]:
    """The names of all parts, in lower case."""
    with zipfile.ZipFile(path) as archive:
        return {entry.filename.lower() for entry in archive.infolist()}


def sheet_part(path: Path, name: str) -> str:
    """The part that holds the cells of the sheet with this name; "" when that is not told."""
    with zipfile.ZipFile(path) as archive:
        book = _xml(archive, "xl/workbook.xml")
        links = _xml(archive, "xl/_rels/workbook.xml.rels")
    wanted = ""
    for sheet in book.iter() if book is not None else ():
        if _plain(sheet.tag) == "sheet" and sheet.get("name") == name:
            wanted = next((v for k, v in sheet.attrib.items() if _plain(k) == "id"), "")
    for link in links.iter() if links is not None else ():
        if link.get("Id") == wanted and wanted:
            target = link.get("Target", "")
            return (
                target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl", target))
            )
    return ""


def look_through(path: Path, part: str) -> SheetCells:
    """Count errors and formulas without a value. Raises Refusal when the sheet is far too wide."""
    found = SheetCells()
    right = bottom = 0
    with zipfile.ZipFile(path) as archive:
        if part not in archive.namelist():
            return found
        for attributes, content in _cells(archive, part):
            found.cells += 1
            place = _PLACE.search(attributes)
            where = place.group(0)[3:-1].decode() if place else ""
            if place:
                right = max(right, _column_number(place.group(1)))
                bottom = max(bottom, int(place.group(2)))
            _judge(found, attributes, content, where)
    if right * bottom > MOST_CELLS:
        raise Refusal("sheet_too_large", rows=bottom, columns=right, limit=MOST_CELLS)
    return found


def _judge(found: SheetCells, attributes: bytes, content: bytes, where: str) -> None:
    if _ERROR.search(attributes):
        found.errors += 1
        found.first_error = found.first_error or where
    elif content and _FORMULA.search(content) and not _VALUE.search(content):
        found.uncomputed += 1
        found.first_uncomputed = found.first_uncomputed or where


def _cells(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[bytes, bytes]]:
    """(attributes, content) of each cell element, in file order."""
    rest = b""
    for block in _blocks(archive, archive.getinfo(part)):
        rest += block
        end = 0
        for cell in _CELL.finditer(rest):
            end = cell.end()
            yield cell.group(1), cell.group(2) or b""
        rest = rest[end:] if end else rest[-_OVERLAP:]


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as part:
        while block := part.read(_BLOCK):
            yield block


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element | None:
    """A small part as XML; `require_safe` has seen that it defines no entities."""
    if name not in archive.namelist() or archive.getinfo(name).file_size > _MOST_XML:
        return None
    try:
        return ElementTree.fromstring(archive.read(name))  # noqa: S314 - see above
    except ElementTree.ParseError as error:
        raise Refusal("damaged", kind="xlsx") from error


def _plain(tag: str) -> str:
    return _NAMESPACE.sub("", tag)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number

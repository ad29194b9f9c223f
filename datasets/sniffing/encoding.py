"""Which characters the bytes stand for."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import charset_normalizer

from datasets.refusals import Refusal

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CANDIDATES = (
    "gb18030",
    "shift_jis",
    "big5",
    "euc_jp",
    "euc_kr",
    "cp1252",
    "cp1251",
    "cp1250",
    "latin_1",
)
_NON_ASCII_RUN = re.compile(rb"[\x80-\xff]+")
_SAMPLE = 262_144


@dataclass(frozen=True)
class Encoding:
    """A codec name, how many bytes of byte order mark to skip, and whether it was guessed."""

    name: str
    bom: int = 0
    guessed: bool = False


def find_encoding(head: bytes, *, complete: bool, wanted: str | None = None) -> Encoding:
    """Return the encoding of a file that starts with `head` (`complete`: that is all of it).

    Raises Refusal: NUL bytes, UTF-16 without a byte order mark, a stray byte in UTF-8 text, or
    nothing that fits.
    """
    for bom, name in _BOMS:
        if head.startswith(bom):
            return Encoding(name, len(bom))
    if wanted:
        return Encoding(wanted)
    _refuse_nul(head)
    bad = _first_bad_utf8(head, complete=complete)
    if bad is None:
        return Encoding("utf-8")
    _refuse_stray(head, bad)
    return Encoding(_guess(head), guessed=True)


def row_at(data: bytes, position: int) -> int:
    """The row in which a byte stands: 1 plus the line ends before it."""
    before = data[:position]
    return 1 + max(before.count(b"\n"), before.count(b"\r"))


def _refuse_nul(head: bytes) -> None:
    position = head.find(b"\0")
    if position < 0:
        return
    sample = head[:4096]
    if not sample.strip(b"\0"):
        raise Refusal("not_csv", kind="zeros")
    pairs = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > pairs * 0.4 or sample[0::2].count(0) > pairs * 0.4:
        raise Refusal("utf16_without_mark")
    raise Refusal("nul_byte", row=row_at(head, position))


def _first_bad_utf8(head: bytes, *, complete: bool) -> int | None:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, complete)
    except UnicodeDecodeError as error:
        return error.start
    return None


def _refuse_stray(head: bytes, bad: int) -> None:
    """One bad byte among valid UTF-8 characters is damage, not another encoding."""
    valid = len(re.findall(rb"[\xc2-\xf4][\x80-\xbf]+", head))
    broken = len(head.decode("utf-8", "replace").split("�")) - 1
    if valid > broken:
        raise Refusal("bad_byte", row=row_at(head, bad), byte=f"0x{head[bad]:02X}")


def _guess(head: bytes) -> str:
    runs = _NON_ASCII_RUN.findall(head[:_SAMPLE])
    if runs and sum(len(run) == 1 for run in runs) >= 0.9 * len(runs):
        return _western(head)
    lines = b"\n".join(line for line in head.splitlines()[:4000] if not line.isascii())
    best = charset_normalizer.from_bytes(
        lines[:_SAMPLE] or head, cp_isolation=list(_CANDIDATES), threshold=0.6
    ).best()
    if best is None:
        return _western(head)
    return "cp1252" if best.encoding == "latin_1" else best.encoding


def _western(head: bytes) -> str:
    """Windows-1252, or Latin-1 when it holds one of the five bytes that Windows left out."""
    try:
        head.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"

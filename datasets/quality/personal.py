"""Does a column hold personal data? Told by its name and by what its cells look like.

A false alarm hides cells that people need, so cells must prove themselves: card and id numbers
by their check digits, all kinds by most of the samples.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

KINDS: Final = ("email", "phone", "id_number", "card", "name")
# Of the filled samples, so many must look like it.
_MOST: Final = 0.8
_FEWEST: Final = 2
_EMAIL = re.compile(r"^[^@\s,;<>]{1,64}@[^@\s,;<>]+\.[A-Za-z]{2,24}$")
_PHONE_SHAPE = re.compile(r"^(?:\+|00|\()?[0-9][0-9 ()./\-]{5,20}[0-9]$")
# A plus, a bracketed area code, or groups as nobody writes a measurement.
_PHONE_MARK = re.compile(r"^\+|^00\d|^\(\d{2,5}\)|^0\d{1,4}[ /\-]\d|^\d{3}[ .\-]\d{3}[ .\-]\d{4}$")
_CHINESE_MOBILE = re.compile(r"^(?:\+?86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}$")
_DATE = re.compile(r"^\d{1,4}[./\-]\d{1,2}[./\-]\d{1,4}$")
_SPLIT = re.compile(r"[^0-9a-z\u4e00-\u9fff]+|(?<=[a-z])(?=[A-Z])")

_NAMES_OF_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "email": ("email", "e mail", "mail address", "email address", "邮箱", "电子邮件", "邮件地址"),
    "phone": (
        "phone", "phone number", "telephone", "mobile", "mobile number", "mobile phone",
        "cell phone", "phone no", "tel", "fax", "手机", "手机号", "手机号码", "电话", "电话号码",
        "联系电话", "传真",
    ),
    "id_number": (
        "ssn", "social security number", "social security", "passport", "passport number",
        "passport no", "national id", "national insurance number", "tax id", "id card",
        "id card number", "identity number", "driver license", "driving licence", "iban",
        "身份证", "身份证号", "身份证号码", "证件号", "证件号码", "护照", "护照号", "社保号",
    ),
    "card": (
        "card number", "credit card", "credit card number", "card no", "debit card", "pan",
        "银行卡", "银行卡号", "信用卡", "信用卡号", "卡号",
    ),
    "name": (
        "first name", "last name", "full name", "surname", "given name", "family name",
        "forename", "middle name", "maiden name", "customer name", "client name",
        "patient name", "employee name", "contact name", "person name", "user name full",
        "date of birth", "birth date", "birthdate", "birthday", "dob", "home address",
        "street address", "姓名", "名字", "真实姓名", "客户姓名", "员工姓名", "患者姓名",
        "联系人", "出生日期", "生日", "家庭住址", "住址",
    ),
}  # fmt: skip
_JOINED: Final = {
    words.replace(" ", ""): kind for kind, names in _NAMES_OF_KINDS.items() for words in names
}
# Parts of a longer name that say enough: customer_email, 客户手机号.
_TELLING: Final = {
    "email": "email", "phone": "phone", "mobile": "phone", "telephone": "phone", "ssn": "id_number",
    "passport": "id_number", "iban": "id_number", "surname": "name", "firstname": "name",
    "lastname": "name",
}  # fmt: skip
_TELLING_PARTS: Final = {
    "邮箱": "email", "手机号": "phone", "电话号": "phone", "身份证": "id_number", "姓名": "name",
    "银行卡": "card", "信用卡": "card",
}  # fmt: skip


def find_personal(name: str, samples: Iterable[object]) -> str | None:
    """The kind of personal data in a column, one of KINDS; None for anything else.

    `samples` are cells of the column, numbers or texts. A telling name alone is enough unless
    the cells are measurements; without one the cells must pass the checks.
    """
    cells = list(samples)
    texts = [text for sample in cells if (text := _text(sample))]
    named = _by_name(name)
    found = _by_cells(texts)
    if found == "phone" and named is None and not any(isinstance(cell, str) for cell in cells):
        # Eleven digits alone may be a turnover; a phone among numbers needs its name.
        return None
    if found is not None:
        return found
    if named is None or not texts:
        return named
    return named if _could_be(named, texts) else None


def _text(sample: object) -> str:
    if sample is None or isinstance(sample, bool):
        return ""
    if isinstance(sample, float):
        # Numbers of our files are floats; a whole one is written without its point.
        return f"{sample:.0f}" if sample == sample and sample.is_integer() else str(sample)
    return str(sample).strip()


def _by_name(name: str) -> str | None:
    words = [word for word in _SPLIT.split(_spaced(name)) if word]
    joined = "".join(words)
    if joined in _JOINED:
        return _JOINED[joined]
    for part in (*words, *(a + b for a, b in itertools.pairwise(words))):
        if part in _TELLING and not _COUNTING.intersection(words):
            return _TELLING[part]
    return next((kind for part, kind in _TELLING_PARTS.items() if part in joined), None)


# A column that counts mails or phones holds no address.
_COUNTING: Final = frozenset(
    {"count", "counts", "number_of", "n", "num", "total", "sent", "opened", "sales", "share",
     "rate", "calls", "avg", "mean", "sum", "revenue", "units", "bounced", "clicks"}
)  # fmt: skip


def _spaced(name: str) -> str:
    """`customerEmail` → `customer email`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _by_cells(texts: Sequence[str]) -> str | None:
    if len(texts) < _FEWEST:
        return None
    for kind, looks_like in _LOOKS.items():
        if _share(texts, looks_like) >= _MOST:
            return kind
    return None


def _share(texts: Sequence[str], looks_like: Callable[[str], bool]) -> float:
    return sum(looks_like(text) for text in texts) / len(texts)


def _could_be(kind: str, texts: Sequence[str]) -> bool:
    """Do the cells leave room for what the name says? Measurements and counts do not."""
    if kind == "name":
        return not all(_is_number(text) for text in texts)
    if kind == "email":
        return _share(texts, lambda text: "@" in text) > 0
    return _share(texts, lambda text: sum(c.isdigit() for c in text) >= 6 and "." not in text) > 0.5


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def is_email(text: str) -> bool:
    """`anna@netz.de`."""
    return bool(_EMAIL.match(text))


def is_phone(text: str) -> bool:
    """A number written as phones are: with a plus, brackets or groups, or a Chinese mobile."""
    if _CHINESE_MOBILE.match(text):
        return True
    digits = _digits(text)
    if not 7 <= len(digits) <= 15 or not _PHONE_SHAPE.match(text) or _DATE.match(text):
        return False
    return bool(_PHONE_MARK.search(text))


def is_card(text: str) -> bool:
    """13 to 19 digits of a known brand whose Luhn sum fits."""
    digits = re.sub(r"[ \-]", "", text)
    if not digits.isascii() or not digits.isdigit() or not 13 <= len(digits) <= 19:
        return False
    return bool(_BRANDS.match(digits)) and _luhn(digits)


_BRANDS = re.compile(
    r"^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|6(?:011|5\d\d|4[4-9]\d)\d{12}|62\d{14,17}|35\d{14}|3(?:0[0-5]|[68]\d)\d{11})$"
)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_id_number(text: str) -> bool:
    """An id number that proves itself: China, an IBAN, Spain, or written like an US one."""
    plain = text.replace(" ", "").upper()
    return _is_chinese_id(plain) or _is_iban(plain) or _is_spanish_id(plain) or _is_us_ssn(text)


_CHINESE_ID = re.compile(r"^[1-9]\d{5}(\d{4})(\d{2})(\d{2})\d{3}[\dX]$")
_CHINESE_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _is_chinese_id(text: str) -> bool:
    """18 characters: region, birthday, running number and ISO 7064 check character."""
    found = _CHINESE_ID.match(text)
    if found is None:
        return False
    try:
        born = date(*(int(part) for part in found.groups()))
    except ValueError:
        return False
    weighed = sum(
        int(digit) * weight for digit, weight in zip(text[:17], _CHINESE_WEIGHTS, strict=True)
    )
    return born.year >= 1880 and "10X98765432"[weighed % 11] == text[17]


_IBAN = re.compile(r"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$")


def _is_iban(text: str) -> bool:
    if not _IBAN.match(text):
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def _is_spanish_id(text: str) -> bool:
    """DNI: eight digits and the letter that their remainder by 23 names."""
    if not re.match(r"^\d{8}[A-Z]$", text):
        return False
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(text[:8]) % 23] == text[8]


def _is_us_ssn(text: str) -> bool:
    """It has no check digit, so only the written form with hyphens counts."""
    found = re.match(r"^(\d{3})-(\d{2})-(\d{4})$", text)
    if found is None:
        return False
    area, group, serial = found.groups()
    return area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


# In the order in which they are tried: the ones with check digits first.
_LOOKS: Final[dict[str, Callable[[str], bool]]] = {
    "email": is_email,
    "card": is_card,
    "id_number": is_id_number,
    "phone": is_phone,
}

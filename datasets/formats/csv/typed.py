"""SQL that turns the text of one cell into its value, or NULL when it is not one.

DuckDB's own casts are too kind: `1_000`, `inf`, `5.7` as integer, `infinity` as time. Each
expression here lets through what the sniffer's rules let through and nothing else.
"""

from __future__ import annotations

from datasets.building.duck import literal
from datasets.formats.guards import GUARDED
from datasets.sniffing.cells import FALSE_WORDS, LARGEST_EXACT, MISSING_WORDS, TRUE_WORDS
from datasets.sniffing.reading import FoundColumn, Reading, TimeFormat
from datasets.sniffing.times import ZONED

SQL_TYPES = {
    "number": "DOUBLE",
    "empty": "DOUBLE",
    "boolean": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "text": "VARCHAR",
}
GUARDED_FORMATS = frozenset({"csv", "xlsx", "tfb", "m4"})
FIELD, RECORD = "\x1f", "\x1e"
_POINT = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
_COMMA = r"^\s*[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?\s*$"
_POINT_GROUPED = r"^\s*[+-]?\d{1,3}(,\d{3})+(\.\d*)?\s*$"
_COMMA_GROUPED = r"^\s*[+-]?\d{1,3}([.\x{a0}\x{202f}' ]\d{3})+(,\d*)?\s*$"
_UNIX_SCALE = {"unix_s": 1_000_000, "unix_ms": 1_000, "unix_us": 1, "unix_ns": 0.001}


def value(column: FoundColumn, reading: Reading) -> str:
    """The typed value of `column`, NULL where the text does not fit."""
    if column.type in {"number", "empty"}:
        return _number(column, reading)
    if column.type == "boolean":
        return _boolean(column.key)
    if column.type == "datetime" and column.time:
        return _bounded(_time(column.key, column.time))
    if column.words == "missing":
        return f"CASE WHEN NOT {is_missing_word(column.key)} THEN {column.key} END"
    if reading.format in GUARDED_FORMATS:
        plain = f"{column.key}[2:]"
        return f"CASE WHEN {guarded(column.key)} THEN {plain} ELSE {_filled(column.key)} END"
    return _filled(column.key)


def _filled(raw: str) -> str:
    return f"nullif({raw}, '')"


def guarded(raw: str) -> str:
    """True where an export put an apostrophe before what a spreadsheet takes for a formula."""
    return f"(starts_with({raw}, '''') AND regexp_matches({raw}, {literal(GUARDED)}))"


def native(column: FoundColumn) -> str:
    """The value of a column that its file has typed: what cannot be stored becomes NULL."""
    if column.type in {"number", "empty"}:
        return f"CASE WHEN isfinite({column.key}) THEN {column.key} END"
    if column.type == "datetime":
        return _bounded(column.key)
    return f"nullif({column.key}, '')" if column.type == "text" else column.key


def native_misfit(column: FoundColumn, typed: str) -> str:
    """True where a typed cell has no value that can be stored: infinite, or beyond year 9999."""
    unread = f"({typed} IS NULL AND {column.key} IS NOT NULL"
    if column.type in {"number", "empty"}:
        # NaN is how many programs write that there is no number.
        return f"{unread} AND NOT isnan({column.key}))"
    return f"{unread})"


def direct_misfit(column: FoundColumn, typed: str) -> str:
    """True where a number that the reader of CSV made is none, or may have lost digits."""
    return f"({column.key} IS NOT NULL AND ({typed} IS NULL OR abs({typed}) >= {LARGEST_EXACT}))"


def misfit(column: FoundColumn, typed: str) -> str:
    """True where a filled cell has no value, or has one that lost something (001, 2^60)."""
    raw = column.key
    unread = f"({typed} IS NULL AND {raw} <> '')"
    if column.type not in {"number", "empty"}:
        return unread
    zeros = f"({_may_lead_with_zero(raw)} AND {_leading_zero(raw)})"
    long = f"(abs({typed}) >= {LARGEST_EXACT} AND {_whole_digits(raw)})"
    return f"({unread} OR {zeros} OR {long})"


def must_stay_text(text: str) -> str:
    """True where a number would lose digits of `text`."""
    large = f"abs(try_cast({text} AS DOUBLE)) >= {LARGEST_EXACT}"
    return f"({_leading_zero(text)} OR (length({text}) > 15 AND {_whole_digits(text)} AND {large}))"


def is_missing_word(text: str) -> str:
    """True where the text is one of the words for "no value", or blank."""
    words = ", ".join(literal(word) for word in sorted(MISSING_WORDS))
    return f"(trim({text}) = '' OR lower(trim({text})) IN ({words}))"


def is_infinite(text: str) -> str:
    """True where the text names infinity or a number beyond what can be stored."""
    return f"coalesce(isinf(try_cast({text} AS DOUBLE)), false)"


def is_grouped(text: str, decimal: str) -> str:
    """True where the text is a number with thousands marks."""
    return (
        f"regexp_matches({text}, {literal(_COMMA_GROUPED if decimal == ',' else _POINT_GROUPED)})"
    )


def zoned(raw: str) -> str:
    """True where a time names its zone by an offset, Z, UTC or GMT."""
    named = f"regexp_matches({raw}, {literal(ZONED)})"
    return f"(CASE WHEN {raw} IS NULL OR {_has_no_zone(raw)} THEN false ELSE {named} END)"


def _has_no_zone(raw: str) -> str:
    """A quick test for the two usual shapes, 2026-01-31 and 2026-01-31 12:00:00."""
    return f"(length({raw}) = 10 OR (length({raw}) = 19 AND {raw}[17] = ':'))"


def _may_lead_with_zero(text: str) -> str:
    """A cheap test by order of characters that lets few cells through to the pattern."""
    ranges = (("00", "0:"), ("-00", "-0:"), ("+00", "+0:"), ("", "!"))
    tests = [f"{text} BETWEEN '{low}' AND '{high}'" for low, high in ranges]
    return f"({' OR '.join(tests)})"


def _leading_zero(text: str) -> str:
    return f"regexp_matches({text}, '^\\s*[+-]?0\\d+\\s*$')"


def _whole_digits(text: str) -> str:
    return f"regexp_matches({text}, '^\\s*[+-]?\\d+\\s*$')"


def _number(column: FoundColumn, reading: Reading) -> str:
    raw = column.key
    if reading.decimal == ",":
        return _comma_number(raw, thousands=column.thousands)
    if column.thousands:
        plain = f"CASE WHEN {is_grouped(raw, '.')} THEN replace({raw}, ',', '') ELSE {raw} END"
        return _finite(plain, guard=f"NOT contains({raw}, '_')")
    return _finite(raw, guard=f"NOT contains({raw}, '_')")


def _comma_number(raw: str, *, thousands: bool) -> str:
    plain = f"replace({raw}, ',', '.')"
    fits = f"regexp_matches({raw}, {literal(_COMMA)})"
    if not thousands:
        return _finite(plain, guard=fits)
    bare = f"regexp_replace({raw}, '[.\\x{{a0}}\\x{{202f}}'' ]', '', 'g')"
    grouped = is_grouped(raw, ",")
    return _finite(
        f"CASE WHEN {grouped} THEN replace({bare}, ',', '.') ELSE {plain} END",
        guard=f"({fits} OR {grouped})",
    )


def _finite(text: str, *, guard: str) -> str:
    number = f"try_cast({text} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) AND {guard} THEN {number} END"


def _boolean(raw: str) -> str:
    word = f"lower(trim({raw}))"
    true = ", ".join(literal(text) for text in sorted(TRUE_WORDS))
    false = ", ".join(literal(text) for text in sorted(FALSE_WORDS))
    return f"CASE WHEN {word} IN ({true}) THEN true WHEN {word} IN ({false}) THEN false END"


def _bounded(time: str) -> str:
    """Times from year 1 to 9999; DuckDB also has infinity and six-digit years."""
    first, end = "TIMESTAMP '0001-01-01'", "TIMESTAMP '9999-12-31 23:59:59.999'"
    return f"CASE WHEN {time} >= {first} AND {time} < {end} THEN {time} END"


def _time(raw: str, time: TimeFormat) -> str:
    if time.kind == "iso":
        return _iso(raw)
    if time.kind == "text":
        patterns = ", ".join(literal(pattern) for pattern in time.patterns)
        return f"try_strptime(trim({raw}), [{patterns}])"
    if time.kind == "week":
        return _week(raw)
    if time.kind == "quarter":
        year = f"try_cast(regexp_extract({raw}, '\\d{{4}}') AS INTEGER)"
        month = f"(try_cast(regexp_extract({raw}, '[Qq]([1-4])', 1) AS INTEGER) - 1)"
        return f"CAST(make_date({year}, 1 + 3 * {month}, 1) AS TIMESTAMP)"
    return _number_time(raw, time.kind)


def _iso(raw: str) -> str:
    """A cast to TIMESTAMP drops the zone without a word, so zoned cells take another one."""
    utc = f"make_timestamp(epoch_us(try_cast({raw} AS TIMESTAMPTZ)))"
    ends = f"({_has_no_zone(raw)} OR regexp_matches({raw}, '[0-9]\\s*$'))"
    plain = f"{raw}[1] BETWEEN '0' AND '9' AND {ends}"
    # The usual shape first, as it needs no pattern.
    usual = f"length({raw}) = 19 AND {raw}[17] = ':' AND {raw}[1] BETWEEN '0' AND '9'"
    time = f"try_cast({raw} AS TIMESTAMP)"
    return (
        f"CASE WHEN {usual} THEN {time} WHEN {zoned(raw)} THEN {utc} WHEN {plain} THEN {time} END"
    )


def _week(raw: str) -> str:
    """The Monday (or the named day) of an ISO week; a week 53 the year lacks is no time."""
    packed = f"replace({raw}, '-', '')"
    year, week = f"{packed}[1:4]", f"{packed}[6:7]"
    day = f"CASE WHEN length({packed}) > 7 THEN {packed}[8] ELSE '1' END"
    first = f"date_trunc('week', try_cast({year} || '-01-04' AS TIMESTAMP))"
    days = f"7 * (try_cast({week} AS INTEGER) - 1) + try_cast({day} AS INTEGER) - 1"
    monday = f"({first} + to_days(CAST({days} AS INTEGER)))"
    exists = f"strftime(date_trunc('week', {monday}), '%G%V') = {year} || {week}"
    return f"CASE WHEN {exists} THEN {monday} END"


def _number_time(raw: str, kind: str) -> str:
    number = f"try_cast({raw} AS DOUBLE)"
    if kind == "compact":
        return f"CASE WHEN length(trim({raw})) = 8 THEN try_strptime(trim({raw}), '%Y%m%d') END"
    if kind == "year":
        fits = f"regexp_matches({raw}, '^\\s*\\d{{4}}(\\.0*)?\\s*$')"
        day = f"make_date(CAST({number} AS INTEGER), 1, 1)"
        return f"CASE WHEN {fits} THEN CAST({day} AS TIMESTAMP) END"
    if kind == "excel":
        # Serials count days from 1899-12-30; a fraction is the time of day, to the second.
        seconds = f"CAST(round({number} * 86400) AS BIGINT)"
        fits = f"{number} BETWEEN 1 AND 2958465"
        return f"CASE WHEN {fits} THEN TIMESTAMP '1899-12-30' + to_seconds({seconds}) END"
    scale = _UNIX_SCALE[kind]
    whole = f"try_cast({raw} AS BIGINT)" if kind == "unix_ns" else number
    microseconds = f"CAST(round({whole} * {scale}) AS BIGINT)"
    return f"CASE WHEN abs({number}) * {scale} < 2.5e17 THEN make_timestamp({microseconds}) END"

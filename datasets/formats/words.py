"""What is said about files of other formats: why one is refused, and what was noticed in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy as _n

from datasets.listed import listed

Words = str | Promise

REFUSALS: dict[str, Words] = {
    "not_a_table": _(
        "%(file)s is %(kind)s, whatever its name says, and holds no table that can be read. Save "
        "the table as CSV, Excel, JSON or Parquet and upload that."
    ),
    "damaged": _(
        "%(file)s is %(kind)s that is damaged or cut off. Save it again, or send it once more: "
        "it may not have arrived whole."
    ),
    "password": _(
        "%(file)s is protected by a password. Save it without one (File, Info, Protect workbook) "
        "and upload it again."
    ),
    "old_excel": _(
        "%(file)s is an old Excel workbook (.xls), or one that is locked by a password. Save it "
        "as .xlsx without a password and upload that."
    ),
    "zip_entries": _(
        "%(file)s holds more than %(limit)s parts, which no workbook has. Save it again from a "
        "spreadsheet."
    ),
    "zip_link": _(
        "%(file)s holds the link or path %(name)s, which no workbook has. Save it again from a "
        "spreadsheet."
    ),
    "zip_size": _(
        "%(file)s would unpack to %(megabytes)s MB; at most %(limit)s MB can be read. Save the "
        "sheet as CSV or Parquet and upload that."
    ),
    "zip_ratio": _(
        "%(file)s unpacks to more than %(limit)s times its size, as archives do that are made to "
        "fill a disk. Save the sheet as CSV and upload that."
    ),
    "xml_entities": _(
        "%(file)s defines XML entities in %(name)s, which can read other files or grow without "
        "end. Save it again from a spreadsheet."
    ),
    "no_such_sheet": _("%(file)s has no sheet %(sheet)s. It has: %(sheets)s. Choose one of them."),
    "only_hidden": _(
        "%(file)s has data in hidden sheets only: %(sheets)s. Choose one of them, or show it in "
        "the workbook."
    ),
    "sheet_too_large": _(
        "%(file)s: the sheet reaches to row %(rows)s and column %(columns)s; at most %(limit)s "
        "cells can be read. Remove what stands far out, or save the sheet as CSV."
    ),
    "json_scalar": _(
        "%(file)s holds a single JSON value and no table. Send a list of records, such as "
        '[{"time": "2026-01-01", "value": 1}].'
    ),
    "json_record": _(
        "%(file)s: record %(row)s is not like the others: it is no object and no list. Give every "
        "record the same form."
    ),
    "json_orient": _(
        "%(file)s does not hold a table in the form %(orient)s. Leave the form to be found, or "
        "choose another one."
    ),
    "json_several": _(
        "%(file)s: something follows the end of the table, after record %(row)s. Send one table a "
        "file, or one record a line."
    ),
    "json_names_last": _(
        "%(file)s names its columns after the rows. Put columns before data and upload it again."
    ),
    "json_too_deep": _(
        "%(file)s: record %(row)s nests values more than %(limit)s levels deep, which no table "
        "does. Flatten it and upload it again."
    ),
    "json_long_value": _(
        "%(file)s holds a single value of more than %(limit)s bytes. Check for a quote that is "
        "never closed."
    ),
    "json_cut_off": _(
        "%(file)s ends in the middle of record %(row)s. It may not have arrived whole: send it "
        "once more."
    ),
    "json_invalid": _(
        "%(file)s is not valid JSON in record %(row)s (%(detail)s). JSON has no NaN, no comma "
        "after the last value and no comments: correct that record."
    ),
    "duplicate_key": _(
        "%(file)s: record %(row)s holds %(key)s twice, so that one value would be lost. Give each "
        "value a name of its own."
    ),
    "columns_differ": _(
        "%(file)s: %(column)s has %(cells)s values but %(other)s has %(expected)s. Give every "
        "column the same number of values."
    ),
    "half_character": _(
        "%(file)s: row %(row)s holds half a character (a lone surrogate), which no text has. "
        "Correct that row."
    ),
    "parquet_encrypted": _(
        "%(file)s is encrypted. Save it without encryption and upload it again."
    ),
    "parquet_footer": _(
        "%(file)s has a directory of %(megabytes)s MB, more than any table needs. Write it again "
        "with larger row groups."
    ),
    "parquet_bomb": _(
        "%(file)s would unpack to %(megabytes)s MB, more than a thousand times its size. Leave "
        "out constant columns, or split it."
    ),
    "series_twice": _(
        "%(file)s: row %(row)s names the series %(series)s, which stood before. Give every series "
        "a name of its own."
    ),
    "empty_series": _(
        "%(file)s: the series %(series)s in row %(row)s has no values. Remove the row or fill it."
    ),
    "not_a_number": _(
        '%(file)s: row %(row)s, column %(column)s: "%(text)s" is not a number. Correct it, or '
        "leave the cell empty."
    ),
    "too_long_for_dates": _(
        "%(file)s: a series of %(steps)s values is too long to be dated with this step. Choose a "
        "shorter step, or import it as CSV."
    ),
    "tfb_no_channel": _("%(file)s: row %(row)s has no name in the column cols. Name its channel."),
    "tfb_channel_twice": _(
        "%(file)s: in row %(row)s the channel %(channel)s begins a second time. A TFB file holds "
        "one block a channel: sort it by cols, or import it as CSV."
    ),
    "tfb_length": _(
        "%(file)s: the channel %(channel)s, from row %(row)s, has %(count)s values but %(other)s "
        "has %(expected)s. A TFB file holds blocks of equal length: fill the gaps, or import it "
        "as CSV."
    ),
    "tfb_dates": _(
        "%(file)s: row %(row)s is dated %(text)s where the first channel has %(expected)s. A TFB "
        "file has the same dates in every block: correct them, or import it as CSV."
    ),
    "unknown_format": _("%(format)s is not a format we write. Use one of: %(formats)s."),
    "too_many_rows": _(
        "An Excel sheet holds %(limit)s rows and this table has %(rows)s. Use CSV or Parquet, or "
        "filter the rows first."
    ),
    "too_long_text": _(
        "Row %(row)s, column %(column)s holds a text of %(count)s characters; a cell of Excel "
        "takes %(limit)s. Use CSV, JSON or Parquet."
    ),
    "no_series_to_write": _(
        "%(label)s holds series of numbers and this table has no column of numbers. Use CSV, "
        "JSON, Excel or Parquet."
    ),
    "tfb_grid": _(
        "TFB gives every series the same times: %(series)s series at %(times)s times would be "
        "more or less than the %(rows)s rows here. Resample and fill the gaps first, or use CSV."
    ),
    "comma_twice": _(
        "A comma cannot part the cells and the decimals at once. Choose another separator."
    ),
    "no_time_to_write": _(
        "TFB dates every value and this table has no time column. Use CSV, JSON, Excel or Parquet."
    ),
}

KINDS: dict[str, Words] = {
    "ods": _("an OpenDocument spreadsheet"),
    "xlsb": _("a binary Excel workbook (.xlsb)"),
    "office": _("a Word or PowerPoint document"),
}

FINDINGS: dict[str, Any] = {
    "content_decided": _(
        "The name ends in %(ending)s but the file is %(label)s; it was read as %(label)s."
    ),
    "nested_as_text": _("%(column)s holds lists or objects; they were kept as JSON text."),
    "empty_texts": _n(
        "%(count)s empty text counts as missing.", "%(count)s empty texts count as missing.", "n"
    ),
    "json_member": _("The rows stand in %(member)s; what stands beside it was left out."),
    "sheet": _("The sheet %(sheet)s was read. The workbook has: %(sheets)s."),
    "error_cells": _n(
        "%(count)s cell holds an Excel error and is missing: %(cell)s.",
        "%(count)s cells hold Excel errors and are missing, first %(cell)s.",
        "n",
    ),
    "uncomputed": _n(
        "%(count)s formula was never computed and is missing: %(cell)s. Open and save the "
        "workbook in a spreadsheet, then upload it again.",
        "%(count)s formulas were never computed and are missing, first %(cell)s. Open and save "
        "the workbook in a spreadsheet, then upload it again.",
        "n",
    ),
    "not_followed": _("The workbook holds %(kinds)s; nothing of that was run or opened."),
    "rows_above": _n(
        "%(count)s row above the table was left out.",
        "%(count)s rows above the table were left out.",
        "n",
    ),
    "merged_cells": _n(
        "%(count)s cell is part of a merged one and took its value.",
        "%(count)s cells are part of merged ones and took their value.",
        "n",
    ),
    "long_numbers_as_text": _(
        "%(column)s holds whole numbers beyond 9,007,199,254,740,992 and was kept as text, so that "
        "no digit is lost."
    ),
    "decimal_as_number": _(
        "%(column)s holds decimals (%(kind)s); they were read as numbers of 15 to 17 digits."
    ),
    "bytes_as_text": _("%(column)s holds bytes; they were written as hexadecimal text."),
    "other_as_text": _("%(column)s is of the type %(kind)s and was read as text."),
    "dated": _(
        "M4 files hold no dates: the steps in %(column)s were dated from %(start)s, %(frequency)s."
    ),
    "numbered": _(
        "M4 files hold no dates and the step is not known: values were numbered. Choose the step "
        "to date them."
    ),
    "long_rows": _n(
        "%(count)s row has more cells than there are columns and was left out: row %(where)s.",
        "%(count)s rows have more cells than there are columns and were left out: rows %(where)s.",
        "n",
    ),
    "unguarded": _n(
        "%(count)s cell in %(column)s began with an apostrophe before a formula sign, as exports "
        "write it; the apostrophe was removed.",
        "%(count)s cells in %(column)s began with an apostrophe before a formula sign, as exports "
        "write it; the apostrophe was removed.",
        "n",
    ),
}

# Those that a person should look at before relying on the data.
WARNINGS = frozenset(
    {
        "error_cells",
        "uncomputed",
        "content_decided",
        "dated",
        "numbered",
        "sheet",
        "merged_cells",
        "long_rows",
    }
)
# Row numbers that a sentence names before it counts the others.
_ROWS_NAMED = 20

_STEPS: dict[str, Words] = {
    "h": _("one each hour"),
    "D": _("one each day"),
    "W": _("one each week"),
    "MS": _("one each month"),
    "QS": _("one each quarter"),
    "YS": _("one each year"),
}
_INSIDE: dict[str, Words] = {
    "macros": _("macros"),
    "links": _("links to other workbooks"),
    "connections": _("connections to databases"),
}
_SHOWN: dict[str, Words] = {
    "visible": "%(name)s",
    "hidden": _("%(name)s (hidden)"),
    "very hidden": _("%(name)s (hidden by a macro)"),
}


def _sheets(params: dict[str, Any]) -> dict[str, str]:
    listed = [str(_SHOWN[sheet["shown"]]) % {"name": sheet["name"]} for sheet in params["sheets"]]
    return {"sheets": ", ".join(listed[:20])}


def _not_followed(params: dict[str, Any]) -> dict[str, str]:
    return {"kinds": ", ".join(str(_INSIDE[kind]) for kind in params["kinds"])}


def _dated(params: dict[str, Any]) -> dict[str, str]:
    return {"frequency": str(_STEPS[params["frequency"]])}


def _long_rows(params: dict[str, Any]) -> dict[str, str]:
    named = [f"{row:,}" for row in params["rows"][:_ROWS_NAMED]]
    more = int(params["total"]) - len(named)
    if not more:
        return {"where": listed(named)}
    words = gettext("%(rows)s and %(more)s more")
    return {"where": words % {"rows": listed(named), "more": f"{more:,}"}}


IN_WORDS: dict[str, Callable[[dict[str, Any]], dict[str, str]]] = {
    "sheet": _sheets,
    "not_followed": _not_followed,
    "dated": _dated,
    "long_rows": _long_rows,
}

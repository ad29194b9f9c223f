"""What steps did, in a few words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, ngettext

from datasets.listed import listed

_SHORT = (
    "rows_moved", "rows_merged", "rows_added", "rows_removed", "times_moved", "values_filled",
    "values_changed", "values_emptied", "columns_added", "columns_removed", "columns_renamed",
    "columns_changed", "cells_edited",
)  # fmt: skip


def short_words(counts: Mapping[str, int]) -> str:
    """`9 filled`: beside a step of the recipe, at most two counts."""
    said = [_short(name, counts[name]) for name in _SHORT if counts.get(name)]
    return listed(said[:2]) if said else gettext("no change")


def _short(name: str, n: int) -> str:
    words = {
        "rows_moved": ngettext("%(n)s moved", "%(n)s moved", n),
        "rows_merged": ngettext("%(n)s merged", "%(n)s merged", n),
        "rows_added": ngettext("%(n)s row added", "%(n)s rows added", n),
        "rows_removed": ngettext("%(n)s row removed", "%(n)s rows removed", n),
        "times_moved": ngettext("%(n)s time moved", "%(n)s times moved", n),
        "values_filled": ngettext("%(n)s filled", "%(n)s filled", n),
        "values_changed": ngettext("%(n)s changed", "%(n)s changed", n),
        "values_emptied": ngettext("%(n)s emptied", "%(n)s emptied", n),
        "columns_added": ngettext("%(n)s column", "%(n)s columns", n),
        "columns_removed": ngettext("%(n)s column dropped", "%(n)s columns dropped", n),
        "columns_renamed": ngettext("%(n)s renamed", "%(n)s renamed", n),
        "columns_changed": ngettext("%(n)s column", "%(n)s columns", n),
        "cells_edited": ngettext("%(n)s cell", "%(n)s cells", n),
    }
    return words[name] % {"n": f"{n:,}"}


def long_words(counts: Mapping[str, int]) -> list[str]:
    """`9 values filled`, `3 rows merged`: for the headline."""
    return [_long(name, counts[name]) for name in _LONG_ORDER if counts.get(name)]


_LONG_ORDER = (
    "values_filled", "rows_merged", "rows_added", "rows_removed", "values_changed",
    "values_emptied", "times_moved", "rows_moved", "columns_added", "columns_removed",
    "columns_renamed", "columns_changed", "cells_edited",
)  # fmt: skip


def _long(name: str, n: int) -> str:
    words = {
        "values_filled": ngettext("%(n)s value filled", "%(n)s values filled", n),
        "rows_merged": ngettext("%(n)s row merged", "%(n)s rows merged", n),
        "rows_added": ngettext("%(n)s row added", "%(n)s rows added", n),
        "rows_removed": ngettext("%(n)s row removed", "%(n)s rows removed", n),
        "values_changed": ngettext("%(n)s value changed", "%(n)s values changed", n),
        "values_emptied": ngettext("%(n)s value taken out", "%(n)s values taken out", n),
        "times_moved": ngettext("%(n)s time moved", "%(n)s times moved", n),
        "rows_moved": ngettext("%(n)s row moved", "%(n)s rows moved", n),
        "columns_added": ngettext("%(n)s column added", "%(n)s columns added", n),
        "columns_removed": ngettext("%(n)s column dropped", "%(n)s columns dropped", n),
        "columns_renamed": ngettext("%(n)s column renamed", "%(n)s columns renamed", n),
        "columns_changed": ngettext("%(n)s column changed", "%(n)s columns changed", n),
        "cells_edited": ngettext("%(n)s cell edited", "%(n)s cells edited", n),
    }
    return words[name] % {"n": f"{n:,}"}


def outcome_rows(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Label and count, the four usual ones always and others where they happened."""
    labels = {
        "values_filled": gettext("Values filled"),
        "rows_merged": gettext("Rows merged"),
        "rows_moved": gettext("Rows moved"),
        "values_changed": gettext("Values changed"),
        "values_emptied": gettext("Values taken out"),
        "values_left": gettext("Values still missing"),
        "values_without": gettext("Cells without a result"),
        "rows_added": gettext("Rows added"),
        "rows_removed": gettext("Rows removed"),
        "times_moved": gettext("Times moved"),
        "columns_added": gettext("Columns added"),
        "columns_removed": gettext("Columns dropped"),
        "columns_renamed": gettext("Columns renamed"),
        "columns_changed": gettext("Columns changed"),
        "cells_edited": gettext("Cells edited"),
    }
    usual = {"values_filled", "rows_merged", "rows_moved", "values_changed"}
    return [
        (label, counts.get(name, 0))
        for name, label in labels.items()
        if counts.get(name) or name in usual
    ]

"""Why new rows cannot be added, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy as _n

REFUSALS: dict[str, Any] = {
    "no_rows_to_join": _("This dataset has no rows yet to add to. Import its file first."),
    "rows_gone": _("%(file)s is no longer stored. Send it again."),
    "same_times": _n(
        "Nothing was added yet: %(count)s of %(rows)s rows has a time that is there already. "
        "Say what to do with it: keep the old row, take the new one, or keep both.",
        "Nothing was added yet: %(count)s of %(rows)s rows have times that are there already. "
        "Say what to do with them: keep the old rows, take the new ones, or keep both.",
        "n",
    ),
    "column_missing": _(
        "%(file)s has no column %(column)s. Add it, with empty cells where there is no "
        "value, and send the file again."
    ),
    "column_unknown": _(
        "%(file)s has a column %(column)s, which the dataset does not have: it has "
        "%(known)s. Rename or remove it and send the file again."
    ),
    "clock_lacking": _(
        "%(file)s: the times of the dataset name their zone, those of the file do not. Write "
        "them as in 2026-01-31 12:00Z."
    ),
    "clock_unwanted": _(
        "%(file)s: the times of the file name a zone, those of the dataset do not. Write them "
        "without, as in 2026-01-31 12:00."
    ),
    "other_type": _(
        '%(file)s: row %(row)s, column %(column)s: "%(text)s" is not a %(type)s (such cells: '
        "%(count)s). Correct it, or leave the cell empty, and send the file again."
    ),
    "other_column_type": _(
        "%(file)s: column %(column)s does not hold the same kind of values: the dataset has "
        "%(type)s there. Correct the column and send the file again."
    ),
}

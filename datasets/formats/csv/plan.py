"""What is converted: from which text or table to which file, and where its rows stood."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from datasets.building.duck import literal
from datasets.formats.format import Native
from datasets.sniffing.dialect import LONGEST_LINE
from datasets.sniffing.reading import FoundColumn, Reading

# UTF-8 takes at most four bytes a character.
_LINE_BYTES = 4 * LONGEST_LINE


@dataclass(frozen=True)
class Plan:
    """One conversion: from which text file to which Parquet file."""

    source: Path
    target: Path
    delimiter: str
    records: int
    # Row numbers (as in a spreadsheet) of lines that were left out of `source`.
    gone_rows: tuple[int, ...] = ()
    # Instead of the text: SQL of a table, and for each of our columns what it is made from.
    table: str = ""
    natives: tuple[Native, ...] = ()
    # Has the survey seen that no number is written in a way that would lose something?
    is_plain: bool = False

    def native(self, column: FoundColumn) -> Native | None:
        """What `column` is copied from; None when its text is to be read."""
        if not self.natives:
            return None
        native = self.natives[int(column.key[1:]) - 1]
        return native if native.type == column.type or column.type == "empty" else None


def row_number(plan: Plan, reading: Reading, index: int) -> int:
    """The row of the file, as a spreadsheet counts, of the data row at `index` (from 0)."""
    row = index + reading.first_row
    for gone in plan.gone_rows:
        if gone > row:
            break
        row += 1
    return row


def source_table(plan: Plan, reading: Reading) -> str:
    """The table function that reads the regular text file, every cell as it stands there.

    Columns that are typed already are shown as text.
    """
    if plan.natives:
        texts = ", ".join(
            f"{native.text} AS c{place}" for place, native in enumerate(plan.natives, 1)
        )
        return f"(SELECT {texts} FROM {plan.table})"  # noqa: S608
    return csv_table(plan, reading, frozenset())


def csv_table(plan: Plan, reading: Reading, numbers: Collection[str]) -> str:
    """The table function that reads the text file, the columns `numbers` as numbers."""
    types = ", ".join(
        f"'{column.key}': '{'DOUBLE' if column.key in numbers else 'VARCHAR'}'"
        for column in reading.columns
    )
    return (
        f"read_csv({literal(str(plan.source))}, auto_detect=false, columns={{{types}}}, "
        f"delim={literal(plan.delimiter)}, quote='\"', escape='\"', new_line='\\n', "
        f"header={str(reading.header).lower()}, strict_mode=true, null_padding=false, "
        f"max_line_size={_LINE_BYTES}, buffer_size={4 * _LINE_BYTES})"
    )

"""One JSON object a line: what was measured, and whether the bar holds."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parent.parent


def row(
    name: str,
    value: float | str,
    unit: str,
    bar: float | None = None,
    *,
    better: Literal["lower", "higher"] = "lower",
) -> bool:
    """Print one figure; without a bar it is information. Answers whether the bar holds."""
    holds = None
    if bar is not None:
        number = float(value)
        holds = number <= bar if better == "lower" else number >= bar
    shown = round(value, 4) if isinstance(value, float) else value
    print(
        json.dumps({"name": name, "value": shown, "unit": unit, "bar": bar, "holds": holds}),
        flush=True,
    )
    return holds is not False


def skipped(name: str, why: str) -> None:
    """Say that a part could not be measured here."""
    row(name, f"skipped: {why}", "")


def shared_data() -> Path | None:
    """The public benchmark data (`ALMANAC_DATA` or `../shared/data`), or None where absent."""
    folder = Path(os.environ.get("ALMANAC_DATA", str(ROOT.parent / "shared" / "data")))
    return folder if folder.is_dir() else None

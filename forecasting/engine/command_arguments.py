"""What can be said to the engine on a command line."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from forecasting.engine.presets import PRESETS


def parser(program: str, description: str) -> argparse.ArgumentParser:
    """What can be said to ``program``; ``command`` names what is wanted."""
    found = argparse.ArgumentParser(prog=program, description=description)
    commands = found.add_subparsers(
        dest="command", required=True, metavar="forecast|backtest|race|benchmark"
    )
    common = _common()
    forecast = commands.add_parser("forecast", parents=[common], help="write a forecast as CSV")
    test = commands.add_parser("backtest", parents=[common], help="score on past windows")
    test.add_argument("--windows", type=int, default=5)
    race = commands.add_parser("race", parents=[common], help="let models compete; tells events")
    race.add_argument("--budget", type=float, help="seconds, 0 for no end; else the preset's own")
    race.add_argument("--journal", type=Path, help="a folder from which a killed race goes on")
    for one in (forecast, test, race):
        one.add_argument("--horizon", default="24", help='steps or words: 24, "4 days"')
        one.add_argument("--levels", type=_numbers, default=[80.0, 95.0], help="80,95")
        one.add_argument("--out", type=Path, help="write the rows to this file")
    bench = commands.add_parser(
        "benchmark", parents=[common], help="score by the long-horizon protocol"
    )
    bench.add_argument("--split", default="7:1:2", help="7:1:2, 6:2:2 or 8640,11520,14400")
    bench.add_argument("--horizons", type=_steps, default=[96, 192, 336, 720])
    bench.add_argument("--stride", type=int, default=1, help="1 counts every window")
    return found


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("file", type=Path, help="CSV or Parquet: wide, long, or the form of TFB")
    common.add_argument("--time", default="", help="the column of times")
    common.add_argument("--value", type=words, default=[], help="columns to forecast: a,b")
    common.add_argument("--series", default="", help="the column that tells series apart")
    common.add_argument("--known", type=words, default=[], help="covariates known ahead: a,b")
    common.add_argument("--past", type=words, default=[], help="covariates known up to now: a,b")
    common.add_argument("--static", type=words, default=[], help="constant for a series: a,b")
    common.add_argument("--frequency", help="h, 15min, D, W-MON, MS …")
    common.add_argument("--preset", choices=PRESETS, default="balanced")
    common.add_argument("--model", default="", help="a model by name instead of a preset")
    common.add_argument("--set", type=_setting, action="append", default=[], help="epochs=5")
    common.add_argument("--quiet", action="store_true", help="no progress")
    return common


def words(text: str) -> list[str]:
    """``a, b`` as a list."""
    return [word.strip() for word in text.split(",") if word.strip()]


def _numbers(text: str) -> list[float]:
    return [float(word) for word in words(text)]


def _steps(text: str) -> list[int]:
    return [int(word) for word in words(text)]


def _setting(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value

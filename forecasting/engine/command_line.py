"""The engine from a shell: a table in, forecasts or scores out, progress on the error stream."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from forecasting.engine.backtest import backtest
from forecasting.engine.errors import EngineError
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.frequency import horizon_steps
from forecasting.engine.panel import Panel
from forecasting.engine.presets import PRESETS, choose
from forecasting.engine.protocol import Borders, score, seen_by
from forecasting.engine.reading import Columns, read_panel
from forecasting.engine.registry import create

PROGRAM = "python -m forecasting.engine"


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 when it worked, 2 with a sentence on the error stream when not."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except EngineError as problem:
        print(f"{PROGRAM}: {problem}", file=sys.stderr)  # noqa: T201 -- this is the command line
        return 2
    except BrokenPipeError:
        # Whoever read the output has had enough; the interpreter would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _forecast(options: argparse.Namespace) -> None:
    panel = _panel(options)
    steps = horizon_steps(options.horizon, panel.frequency)
    model = _model(options, panel).fit(panel, horizon=steps, progress=_progress(options))
    table = model.predict(levels=options.levels).to_frame()
    table.to_csv(options.out or sys.stdout, index=False)


def _backtest(options: argparse.Namespace) -> None:
    panel = _panel(options)
    steps = horizon_steps(options.horizon, panel.frequency)
    model = _model(options, panel)
    result = backtest(
        model,
        panel,
        horizon=steps,
        windows=options.windows,
        levels=options.levels,
        progress=_progress(options),
    )
    if options.out:
        result.frame().to_csv(options.out, index=False)
    kept = {k: v for k, v in result.metrics.items() if not k.startswith("per_")}
    _print({"model": result.model, "horizon": steps, "windows": options.windows, **kept})


def _benchmark(options: argparse.Namespace) -> None:
    panel = _panel(options)
    borders = Borders.of(int(panel.lengths.max()), options.split)
    model = _model(options, panel, borders.validation - borders.train)
    started, spent = time.perf_counter(), time.process_time()
    seen = seen_by(panel, borders)
    model.fit(seen, horizon=max(options.horizons), progress=_progress(options))
    wall, cpu = time.perf_counter() - started, time.process_time() - spent
    scores = score(model, panel, borders, options.horizons, options.stride)
    for found in scores:
        _print({"horizon": found.horizon, "mse": found.mse, "mae": found.mae})
    _print(
        {
            "model": model.name,
            "mse": sum(s.mse for s in scores) / len(scores),
            "mae": sum(s.mae for s in scores) / len(scores),
            "fit_seconds": round(wall, 3),
            "cpu_seconds": round(cpu, 3),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    )


def _panel(options: argparse.Namespace) -> Panel:
    names = options.time, options.value, options.series, options.known, options.frequency
    return read_panel(options.file, Columns(*names, options.past, options.static))


def _model(options: argparse.Namespace, panel: Panel, validation: int = 0) -> Forecaster:
    if not options.model:
        return choose(panel, options.preset, validation)
    return create(options.model, **dict(options.set))


def _progress(options: argparse.Namespace) -> Any:
    if options.quiet or not sys.stderr.isatty():
        return None
    return lambda done, message: print(f"\r{done:4.0%} {message:40.40}", end="", file=sys.stderr)  # noqa: T201


def _print(row: dict[str, Any]) -> None:
    print(json.dumps(row, ensure_ascii=False))  # noqa: T201


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="forecast|backtest|benchmark")
    common = _common()
    forecast = commands.add_parser("forecast", parents=[common], help="write a forecast as CSV")
    forecast.set_defaults(run=_forecast)
    test = commands.add_parser("backtest", parents=[common], help="score on past windows")
    test.add_argument("--windows", type=int, default=5)
    test.set_defaults(run=_backtest)
    for one in (forecast, test):
        one.add_argument("--horizon", default="24", help='steps or words: 24, "4 days"')
        one.add_argument("--levels", type=_numbers, default=[80.0, 95.0], help="80,95")
        one.add_argument("--out", type=Path, help="write the rows to this file")
    bench = commands.add_parser(
        "benchmark", parents=[common], help="score by the long-horizon protocol"
    )
    bench.add_argument("--split", default="7:1:2", help="7:1:2, 6:2:2 or 8640,11520,14400")
    bench.add_argument("--horizons", type=_steps, default=[96, 192, 336, 720])
    bench.add_argument("--stride", type=int, default=1, help="1 counts every window")
    bench.set_defaults(run=_benchmark)
    return parser


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("file", type=Path, help="CSV or Parquet: wide, long, or the form of TFB")
    common.add_argument("--time", default="", help="the column of times")
    common.add_argument("--value", type=_words, default=[], help="columns to forecast: a,b")
    common.add_argument("--series", default="", help="the column that tells series apart")
    common.add_argument("--known", type=_words, default=[], help="covariates known ahead: a,b")
    common.add_argument("--past", type=_words, default=[], help="covariates known up to now: a,b")
    common.add_argument("--static", type=_words, default=[], help="constant for a series: a,b")
    common.add_argument("--frequency", help="h, 15min, D, W-MON, MS …")
    common.add_argument("--preset", choices=PRESETS, default="balanced")
    common.add_argument("--model", default="", help="a model by name instead of a preset")
    common.add_argument("--set", type=_setting, action="append", default=[], help="epochs=5")
    common.add_argument("--quiet", action="store_true", help="no progress")
    return common


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _numbers(text: str) -> list[float]:
    return [float(word) for word in _words(text)]


def _steps(text: str) -> list[int]:
    return [int(word) for word in _words(text)]


def _setting(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value

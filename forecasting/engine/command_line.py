"""The engine from a shell: a table in, forecasts or scores out, progress on the error stream."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

from forecasting.engine.backtest import backtest
from forecasting.engine.budget import TimeBudget
from forecasting.engine.command_arguments import parser, words
from forecasting.engine.errors import EngineError
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.frequency import horizon_steps
from forecasting.engine.future.wrapping import over_horizon
from forecasting.engine.panel import Panel
from forecasting.engine.presets import choose
from forecasting.engine.protocol import Borders, score, seen_by
from forecasting.engine.race import Finished, ModelProgress, race
from forecasting.engine.race.telling import as_line
from forecasting.engine.reading import Columns, read_panel
from forecasting.engine.registry import create

PROGRAM = "python -m forecasting.engine"


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 when it worked, 2 with a sentence on the error stream when not."""
    options = parser(PROGRAM, __doc__ or "").parse_args(arguments)
    try:
        COMMANDS[options.command](options)
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
    model = over_horizon(_model(options, panel), panel, steps)
    model.fit(panel, horizon=steps, progress=_progress(options))
    table = model.predict(levels=options.levels).to_frame()
    table.to_csv(options.out or sys.stdout, index=False)


def _backtest(options: argparse.Namespace) -> None:
    panel = _panel(options)
    steps = horizon_steps(options.horizon, panel.frequency)
    model = over_horizon(_model(options, panel), panel, steps)
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


def _race(options: argparse.Namespace) -> None:
    panel = _panel(options)
    names = words(options.model)
    events = race(
        panel,
        horizon_steps(options.horizon, panel.frequency),
        preset=options.preset,
        models=[create(name, **dict(options.set)) for name in names] if names else None,
        budget=None if options.budget is None else TimeBudget(options.budget or None),
        journal=options.journal,
        levels=options.levels,
    )
    progress = _progress(options)
    for event in events:
        if isinstance(event, ModelProgress):
            if progress is not None:
                progress(event.fraction, event.model)
        else:
            _print(as_line(event))
    if options.out and isinstance(event, Finished):
        event.model.predict(levels=options.levels).to_frame().to_csv(options.out, index=False)


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


COMMANDS: Final = {
    "forecast": _forecast,
    "backtest": _backtest,
    "benchmark": _benchmark,
    "race": _race,
}

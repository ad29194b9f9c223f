"""A race of its own process, to be killed: folder of the journal, then models."""

import os
import signal
import sys
from pathlib import Path

from forecasting.engine.panel import Panel
from forecasting.engine.race import Scored, race
from tests.forecasting.engine import racers
from tests.forecasting.engine.series import seasonal

MODELS = ["seasonal_naive", "linear", "counted", "also_counted"]


def panel():
    return Panel.from_arrays({"x": seasonal(400)}, "2024-01-01", "h")


def main(folder, fatal):
    """Kills itself without any goodbye right after the model ``fatal`` has been scored."""
    racers.register()
    for event in race(panel(), 12, models=MODELS, journal=Path(folder)):
        if isinstance(event, Scored) and event.row.model == fatal:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])

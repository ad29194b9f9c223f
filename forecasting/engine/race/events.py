"""What a race tells its listener, in the order it happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from forecasting.engine.backtest_result import BacktestResult
from forecasting.engine.errors import EngineError
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.significance import DieboldMariano
from forecasting.engine.watch import EpochReport, ShardReport

Ending = Literal["done", "time", "asked"]


@dataclass(frozen=True)
class Row:
    """One line of the leaderboard.

    ``model`` is its name in this race, ``kind`` its name in the registry. ``score`` is the
    ``metric`` (mase, or mae where no series has a scale; smaller is better) over the ``windows``,
    None where nothing could be tested; ``skill`` is 1 - score / score of seasonal naive;
    ``coverage`` the share of values inside the interval of each level. Seconds are of the fit and
    the forecasts of the test.
    """

    model: str
    kind: str
    score: float | None
    metric: str = "mase"
    skill: float | None = None
    coverage: Mapping[float, float | None] = field(default_factory=dict)
    windows: int = 0
    fit_seconds: float = 0.0
    predict_seconds: float = 0.0


@dataclass(frozen=True)
class Started:
    """The plan: who runs, on how many windows of how many series, and for how long (seconds).

    ``estimates`` are the seconds of every fit where they can be said, else None.
    """

    preset: str
    models: tuple[str, ...]
    horizon: int
    windows: int
    series: int
    seconds: float | None
    resumed: tuple[str, ...] = ()
    estimates: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelStarted:
    """``granted`` seconds at most; ``estimate`` of its fit where there is one."""

    model: str
    granted: float | None = None
    estimate: float | None = None


@dataclass(frozen=True)
class ModelProgress:
    """``fraction`` of this model's work, 0 to 1; ``message`` is a template for the catalogue.

    ``left`` are the seconds it still needs, as far as that shows. ``epoch`` comes with the report
    after an epoch of a net; ``windows`` are forecast so far, with that ``score``; ``shards`` tell
    of the fit of many series.
    """

    model: str
    fraction: float
    message: str = ""
    left: float | None = None
    epoch: EpochReport | None = None
    windows: int = 0
    score: float | None = None
    shards: ShardReport | None = None


@dataclass(frozen=True)
class Scored:
    """A model has been judged; ``resumed`` when an earlier run of this race did it.

    ``model`` is what was tested, ready to forecast from the last row: it learned from the rows
    before the first window and took the later ones in without a new fit. Where nothing can be
    tested it learned from all, and there is no ``result``.
    """

    row: Row
    resumed: bool = False
    model: Forecaster | None = field(default=None, compare=False, repr=False)
    result: BacktestResult | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class NewLeader:
    """``model`` is now the best; ``previous`` is empty for the first one."""

    model: str
    score: float | None
    previous: str = ""


@dataclass(frozen=True)
class ModelSkipped:
    """A model did not run; ``reason`` is a sentence."""

    model: str
    reason: EngineError


@dataclass(frozen=True)
class ModelFailed:
    """A model ran and gave nothing; ``reason`` is a sentence."""

    model: str
    reason: EngineError


@dataclass(frozen=True)
class ModelStopped:
    """The listener wanted no more of this model; ``reason`` is a sentence."""

    model: str
    reason: EngineError


@dataclass(frozen=True)
class LastFit:
    """The race is decided: the leader learns from all rows, its intervals too."""

    model: str


@dataclass(frozen=True, eq=False)
class Finished:
    """The end: the ``model`` that leads, ready to forecast from the last row of the data.

    ``leaderboard`` is in the order of the scores; where a small gain of a complicated model may be
    luck, a simpler one leads (leading.py) and ``notes`` say so.
    ``refitted`` says whether it learned from all rows; if not, it learned from those before the
    first window and only took the later ones in, and ``notes`` say why. ``significance`` tests
    the leader against seasonal naive (None where that leads or nothing was tested). ``ended``:
    everything ran ("done"), "time" was over, or the listener "asked".
    """

    leader: str
    model: Forecaster
    leaderboard: tuple[Row, ...]
    results: Mapping[str, BacktestResult]
    significance: DieboldMariano | None
    refitted: bool
    ended: Ending
    seconds: float
    notes: tuple[EngineError, ...] = ()


Event = (
    Started
    | ModelStarted
    | ModelProgress
    | Scored
    | NewLeader
    | ModelSkipped
    | ModelFailed
    | ModelStopped
    | LastFit
    | Finished
)

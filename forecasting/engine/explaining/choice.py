"""Why this model: what it did at past cutoffs beside a yardstick, and whether that is luck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from forecasting.engine.backtest_result import BacktestResult
from forecasting.engine.comparison import Comparison
from forecasting.engine.errors import UnknownModelError, gettext_noop
from forecasting.engine.explaining import count_words
from forecasting.engine.explaining.sentence import Sentence
from forecasting.engine.significance import compare_windows

# One test in twenty errs this way; the usual limit.
LEVEL: Final = 0.05
# Between this and the usual limit it is unlikely, not more.
CLEAR: Final = 0.01
# A lead of less than a hundredth of the error decides nothing.
LEAST_SKILL: Final = 0.01
METRIC_WORDS: Final = {
    "mase": gettext_noop("scaled error (MASE)"),
    "mae": gettext_noop("mean absolute error (MAE)"),
}


@dataclass(frozen=True)
class Choice:
    """Leaderboard numbers of a ``model``: its ``error`` in ``metric`` (mase or mae) beside that of
    the ``yardstick``, both over ``windows`` cutoffs.

    ``rank`` 1 of ``models`` is the best. ``coverage`` maps levels to the share of past values
    that lay inside, both in percent. ``p_better`` is the p-value of the one-sided Diebold-Mariano
    test against "not better than the yardstick"; None where no test is possible.
    """

    model: str
    yardstick: str
    metric: str
    error: float
    yardstick_error: float
    windows: int
    rank: int = 1
    models: int = 1
    coverage: Mapping[float, float] = field(default_factory=dict)
    p_better: float | None = None

    @property
    def skill(self) -> float | None:
        """1 - error / error of the yardstick; None where that is zero."""
        return 1 - self.error / self.yardstick_error if self.yardstick_error > 0 else None

    @staticmethod
    def of(comparison: Comparison, model: str = "") -> Choice | None:
        """The numbers of one model of a comparison, the best unless named; None without errors.

        Raises UnknownModelError for a model that did not take part.
        """
        name = model or comparison.best
        if name not in comparison.results:
            raise UnknownModelError(
                gettext_noop("There is no model %(name)s; there are %(known)s."),
                name=name,
                known=", ".join(comparison.results),
            )
        own, other = comparison.results[name], comparison.results[comparison.yardstick]
        metric = own.metric
        error, yardstick = own.metrics[metric], other.metrics[metric]
        if error is None or yardstick is None:
            return None
        coverage = {p: c for p, c in own.metrics["coverage"].items() if c is not None}
        ranking = [known for known, _ in comparison.ranking()]
        return Choice(
            model=name,
            yardstick=comparison.yardstick,
            metric=metric,
            error=error,
            yardstick_error=yardstick,
            windows=len(own.mean),
            rank=1 + ranking.index(name),
            models=len(ranking),
            coverage=coverage,
            p_better=None if own is other else _p_better(own, other, metric),
        )


def sentences(found: Choice) -> list[Sentence]:
    """Rank, lead over the yardstick with its test, coverage."""
    return [*_rank(found), *_lead(found), *_coverage(found)]


def _p_better(own: BacktestResult, other: BacktestResult, metric: str) -> float | None:
    scales = own.scales if metric == "mase" else None
    return compare_windows(own.actual, own.mean, other.mean, _stride(own), scales=scales).p_better


def _stride(result: BacktestResult) -> int:
    """Rows between two cutoffs: where the second one lies among the steps of the first."""
    times = list(result.times[0, 0])
    if len(result.cutoffs) > 1 and result.cutoffs[1, 0] in times:
        return times.index(result.cutoffs[1, 0]) + 1
    return len(times)


def _rank(found: Choice) -> list[Sentence]:
    if found.models < 2:
        return []
    return [
        Sentence.of(
            gettext_noop(
                "%(model)s is number %(rank)s of %(models)s models, with a %(metric)s of %(error)s "
                "at %(cutoffs)s."
            ),
            model=found.model,
            rank=found.rank,
            models=found.models,
            metric=Sentence.of(METRIC_WORDS.get(found.metric, found.metric)),
            error=found.error,
            cutoffs=count_words.cutoffs(found.windows),
        )
    ]


def _lead(found: Choice) -> list[Sentence]:
    if found.model == found.yardstick:
        return []
    skill = found.skill
    if skill is None:
        return [_beside_none(found)]
    if skill == 0:
        return [
            Sentence.of(
                gettext_noop("Its errors are as large as those of %(yardstick)s."),
                yardstick=found.yardstick,
            )
        ]
    chance = {} if found.p_better is None else {"p": count_words.chance(found.p_better)}
    return [
        Sentence.of(
            _lead_words(skill, found.p_better),
            yardstick=found.yardstick,
            percent=100 * abs(skill),
            cutoffs=count_words.cutoffs(found.windows),
            **chance,
        )
    ]


def _beside_none(found: Choice) -> Sentence:
    """A yardstick without errors cannot be beaten."""
    return Sentence.of(
        gettext_noop("%(yardstick)s made no errors there, so that nothing can do better."),
        yardstick=found.yardstick,
    )


def _lead_words(skill: float, p: float | None) -> str:
    if abs(skill) < LEAST_SKILL:
        return gettext_noop(
            "Its errors are about as large as those of %(yardstick)s: the difference is "
            "%(percent)s%%."
        )
    if skill < 0:
        return gettext_noop("Its errors are %(percent)s%% larger than those of %(yardstick)s.")
    if p is None:
        return gettext_noop(
            "Its errors are %(percent)s%% smaller than those of %(yardstick)s; no test can tell "
            "this from luck (%(cutoffs)s)."
        )
    if p >= LEVEL:
        return gettext_noop(
            "Its errors are %(percent)s%% smaller than those of %(yardstick)s, which may be luck "
            "(%(p)s)."
        )
    if p >= CLEAR:
        return gettext_noop(
            "Its errors are %(percent)s%% smaller than those of %(yardstick)s, which is unlikely "
            "to be luck (%(p)s)."
        )
    return gettext_noop(
        "Its errors are %(percent)s%% smaller than those of %(yardstick)s, which is hardly "
        "luck (%(p)s)."
    )


def _coverage(found: Choice) -> list[Sentence]:
    return [
        Sentence.of(
            gettext_noop("Its %(level)s%% intervals held %(share)s%% of what came."),
            level=float(level),
            share=float(share),
        )
        for level, share in sorted(found.coverage.items())
    ]

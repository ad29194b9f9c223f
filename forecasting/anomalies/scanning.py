"""Judge the rows of a dataset that a watch has not judged: the history once, then what is new.

A series whose judged rows are still as they were is taken up where it was left; one whose past was
changed by a repair or an edit is judged from its beginning, and labels stay by time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
from django.db import transaction
from django.utils.translation import gettext

from datasets.frames import read_panel
from datasets.models import Version
from forecasting.anomalies import storing, syncing
from forecasting.anomalies.signals import anomaly_found, rows_judged
from forecasting.engine.anomalies import detectors
from forecasting.engine.anomalies.scored import Scored
from forecasting.engine.anomalies.watched import Watched
from forecasting.engine.errors import EngineError
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import Watch
from forecasting.models import Anomaly, AnomalyWatch
from forecasting.refusals import ForecastProblem, problem_from
from jobs.progress import Progress

SEED: Final = 7
# The newest rows of a series that a first look judges, and of all series together.
MOST_ROWS: Final = 20_000
MOST_IN_ALL: Final = 2_000_000
MOST_SERIES: Final = 500


@dataclass
class Judged:
    """What one look at a version brought."""

    scored: list[Scored] = field(default_factory=list)
    watched: dict[str, Watched] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    frequency: str = ""
    # First new row of every series that was taken up.
    new_from: dict[str, np.datetime64] = field(default_factory=dict)


def scan(watch: AnomalyWatch, run: Progress) -> list[Anomaly]:
    """Judge what is not judged yet and write it; answers the anomalies among new rows.

    Raises Problem with the sentence of the engine when no series can be judged.
    """
    version = watch.dataset.current_version
    if version is None:
        raise ForecastProblem(
            gettext("This dataset has no rows yet. Import its file first."), code="not_ready"
        )
    panel = panel_of(watch, version)
    found = _judge(watch, panel, partial(_report, run))
    key = storing.write(watch, found.scored, found.watched)
    try:
        new = _keep(watch, version, found, key, run)
    except BaseException:
        storing.remove(key)
        raise
    return new


def panel_of(watch: AnomalyWatch, version: Version) -> Panel:
    """The watched series, the newest rows of each. Raises Problem where there are too many."""
    targets = [_column(version, key, name) for key, name in _targets(watch)]
    panel = read_panel(version, targets)
    if watch.series:
        there = [name for name in watch.series if name in panel.ids]
        panel = panel.select(there or watch.series)
    if len(panel.labels) > MOST_SERIES:
        raise ForecastProblem(
            gettext(
                "There are %(count)s series; a watch takes up to %(most)s. Choose the series that "
                "matter, or make several watches."
            )
            % {"count": f"{len(panel.labels):,}", "most": MOST_SERIES},
            code="too_many_series",
            field="series",
        )
    return panel


def _targets(watch: AnomalyWatch) -> list[tuple[str, str]]:
    return list(zip(watch.targets, watch.names, strict=True))


def _column(version: Version, key: str, name: str) -> str:
    """The column by its name, which outlives new versions, else by its key."""
    names = {column.name for column in version.columns.all()}
    return name if name in names else key


def frequency_for(watch: AnomalyWatch, panel: Panel) -> Frequency:
    """The panel's, with the season that a person gave."""
    return panel.frequency.with_seasons([watch.season]) if watch.season else panel.frequency


def newest(panel: Panel) -> int:
    """Rows of each series that a first look judges."""
    return max(1, min(MOST_ROWS, MOST_IN_ALL // len(panel.labels)))


def _judge(watch: AnomalyWatch, panel: Panel, report: partial[None]) -> Judged:
    frequency = frequency_for(watch, panel)
    before = {one.label: one for one in storing.read_scores(watch)}
    states = storing.read_state(watch)
    judged = Judged(frequency=panel.frequency.alias)
    series = detectors.variates(panel)
    for place, (label, column, start) in enumerate(series):
        part = Watch(report, low=place / len(series), high=(place + 1) / len(series))
        earlier, state = before.get(label), states.get(label)
        taken_up = earlier is not None and state is not None and _fits(watch, state, frequency)
        new = _new_rows(earlier, column, start, panel.frequency) if taken_up and earlier else None
        if new is not None and earlier is not None and state is not None:
            judged.watched[label] = state
            judged.scored.append(_longer(earlier, state.take(label, new, part)))
            judged.new_from[label] = panel.frequency.add(earlier.times[-1], 1).to_datetime64()
            continue
        _from_the_start(judged, watch, frequency, (label, column, start), newest(panel), part)
    if not judged.scored:
        raise ForecastProblem(next(iter(judged.refused.values())), code="nothing_to_judge")
    return judged


def _from_the_start(
    judged: Judged,
    watch: AnomalyWatch,
    frequency: Frequency,
    series: tuple[str, Floats, np.datetime64],
    rows: int,
    part: Watch,
) -> None:
    label, column, start = series
    skipped = max(0, len(column) - rows)
    try:
        detectors.check(label, column[skipped:], frequency)
    except EngineError as error:
        judged.refused[label] = str(problem_from(error).message)
        return
    first = frequency.add(start, skipped).to_datetime64()
    judged.watched[label] = detectors.begin(watch.detector, frequency, first, SEED)
    judged.scored.append(judged.watched[label].take(label, column[skipped:], part))


def _fits(watch: AnomalyWatch, state: Watched, frequency: Frequency) -> bool:
    """Was the state made by the detector and the seasons of today?"""
    made = state.expectation
    return made.name == watch.detector and made.frequency == frequency


def _new_rows(
    earlier: Scored, column: Floats, start: np.datetime64, frequency: Frequency
) -> Floats | None:
    """The rows after those judged; None when these are not as they were."""
    steps, on_grid = frequency.positions(np.array([start]), earlier.times[:1])
    first = int(steps[0])
    known = column[first : first + len(earlier)]
    same = on_grid[0] and first >= 0 and len(known) == len(earlier)
    if not same or not np.array_equal(known, earlier.values, equal_nan=True):
        return None
    return column[first + len(earlier) :]


def _longer(earlier: Scored, later: Scored) -> Scored:
    return Scored.joined([earlier, later]) if len(later) else earlier


def _keep(
    watch: AnomalyWatch, version: Version, found: Judged, key: str, run: Progress
) -> list[Anomaly]:
    with transaction.atomic():
        run.fence()
        run.raise_if_cancelled()
        held = (
            AnomalyWatch.objects.select_for_update(of=("self",))
            .select_related("dataset")
            .get(pk=watch.pk)
        )
        old, held.folder, held.version = held.folder, key, version
        held.refused, held.frequency = found.refused, found.frequency
        made = syncing.settle(held, found.scored, anew=not found.new_from)
        new = _among_new_rows(made, found)
        if old:
            transaction.on_commit(partial(storing.remove, old))
        transaction.on_commit(partial(_tell, held, new, list(found.new_from)), robust=True)
    return new


def _tell(watch: AnomalyWatch, new: list[Anomaly], series: list[str]) -> None:
    if new:
        anomaly_found.send(sender=AnomalyWatch, watch=watch, anomalies=new)
    if series:
        rows_judged.send(sender=AnomalyWatch, watch=watch, anomalies=new, series=series)


def _among_new_rows(made: Sequence[Anomaly], found: Judged) -> list[Anomaly]:
    since = {label: syncing.aware(time) for label, time in found.new_from.items()}
    return [row for row in made if row.series in since and row.end >= since[row.series]]


def _report(run: Progress, fraction: float, _message: str) -> None:
    run.report(0.95 * fraction, gettext("Judging the rows"))

"""One look at a line: the champion on the rows that came, the challenger beside it, what follows.

1. What the models would have said of the new rows is added to their records.
2. The champion's record is judged: steady or drifting.
3. With a challenger both are compared on rows that neither knew.
4. People hear of a drift once; a challenger is trained, or promoted, where the watch says so.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import pandas as pd
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from datasets import storage
from datasets.models import Version
from datasets.problems import DatasetProblem
from forecasting.engine.errors import EngineError
from forecasting.models import ModelVersion, ModelWatch
from forecasting.refusals import problem_from
from forecasting.watching import deciding, drifting, duels, records, shared_windows, telling
from forecasting.watching.records import Later
from jobs.progress import Progress

State = ModelWatch.State
CHAMPION, CHALLENGER = "champion", "challenger"
# Of the work, what the champion's record takes where there are two.
_HALF: Final = 0.5


def look(watch: ModelWatch, run: Progress) -> None:
    """Judge the rows that came; a line whose data no longer fit says why."""
    data = watch.line.dataset.current_version
    champion = watch.line.champion
    if data is None or champion is None or not champion.model.is_ready:
        return
    try:
        found = _Look(watch, data, run).at(champion)
    except (DatasetProblem, EngineError) as problem:
        said = problem_from(problem) if isinstance(problem, EngineError) else problem
        _write(watch, run, {"problem": str(said.message)[:500], "version": data})
        return
    began = _write(watch, run, found)
    deciding.after_look(watch, began=began)


class _Look:
    """The state that one look gathers."""

    def __init__(self, watch: ModelWatch, data: Version, run: Progress) -> None:
        self.watch, self.data, self.run = watch, data, run
        self.files: dict[str, str] = dict(watch.seen.get("files", {}))

    def at(self, champion: ModelVersion) -> dict[str, Any]:
        """The fields of the watch after the look."""
        rival = self.watch.line.challenger
        share = _HALF if rival is not None else 1.0
        later, frame = self._record(champion, 0.0, share)
        seen = drifting.judge(frame, later, self.watch.patience) if len(frame) else {}
        duel: dict[str, Any] = {}
        if rival is not None and rival.model.is_ready:
            duel = self._duel(rival, later, frame)
        keep = {str(one.pk) for one in (champion, rival) if one is not None}
        files = {key: path for key, path in self.files.items() if key in keep}
        return {
            "champion": champion,
            "version": self.data,
            "seen": seen | {"files": files},
            "duel": duel,
            "problem": "",
            **_state(self.watch, champion, seen),
        }

    def _record(self, version: ModelVersion, low: float, high: float) -> tuple[Later, pd.DataFrame]:
        """The record of one model up to now, stored where it grew."""
        later = records.later_than_training(version, self.data)
        key = self.files.get(str(version.pk), "")
        earlier = records.read(key)
        frame = records.extended(
            earlier, later, lambda done: self.run.report(low + (high - low) * done)
        )
        if frame is not earlier:
            self.files[str(version.pk)] = records.write(version, frame)
        self.run.report(high)
        return later, frame

    def _duel(self, rival: ModelVersion, later: Later, frame: pd.DataFrame) -> dict[str, Any]:
        """On what came after both were trained; until that is enough, on the windows left out."""
        _, other = self._record(rival, _HALF, 1.0)
        found = duels.on_arrived(other, frame, later.scales, later.model.horizon_)
        if duels.is_enough(found):
            return found | {"challenger": str(rival.pk)}
        tested: dict[str, Any] = rival.model.metrics.get("duel") or {}
        if tested.get("champion") != str(self.watch.line.champion_id):
            tested = shared_windows.duel(rival, later)
        best = tested or found
        return best | {"challenger": str(rival.pk)} if best else {}


def _state(watch: ModelWatch, champion: ModelVersion, seen: dict[str, Any]) -> dict[str, Any]:
    """Another champion begins anew; a drift that is over is forgotten."""
    if not seen:
        return {"state": State.WAITING, "drifted_at": None}
    if not seen["sign"]:
        return {"state": State.STEADY, "drifted_at": None}
    goes_on = watch.is_drifting and watch.champion_id == champion.pk
    return {
        "state": State.DRIFTING,
        "drifted_at": watch.drifted_at if goes_on else timezone.now(),
    }


def _write(watch: ModelWatch, run: Progress, fields: dict[str, Any]) -> bool:
    """Keep what was found, and forget the files it replaced; did a drift begin?"""
    with transaction.atomic():
        run.fence()
        held = ModelWatch.objects.select_for_update(of=("self",)).get(pk=watch.pk)
        before = set(held.seen.get("files", {}).values())
        was_drifting = held.is_drifting
        for name, value in (fields | {"looked_at": timezone.now()}).items():
            setattr(held, name, value)
        held.save()
        for key in before - set(held.seen.get("files", {}).values()):
            transaction.on_commit(partial(storage.delete_file, key))
        telling.tell_drift(held, was_drifting=was_drifting)
    watch.refresh_from_db()
    return watch.is_drifting and not was_drifting


def no_champion(watch: ModelWatch) -> str:
    """Why there is nothing to look at."""
    return gettext("%(line)s has no champion. Promote a version.") % {"line": watch.line.name}

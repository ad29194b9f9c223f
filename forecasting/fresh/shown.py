"""Runs and schedules of a forecast as its pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext

from accounts.models.user import User
from forecasting import wording
from forecasting.fresh import comparing, roll, runs, words
from forecasting.models import PredictionTask, Schedule
from forecasting.shown import ShownForecast


def lead(user: User) -> str:
    """When the next schedule that this person sees runs, as a sentence; empty without one."""
    waiting = Schedule.objects.visible_to(user).filter(is_on=True, next_at__isnull=False)
    found = waiting.order_by("next_at").first()
    if found is None:
        return ""
    told = {"when": words.upcoming(found)}
    return gettext("The next scheduled run is %(when)s.") % told


@dataclass
class ShownSchedule:
    """One row of the list."""

    schedule: Schedule

    @cached_property
    def when(self) -> str:
        """`every day 18:00`."""
        return words.when(self.schedule)

    @cached_property
    def upcoming(self) -> str:
        """`today 18:00`."""
        return words.upcoming(self.schedule)

    @property
    def late(self) -> str:
        """`late by 2 h`, of the last time."""
        return words.late(self.schedule)

    @property
    def told(self) -> str:
        """What is worth saying of the last time; empty where it ran as planned."""
        return wording.sentences(
            [words.late_sentence(self.schedule), str(self.schedule.last_words)]
        )

    @property
    def pill(self) -> str:
        """The colour of how the last time went."""
        last = self.schedule.last_run
        if self.schedule.last_outcome == Schedule.Outcome.FAILED:
            return "bad"
        if self.schedule.last_outcome != Schedule.Outcome.STARTED or last is None:
            return "plain"
        return ShownForecast(last).pill or "plain"

    @property
    def state(self) -> str:
        """How the last time went; empty before it."""
        outcome, last = self.schedule.last_outcome, self.schedule.last_run
        if not outcome:
            return ""
        if outcome != Schedule.Outcome.STARTED:
            return str(self.schedule.get_last_outcome_display())
        return str(ShownForecast(last).state) if last is not None else gettext("gone")

    @property
    def seconds(self) -> float | None:
        """How long the last run took; None while it works, or where it failed."""
        last = self.schedule.last_run
        if last is None or last.status != PredictionTask.Status.COMPLETED or not last.completed_at:
            return None
        if self.schedule.last_outcome != Schedule.Outcome.STARTED:
            return None
        return float((last.completed_at - last.created_at).total_seconds())


class ShownRuns:
    """The run that is looked at among its neighbours, and what keeps the forecast fresh.

    Everything is read when a template asks for it.
    """

    def __init__(self, shown: ShownForecast) -> None:
        self.shown, self.task = shown, shown.task

    @property
    def number(self) -> int:
        """Which run it is, 1 for the first."""
        return self.task.run

    @cached_property
    def before(self) -> PredictionTask | None:
        """The run before, if it is kept."""
        return runs.before(self.task) if self.task.run > 1 else None

    @cached_property
    def after(self) -> PredictionTask | None:
        """The run after."""
        return runs.after(self.task)

    @cached_property
    def newest(self) -> PredictionTask:
        """The newest run with an answer."""
        return self.task if self.after is None else runs.newest(self.task)

    @property
    def is_newest(self) -> bool:
        """Is it the run that lists show?"""
        return self.after is None

    @cached_property
    def underway(self) -> PredictionTask | None:
        """Another run that is being made."""
        found = runs.underway(self.task)
        return None if found is None or found.pk == self.task.pk else found

    @cached_property
    def failed(self) -> PredictionTask | None:
        """The newest run, where it came to nothing; said beside the one that stands."""
        if not self.is_newest:
            return None
        found = runs.last_failed(self.task)
        return None if found is None or found.pk == self.task.pk else found

    @cached_property
    def moved_words(self) -> str:
        """What moved since the run before, for the series and the model that are drawn."""
        if self.before is None or self.shown.chosen is None:
            return ""
        found = comparing.between(self.before, self.task, self.shown.chosen, self.shown.series)
        return words.moved(found) if found else ""

    @property
    def series_words(self) -> list[str]:
        """Which series came, went, or stand still."""
        return roll.words(self.task)

    @cached_property
    def follows(self) -> bool:
        """Do new rows move it?"""
        first = self.task if self.task.origin is None else self.task.origin
        return first.follows

    @property
    def is_behind(self) -> bool:
        """Has the dataset a newer version than this run?"""
        version = self.task.dataset.current_version
        return version is not None and version.pk != self.task.version_id

    @property
    def can_learn(self) -> bool:
        """A model that was lent is not trained here."""
        return not self.task.asked("lent_model")

    @cached_property
    def schedules(self) -> list[ShownSchedule]:
        """Its schedules, the next first."""
        rows = Schedule.objects.of_forecast(self.task).with_things()
        return [ShownSchedule(one) for one in rows.order_by("-is_on", "next_at")]

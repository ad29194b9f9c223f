"""A forecast made anew: the same recipe on the newest data, every model learns again."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.models.user import User
from accounts.problems import Conflict
from forecasting import asking, starting
from forecasting.fresh import runs
from forecasting.models import PredictionTask

LENT = "lent_model"


def refit(
    task: PredictionTask, *, moved_by: str = runs.MovedBy.ASKED, actor: User | None = None
) -> PredictionTask:
    """Start the next run of the forecast that `task` is a run of; its models race again.

    The leader becomes challenger of the line, which people or rules may promote. `moved_by` is
    "asked", "schedule" or "drift"; `actor` the person who pressed. Raises Conflict while a run is
    under way, ForecastProblem where the data can be forecast no more.
    """
    newest = runs.newest(task)
    _require_own_models(newest)
    version = asking.check_version(newest.dataset)
    asking.check_targets(version, newest.asked("targets"))
    with transaction.atomic():
        made = runs.begin(newest, version, moved_by=moved_by, refits=True)
        made.instant_job = starting.enqueue_instant(made)
        audit.record(actor, "forecast.refit", made, run=made.run, moved_by=str(moved_by))
    return made


def is_news(task: PredictionTask) -> bool:
    """Did the data change since models of this forecast learned from them?"""
    fitted = PredictionTask.objects.runs_of(task).with_answer().filter(refits=True).first()
    version = task.dataset.current_version
    return fitted is None or version is None or fitted.version_id != version.pk


def _require_own_models(task: PredictionTask) -> None:
    if task.asked(LENT):
        raise Conflict(
            gettext(
                "This forecast is made by a model that learned from other data. It can be brought "
                "up to date, but only a forecast of its own learns anew."
            )
        )

"""A forecast as its page shows it live: the fragment that the bell sends."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from accounts.models import User
from datasets.models import Dataset
from forecasting.fresh.shown import ShownRuns
from forecasting.milestones import happened
from forecasting.models import PredictionTask
from forecasting.shown import ShownForecast
from forecasting.tabs import tabs_of
from jobs import telling
from jobs.models import Job


def fragment(job: Job, user: User) -> str:
    """HTML of the parts that change; the whole forecast at the first answer and at the end.

    While a network trains the chart is left alone, so that a person may look at other series.
    """
    task = PredictionTask.objects.following(job).with_jobs().first()
    if task is None:
        return ""
    shown = ShownForecast(task)
    is_handed_on = job.pk == task.instant_job_id and shown.has_answer
    context = parts(task, user, shown) | {"whole": is_handed_on or not task.is_live}
    return render_to_string("forecasting/_live.html", context)


def parts(
    task: PredictionTask, user: User, shown: ShownForecast, tab: str = "forecast"
) -> dict[str, Any]:
    """What a page with this tab open needs; jobs can be followed by their owner alone."""
    is_owner = task.owner_id == user.pk
    return {
        "task": task,
        "user": user,
        "shown": shown,
        "section": "forecasts",
        "tab": tab,
        "tabs": tabs_of(shown, tab),
        "runs": ShownRuns(shown),
        "events": happened(task),
        "shards": shown.shards,
        "follows": is_owner,
        "will_be_told": is_owner and _takes_long(shown),
        "can_edit": PredictionTask.objects.editable_by(user).filter(pk=task.pk).exists(),
        "can_delete": is_owner and user.can_create,
        "can_see_dataset": Dataset.objects.visible_to(user).filter(pk=task.dataset_id).exists(),
    }


def _takes_long(shown: ShownForecast) -> bool:
    """Will its owner be told of the end, if they look elsewhere then?"""
    return shown.left is not None and shown.elapsed + shown.left > telling.LONG_SECONDS

"""What happens to a line when a forecast ends: its leader takes the free place.

The first forecast makes the champion. The leader of a later one becomes the challenger; only a
person or a rule lets it replace the champion.
"""

from __future__ import annotations

from forecasting.models import Alias, ModelPromotion, ModelVersion, PredictionTask
from forecasting.registry.promoting import Reason, promote
from jobs.models import Job

ENDED = (Job.State.SUCCEEDED, Job.State.CANCELLED, Job.State.FAILED)
# An alias that nobody chose may move on by itself.
_BY_ITSELF = (Reason.FIRST, Reason.LEADS)


def follow(job: Job) -> None:
    """Hook of jobs that train: place the leaders of the forecasts that `job` worked on."""
    if job.state not in ENDED:
        return
    for task in PredictionTask.objects.following(job).select_related("model"):
        place_leader(task)


def place_leader(task: PredictionTask) -> ModelPromotion | None:
    """Make the leader of `task` champion of an empty line, else challenger.

    As long as nobody chose, the better leader that the race finds later takes over. The yardsticks
    are no challengers. Answers what changed.
    """
    version = _registered_leader(task)
    if version is None or version.pk in (version.line.champion_id, version.line.challenger_id):
        return None
    if _belongs_to(version.line.champion, task) or version.line.champion is None:
        reason = Reason.LEADS if version.line.champion else Reason.FIRST
        if _moved_by_itself(version, Alias.CHAMPION):
            return promote(version, reason=reason)
        return None
    if version.model.is_baseline or not _moved_by_itself(version, Alias.CHALLENGER):
        return None
    return promote(version, alias=Alias.CHALLENGER, reason=Reason.LEADS)


def _registered_leader(task: PredictionTask) -> ModelVersion | None:
    """None for a model that was lent from another line, or that is not ready."""
    found: ModelVersion | None = (
        ModelVersion.objects.filter(model=task.model_id, line__dataset=task.dataset_id)
        .select_related("model", "line__champion__model", "line__challenger__model")
        .first()
    )
    return found if found is not None and found.model.is_ready else None


def _belongs_to(version: ModelVersion | None, task: PredictionTask) -> bool:
    """Was it trained for this very forecast?"""
    return version is not None and version.model.results.filter(task=task).exists()


def _moved_by_itself(version: ModelVersion, alias: str) -> bool:
    """Did nobody choose the version that has the alias now?"""
    last = version.line.promotions.filter(alias=alias).order_by("-created_at", "-id").first()
    return last is None or last.reason in _BY_ITSELF or last.version_id is None

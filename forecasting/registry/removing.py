"""What may be deleted: no model that something still relies on."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, ngettext

from accounts import audit
from accounts.models.user import User
from accounts.problems import Conflict
from datasets import storage
from datasets.listed import some
from forecasting.models import ModelPromotion, ModelVersion, PredictionResult, TrainedModel
from forecasting.models.prediction_task import PredictionTask

_CHOSEN = (
    ModelPromotion.Reason.HAND,
    ModelPromotion.Reason.RULE,
    ModelPromotion.Reason.ROLLBACK,
)


def delete_model(row: TrainedModel, *, actor: User) -> None:
    """Remove a model and its files. Raises Conflict naming what still uses it."""
    with transaction.atomic():
        row = TrainedModel.objects.select_for_update().get(pk=row.pk)
        if words := why_kept(row, actor):
            raise Conflict(words)
        audit.record(actor, "model.deleted", row, type=row.type)
        folder = row.model_path
        row.delete()
        if folder:
            transaction.on_commit(partial(storage.delete_tree, folder))


def going_with(task: PredictionTask) -> QuerySet[TrainedModel]:
    """The models that a deleted forecast takes along.

    Those stay that answer for another forecast, or that somebody chose as champion or challenger.
    """
    jobs = [job for job in (task.instant_job, task.training_job) if job is not None]
    lent = PredictionResult.objects.exclude(task=task).filter(model__isnull=False)
    chosen = ModelPromotion.objects.filter(reason__in=_CHOSEN, version__isnull=False).filter(
        Q(version__champion_of__isnull=False) | Q(version__challenger_of__isnull=False)
    )
    found: QuerySet[TrainedModel] = (
        TrainedModel.objects.filter(Q(results__task=task) | Q(job__in=jobs))
        .exclude(pk__in=lent.values("model"))
        .exclude(registered__in=chosen.values("version"))
    )
    return TrainedModel.objects.filter(pk__in=_keys(found))


def _keys(found: QuerySet[TrainedModel]) -> list[UUID]:
    return list(found.values_list("pk", flat=True).distinct())


def why_kept(row: TrainedModel, user: User) -> str:
    """Why it cannot go now, naming what needs it as far as `user` may see that; else empty."""
    version = ModelVersion.objects.filter(model=row).select_related("line").first()
    if version is not None and version.alias:
        return gettext(
            "%(line)s v%(number)s is the %(alias)s. Promote another version or withdraw it, "
            "then delete it."
        ) % {
            "line": version.line.name,
            "number": version.number,
            "alias": _alias_word(version.alias),
        }
    if row.led_tasks.exists():
        return _answers(row, user)
    if row.status == TrainedModel.Status.TRAINING:
        return gettext("This model is being trained. Cancel its forecast first.")
    return ""


def _answers(row: TrainedModel, user: User) -> str:
    led = PredictionTask.objects.filter(model=row)
    seen = led.visible_to(user).order_by("name").values_list("name", flat=True)
    known = list(dict.fromkeys(seen))
    hidden = {task.first_id for task in led.exclude(pk__in=led.visible_to(user).values("pk"))}
    return ngettext(
        "This model answers the forecast %(name)s. Delete that forecast first.",
        "This model answers the forecasts %(name)s. Delete those forecasts first.",
        len(known) + len(hidden),
    ) % {"name": some(known, more=len(hidden))}


def _alias_word(alias: str) -> str:
    return gettext("champion") if alias == "champion" else gettext("challenger")

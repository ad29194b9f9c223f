"""What may be deleted: no model that something still relies on."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from accounts import audit
from accounts.models.user import User
from accounts.problems import Conflict
from datasets import storage
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
        _require_unused(row)
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


def _require_unused(row: TrainedModel) -> None:
    version = ModelVersion.objects.filter(model=row).select_related("line").first()
    if version is not None and version.alias:
        raise Conflict(
            gettext(
                "%(line)s v%(number)s is the %(alias)s. Promote another version or withdraw it, "
                "then delete it."
            )
            % {
                "line": version.line.name,
                "number": version.number,
                "alias": _alias_word(version.alias),
            }
        )
    if (task := row.led_tasks.first()) is not None:
        raise Conflict(
            gettext("This model answers the forecast %(name)s. Delete that forecast first.")
            % {"name": task.name}
        )
    if row.status == TrainedModel.Status.TRAINING:
        raise Conflict(gettext("This model is being trained. Cancel its forecast first."))


def _alias_word(alias: str) -> str:
    return gettext("champion") if alias == "champion" else gettext("challenger")

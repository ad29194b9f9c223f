"""One press of Forecast: what was asked, how far it is, who leads."""

from __future__ import annotations

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from accounts.ownership import Owned, OwnedQuerySet
from datasets.models import Dataset
from forecasting.models.prediction_result import PredictionResult
from jobs.models import Job


class PredictionTaskQuerySet(OwnedQuerySet["PredictionTask"]):
    """Reads of forecasts, each of them a chain of runs."""

    def newest(self) -> Self:
        """One row a forecast: its newest run with an answer, or the first while there is none.

        A run that only begins, or that failed, never hides the answer people work with.
        """
        later = PredictionTask.objects.filter(
            origin=Coalesce(OuterRef("origin"), OuterRef("pk")), run__gt=OuterRef("run")
        ).with_answer()
        return self.filter(Q(run=1) | _has_answer()).exclude(Exists(later))

    def with_answer(self) -> Self:
        """Runs that have one."""
        return self.filter(_has_answer())

    def runs_of(self, task: PredictionTask) -> Self:
        """Every run of the forecast that `task` is one of, the newest first."""
        return self.filter(Q(pk=task.first_id) | Q(origin=task.first_id)).order_by("-run")

    def rename(self, task: PredictionTask, name: str) -> None:
        """Give a forecast another name, which all its runs have."""
        self.runs_of(task).update(name=name, updated_at=timezone.now())
        task.name = name

    def alike(self, task: PredictionTask) -> Self:
        """The first runs of other forecasts of the same thing: owner, columns, steps ahead."""
        asked = {f"parameters__{name}": task.asked(name, None) for name in ("targets", "horizon")}
        same = self.filter(owner=task.owner_id, dataset=task.dataset_id, run=1, **asked)
        return same.exclude(pk=task.first_id)

    def that_follow(self) -> Self:
        """Runs of forecasts that are brought up to date when their data grow."""
        first = Q(origin__isnull=True, follows=True)
        return self.filter(first | Q(origin__follows=True))

    def _opened_by(self, keys: models.QuerySet[Any]) -> Q:
        """What is shared of one run is shared of every run of its forecast."""
        given = PredictionTask.objects.filter(pk__in=keys)
        firsts = given.values(first=Coalesce("origin", "pk"))
        return Q(pk__in=firsts) | Q(origin__in=firsts)

    def following(self, job: Job) -> Self:
        """The forecasts whose state goes with this job."""
        return self.filter(Q(instant_job=job) | Q(training_job=job))

    def with_jobs(self) -> Self:
        """Load what a page shows of a forecast, apart from its results."""
        return self.select_related(
            "owner", "dataset", "version", "model", "instant_job", "training_job"
        )

    def with_results(self) -> Self:
        """Load the leaderboards of many forecasts together, without their points."""
        ranked = PredictionResult.objects.ranked().without_points()
        return self.prefetch_related(Prefetch("results", queryset=ranked, to_attr="listed"))

    def for_list(self, user: User) -> Self:
        """What `user` may see, newest first, with everything a list shows; one run of each."""
        seen = self.visible_to(user).newest().with_jobs().with_results()
        return seen.order_by("-created_at", "-id")

    def of_dataset(self, dataset: Dataset) -> Self:
        """Those made from this dataset."""
        return self.filter(dataset=dataset)

    def count_by_version(self) -> dict[UUID, int]:
        """How many name each version."""
        return dict(self.order_by().values_list("version_id").annotate(n=models.Count("pk")))

    def raced_lately(self, quality: str, count: int) -> list[float]:
        """Seconds of the newest races of this quality that ran to their end, anybody's."""
        rows = self.filter(
            parameters__quality=quality,
            receipt__ended__in=("done", "time"),
            parameters__models__isnull=True,
            parameters__seconds__isnull=True,
        )
        newest = rows.order_by("-created_at").values_list("receipt__race_seconds", flat=True)
        return [float(seconds) for seconds in newest[:count] if seconds is not None]

    def in_state(self, status: str) -> Self:
        """Those with this status."""
        return self.filter(status=status)

    def live(self) -> Self:
        """Those that wait or run."""
        return self.filter(status__in=PredictionTask.LIVE)

    def search(self, text: str) -> Self:
        """Those whose name or dataset holds every word of `text`."""
        found = self
        for word in text.split()[:8]:
            found = found.filter(Q(name__icontains=word) | Q(dataset__name__icontains=word))
        return found


class PredictionTask(Owned):
    """`status`, `progress`, `error_message` and `completed_at` are written by the transition hook.

    `parameters` says what was asked, in the words of `forecasting.recipe`; `receipt` what the
    answer used and, under `race`, how every model did. A forecast that is brought up to date is
    the next `run` of its `origin`, the first run, which has none itself.
    """

    class MovedBy(models.TextChoices):
        ASKED = "asked", _("asked for")
        APPEND = "append", _("new data")
        SCHEDULE = "schedule", _("schedule")
        DRIFT = "drift", _("drift")

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting")
        RUNNING = "running", _("running")
        COMPLETED = "completed", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    class Quality(models.TextChoices):
        INSTANT = "instant", _("Instant")
        BALANCED = "balanced", _("Balanced")
        THOROUGH = "thorough", _("Thorough")

    LIVE = (Status.PENDING, Status.RUNNING)

    name = models.CharField(_("name"), max_length=200)
    origin = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="runs",
        verbose_name=_("first run"),
    )
    run = models.PositiveIntegerField(_("run"), default=1)
    moved_by = models.CharField(_("moved by"), max_length=8, choices=MovedBy, default=MovedBy.ASKED)
    refits = models.BooleanField(_("models learn anew"), default=True)
    follows = models.BooleanField(
        _("follows its data"),
        default=True,
        help_text=_("Counts on the first run: new rows move the forecast."),
    )
    dataset = models.ForeignKey(
        "datasets.Dataset",
        on_delete=models.CASCADE,
        related_name="forecasts",
        verbose_name=_("dataset"),
    )
    version = models.ForeignKey(
        "datasets.Version",
        on_delete=models.CASCADE,
        related_name="forecasts",
        verbose_name=_("version"),
    )
    model = models.ForeignKey(
        "forecasting.TrainedModel",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="led_tasks",
        verbose_name=_("leader"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.PENDING
    )
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    receipt = models.JSONField(_("receipt"), default=dict, blank=True)
    result_path = models.CharField(_("folder"), max_length=255, blank=True, editable=False)
    error_message = models.TextField(_("what went wrong"), blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    finish_requested = models.BooleanField(_("finish with the best so far"), default=False)
    stopped_models = models.JSONField(_("models asked to stop"), default=list, blank=True)
    instant_job = models.ForeignKey(
        "jobs.Job",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="instant_tasks",
        verbose_name=_("instant job"),
    )
    training_job = models.ForeignKey(
        "jobs.Job",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="training_tasks",
        verbose_name=_("training job"),
    )

    objects: ClassVar[Any] = PredictionTaskQuerySet.as_manager()

    class Meta:
        db_table = "prediction_tasks"
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="tasks_owner_created"),
            models.Index(fields=["dataset", "-created_at"], name="tasks_dataset_created"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["origin", "run"], name="one_run_a_number"),
            models.CheckConstraint(
                condition=Q(origin__isnull=True, run=1) | Q(origin__isnull=False, run__gt=1),
                name="first_runs_have_no_origin",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where the forecast is shown, running or done."""
        return reverse("forecasting:detail", args=[self.pk])

    @property
    def first_id(self) -> UUID:
        """The key of the first run: what all runs of a forecast have in common."""
        key: UUID = self.origin_id or self.pk
        return key

    @property
    def job(self) -> Job | None:
        """The job that works on it now, or did last."""
        return self.training_job or self.instant_job

    @property
    def is_live(self) -> bool:
        """Does it wait or run?"""
        return self.status in self.LIVE

    @property
    def races(self) -> bool:
        """Do models race after the instant answer?"""
        asked = bool(self.parameters.get("models")) or self.quality != self.Quality.INSTANT
        return self.refits and asked

    @property
    def quality(self) -> str:
        """How much is tried: a value of Quality."""
        return str(self.parameters.get("quality", self.Quality.BALANCED))

    @property
    def quality_label(self) -> str:
        """The same in words."""
        return str(self.Quality(self.quality).label)

    @property
    def horizon(self) -> int:
        """Steps ahead."""
        return int(self.parameters["horizon"])

    @property
    def levels(self) -> list[int]:
        """Interval levels in percent, narrow first."""
        return [int(level) for level in self.parameters.get("levels", (80, 95))]

    def asked(self, name: str, default: Any = "") -> Any:
        """One of the parameters."""
        return self.parameters.get(name, default)


def _has_answer() -> Exists:
    """A run has an answer as soon as one model gave one."""
    return Exists(PredictionResult.objects.filter(task=OuterRef("pk")))

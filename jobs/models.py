"""The tracked long job: one row that says the truth about work that takes time."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.base import Stamped
from accounts.ownership import Owned, OwnedQuerySet
from jobs import failures, registry


def _ago(seconds: float) -> CombinedExpression:
    # Workers and scheduler may stand on machines whose clocks differ; the database has one.
    return Now() - datetime.timedelta(seconds=seconds)


class JobQuerySet(OwnedQuerySet["Job"]):
    """Reads of jobs."""

    def live(self) -> Self:
        """Jobs that wait or run."""
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])

    def ended(self) -> Self:
        return self.exclude(state__in=[Job.State.QUEUED, Job.State.RUNNING])

    def running_first(self) -> Self:
        """Running before waiting, oldest first."""
        return self.order_by(models.F("started_at").asc(nulls_last=True), "created_at")

    def lost(self, *, after: float) -> Self:
        """Running jobs without a sign of life for this many seconds, by the database's clock."""
        return self.filter(state=Job.State.RUNNING, heartbeat_at__lt=_ago(after))

    def unsent(self, *, after: float) -> Self:
        """Waiting jobs whose message went out more than this many seconds ago."""
        return self.filter(state=Job.State.QUEUED, sent_at__lt=_ago(after))

    def newest_of_pools(self) -> Self:
        """Of each pool one job: what runs there, else what ended there last."""
        return (
            self.exclude(state=Job.State.QUEUED)
            .order_by("pool", models.F("finished_at").desc(nulls_first=True), "-started_at")
            .distinct("pool")
        )

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind) if kind else self

    def about_dataset(self, dataset_id: object, *kinds: str) -> Self:
        """Jobs of these kinds that were given this dataset."""
        return self.filter(kind__in=kinds, arguments__dataset=str(dataset_id))

    def count_by_state(self) -> dict[str, int]:
        """How many jobs each state has, states without any included, and `all`."""
        found = dict(self.order_by().values_list("state").annotate(n=models.Count("pk")))
        counts = {state: found.get(state, 0) for state in Job.State.values}
        return {**counts, "all": sum(counts.values())}

    def with_id(self, job_id: object) -> Self:
        return self.filter(pk=job_id)

    def in_state(self, state: str) -> Self:
        """Jobs in this state; all of them when it is no state."""
        return self.filter(state=state) if state in Job.State.values else self

    def search(self, text: str) -> Self:
        """Jobs whose title or kind, as people call it, contains the text."""
        if not text:
            return self
        called = registry.kinds_called(text)
        return self.filter(models.Q(title__icontains=text) | models.Q(kind__in=called))


class Job(Owned):
    """One long task. Only `jobs.moves` writes `state`, `progress` and `attempt`."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        SUCCEEDED = "succeeded", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    class Pool(models.TextChoices):
        FAST = "fast", _("fast")
        TRAINING = "training", pgettext_lazy("kind of job", "training")

    kind = models.CharField(_("kind"), max_length=40)
    title = models.CharField(_("title"), max_length=250)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    pool = models.CharField(_("pool"), max_length=10, choices=Pool.choices, default=Pool.FAST)
    task = models.CharField(_("task"), max_length=120)
    arguments = models.JSONField(_("arguments"), default=dict, blank=True)
    progress = models.FloatField(_("progress"), default=0.0)
    message = models.CharField(_("message"), max_length=500, blank=True)
    eta = models.FloatField(_("seconds left"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    link = models.CharField(_("link"), max_length=250, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    seq = models.BigIntegerField(_("sequence number"), default=0)
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    max_attempts = models.PositiveIntegerField(_("most attempts"), default=2)
    cancel_requested = models.BooleanField(_("cancel requested"), default=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects: ClassVar[Any] = JobQuerySet.as_manager()

    class Meta:
        db_table = "jobs"
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["owner", "-created_at", "-id"], name="jobs_owner_newest"),
            models.Index(fields=["state", "heartbeat_at"], name="jobs_state_heartbeat"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_live(self) -> bool:
        return self.state in {Job.State.QUEUED, Job.State.RUNNING}

    @property
    def kind_label(self) -> str:
        return registry.label(self.kind)

    @property
    def percent(self) -> int:
        return 100 if self.state == Job.State.SUCCEEDED else int(self.progress * 100)

    @property
    def saying(self) -> str:
        """What it is at: in the reader's language where its kind has words, else as written."""
        return registry.saying(self) or self.message

    @cached_property
    def outcome(self) -> str:
        """What it came to, in a few words; "" while nobody can say."""
        return registry.outcomes([self]).get(self.pk, "")

    @property
    def failure(self) -> str:
        """Why it failed: in the reader's language where that can be said again, else as written."""
        return failures.say(self.detail.get(failures.KEPT) or {}) or self.error

    @property
    def elapsed(self) -> float | None:
        """Seconds since the start (until the end, when there is one); None before the start."""
        if self.started_at is None:
            return None
        return ((self.finished_at or timezone.now()) - self.started_at).total_seconds()


class JobEvent(Stamped):
    """A milestone of a job: what happened, in order."""

    job = models.ForeignKey(
        Job, on_delete=models.CASCADE, related_name="events", verbose_name=_("job")
    )
    seq = models.BigIntegerField(_("sequence number"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    message = models.CharField(_("message"), max_length=500)
    data = models.JSONField(_("data"), default=dict, blank=True)

    class Meta:
        db_table = "job_events"
        verbose_name = _("job event")
        verbose_name_plural = _("job events")
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["job", "seq"], name="job_events_once_a_number")
        ]

    def __str__(self) -> str:
        return self.message

    @property
    def seconds(self) -> float:
        """Seconds from the start of the job to this event."""
        began = self.job.started_at or self.job.created_at
        return max(0.0, (self.at - began).total_seconds())

    def as_json(self) -> dict[str, Any]:
        return {"seq": self.seq, "at": self.at.isoformat(), "message": self.message, **self.data}

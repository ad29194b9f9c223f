"""Set up, change and end a watch; say what an anomaly was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.models.user import User
from accounts.problems import Conflict
from datasets.models import Column, Dataset, Version
from forecasting.anomalies import syncing, watch_jobs
from forecasting.models import Anomaly, AnomalyWatch

MOST_WATCHES = 20
# Changes after which the history must be judged again, and those that only move the threshold.
JUDGED_AGAIN = frozenset({"targets", "names", "series", "detector", "season"})


@dataclass(frozen=True)
class Wish:
    """What a person asks to be watched."""

    dataset: Dataset
    version: Version
    targets: tuple[Column, ...]
    series: tuple[str, ...]
    detector: str
    season: int | None
    per_week: float
    name: str = ""

    @property
    def title(self) -> str:
        """The name that was given, or one made of the columns."""
        first = ", ".join(self.series or [column.name for column in self.targets])
        return (self.name or first)[:200]

    def fields(self) -> dict[str, Any]:
        """As columns of the row."""
        return {
            "name": self.title,
            "targets": [column.key for column in self.targets],
            "names": [column.name for column in self.targets],
            "series": list(self.series),
            "detector": self.detector,
            "season": self.season,
            "per_week": self.per_week,
            "frequency": self.version.frequency,
        }


def begin(wish: Wish, *, owner: User) -> AnomalyWatch:
    """Write the watch and the job that judges the history. Raises Conflict over 20 a dataset."""
    with transaction.atomic():
        # Two at once must not both be the twentieth.
        Dataset.objects.select_for_update(of=("self",)).get(pk=wish.dataset.pk)
        if AnomalyWatch.objects.of_dataset(wish.dataset).count() >= MOST_WATCHES:
            raise Conflict(
                gettext(
                    "This dataset has %(most)s watches, the most there may be. Delete one first."
                )
                % {"most": MOST_WATCHES},
                code="too_many_watches",
            )
        watch: AnomalyWatch = AnomalyWatch.objects.create(
            owner=owner, dataset=wish.dataset, **wish.fields()
        )
        watch_jobs.start_scan(watch)
    audit.record(owner, "anomaly_watch.created", watch, name=watch.name)
    return watch


def change(watch: AnomalyWatch, fields: Mapping[str, Any], *, person: User) -> AnomalyWatch:
    """Change a watch: what must be judged again is, another rate moves the threshold at once."""
    changed = [name for name, value in fields.items() if getattr(watch, name) != value]
    if not changed:
        return watch
    for name in changed:
        setattr(watch, name, fields[name])
    with transaction.atomic():
        if JUDGED_AGAIN & set(changed):
            changed += _forget(watch)
        watch.save(update_fields=[*changed, "updated_at"])
        audit.record(person, "anomaly_watch.changed", watch, fields=sorted(set(changed)))
        if JUDGED_AGAIN & set(changed) or ("is_active" in changed and watch.is_active):
            watch_jobs.start_scan(watch)
        elif "per_week" in changed:
            syncing.resettle(watch, anew=True)
    found: AnomalyWatch = AnomalyWatch.objects.for_list().get(pk=watch.pk)
    return found


def _forget(watch: AnomalyWatch) -> list[str]:
    """What another detector found before says nothing about this one; labels stay by time."""
    watch.threshold = watch.learned = None
    watch.rows_at_threshold = 0
    watch.comparison = {}
    return ["threshold", "learned", "rows_at_threshold", "comparison"]


def end(watch: AnomalyWatch, *, person: User) -> None:
    """Delete a watch with its anomalies and files."""
    audit.record(person, "anomaly_watch.deleted", watch, name=watch.name)
    watch.delete()


def label(anomaly: Anomaly, label: str, note: str, *, person: User) -> AnomalyWatch:
    """Say what it was; the threshold learns from it. Answers the watch as it is then."""
    with transaction.atomic():
        # One label at a time: the threshold is learned from all of them.
        AnomalyWatch.objects.select_for_update(of=("self",)).get(pk=anomaly.watch_id)
        teaches = anomaly.label != label
        anomaly.say(label, " ".join(note.split()), person=person, at=timezone.now())
        if teaches:
            syncing.resettle(anomaly.watch)
    found: AnomalyWatch = AnomalyWatch.objects.for_list().get(pk=anomaly.watch_id)
    return found

"""Alerts hear of what new rows brought: an anomaly, or that a series is quiet again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from forecasting import wording
from forecasting.alerts.judging import Event, judge
from forecasting.anomalies.shown import shown_anomalies
from forecasting.anomalies.signals import rows_judged
from forecasting.models import AlertRule, Anomaly, AnomalyWatch

_SENTENCE = gettext_lazy("%(series)s, %(when)s: %(kind)s, %(value)s, as rare as %(rarity)s.")


def connect() -> None:
    """Listen to what watches judge."""
    rows_judged.connect(tell, dispatch_uid="forecasting.anomalies_to_alerts")


def tell(
    sender: type[AnomalyWatch],
    watch: AnomalyWatch,
    anomalies: Sequence[Anomaly],
    series: Sequence[str],
    **_signal: Any,
) -> None:
    """Hold each anomaly against the rules that wait for one; say when a series has none."""
    waiting = AlertRule.objects.switched_on().of_kind(AlertRule.Kind.ANOMALY)
    if not waiting.filter(dataset_id=watch.dataset_id).exists():
        return
    for shown in shown_anomalies(list(anomalies), watch, can_edit=False):
        row = shown.row
        words = {
            "series": row.series,
            "when": shown.when,
            "kind": row.get_kind_display(),
            "value": shown.value,
            "rarity": shown.rarity,
        }
        judge(
            Event(
                kind=AlertRule.Kind.ANOMALY,
                dataset_id=watch.dataset_id,
                series=row.series,
                value=row.value,
                time=row.start.replace(tzinfo=None).isoformat(),
                mark=str(row.pk),
                message=wording.tight(_SENTENCE % words),
            )
        )
    _quiet(watch, {row.series for row in anomalies}, series)


def _quiet(watch: AnomalyWatch, loud: set[str], series: Sequence[str]) -> None:
    """Say that series are back to usual, once all are: a rule may stand for any of them."""
    if loud or Anomaly.objects.of_watch(watch).counted().filter(lasts=True).exists():
        return
    for name in series:
        judge(
            Event(
                kind=AlertRule.Kind.ANOMALY,
                dataset_id=watch.dataset_id,
                series=name,
                is_over=False,
                mark=str(watch.version_id),
            )
        )

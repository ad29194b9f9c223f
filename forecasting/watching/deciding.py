"""What a look leads to: a promotion by rule, or a challenger on drift."""

from __future__ import annotations

from forecasting.fresh import firing
from forecasting.models import Alias, ModelPromotion, ModelWatch
from forecasting.watching import challenging, ruling, telling


def after_look(watch: ModelWatch, *, began: bool) -> None:
    """Do what the watch says, and run the schedules that wait for a drift that `began`."""
    if began:
        for task in telling.forecasts_of(watch).newest():
            firing.drifted(task)
    if ruling.by_rule(watch) is None and _wants_a_challenger(watch):
        challenging.start(watch, why=challenging.Why.DRIFT)


def _wants_a_challenger(watch: ModelWatch) -> bool:
    """Does the champion drift, without a challenger that was trained, or chosen, since then?"""
    if not (watch.is_drifting and watch.trains_on_drift and watch.drifted_at):
        return False
    job, rival = watch.challenger_job, watch.line.challenger
    if job is not None and (job.is_live or job.created_at >= watch.drifted_at):
        return False
    if rival is None:
        return True
    moves = watch.line.promotions.filter(alias=Alias.CHALLENGER).order_by("-created_at", "-id")
    last = moves.first()
    by_hand = last is not None and last.reason == ModelPromotion.Reason.HAND
    return not by_hand and rival.model.created_at < watch.drifted_at

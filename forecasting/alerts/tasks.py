"""Short tasks: judge rules after an answer, after new rows, and every minute for silence."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from forecasting.alerts import judging


@shared_task(name="forecasting.judge_answer")
def judge_answer(task_id: str) -> None:
    """A forecast has an answer."""
    judging.answered(UUID(task_id))


@shared_task(name="forecasting.judge_rows")
def judge_rows(dataset_id: str) -> None:
    """A dataset has new rows."""
    judging.look_for_silence(UUID(dataset_id))


@shared_task(name="forecasting.look_for_silence")
def look_for_silence() -> None:
    """Is anything late?"""
    judging.look_for_silence()

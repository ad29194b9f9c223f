"""What happened, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from forecasting import refusals, wording
from forecasting.models import PredictionTask
from forecasting.models.trained_model import label_of, name_label
from jobs.models import Job, JobEvent

# What says how a model ended.
_VERDICTS: Final = frozenset({"lead", "kept", "failed", "stopped"})


@dataclass(frozen=True)
class Happened:
    """One line of the log: seconds since Forecast was pressed, and what."""

    seconds: float
    words: SafeString | str


def happened(task: PredictionTask) -> list[Happened]:
    """Milestones of both jobs, newest first."""
    jobs = [job for job in (task.instant_job, task.training_job) if job is not None]
    events = list(JobEvent.objects.filter(job__in=jobs).order_by("at", "seq"))
    judged = {event.data.get("model") for event in events if event.data.get("code") in _VERDICTS}
    lines = [
        Happened(max(0.0, (event.at - task.created_at).total_seconds()), _words(event))
        for event in events
        if not _is_old_news(event.data, judged)
    ]
    lines += [_end(task, job) for job in jobs if job.error and job.finished_at]
    return lines[::-1]


def _end(task: PredictionTask, job: Job) -> Happened:
    assert job.finished_at is not None
    return Happened((job.finished_at - task.created_at).total_seconds(), job.error)


def _is_old_news(data: dict[str, Any], judged: set[Any]) -> bool:
    """A model of a moment that changed nothing, and the start of one that has been judged."""
    if data.get("code") == "starts":
        return data["model"] in judged
    return data.get("code") == "kept" and data.get("seconds", 1.0) < 1.0


def _words(event: JobEvent) -> SafeString | str:
    speak = _SPEAKERS.get(event.data.get("code", ""))
    return wording.tight(speak(event.data)) if speak else event.message


def _read(data: dict[str, Any]) -> str:
    words = {"rows": f"{data['rows']:,}", "missing": f"{data['missing']:,}"}
    if data["missing"]:
        return gettext("Read %(rows)s rows; %(missing)s missing values are bridged") % words
    return gettext("Read %(rows)s rows") % words


def _instant(data: dict[str, Any]) -> SafeString:
    sentence = gettext("<b>Instant answer ready</b> after {seconds} s")
    return format_html(sentence, seconds=f"{data['seconds']:.1f}")


def _race(data: dict[str, Any]) -> str:
    return ngettext("%(n)s model races", "%(n)s models race", data["n"]) % data


def _goes_on(data: dict[str, Any]) -> str:
    return (
        ngettext(
            "Goes on elsewhere: %(n)s model is done already",
            "Goes on elsewhere: %(n)s models are done already",
            data["n"],
        )
        % data
    )


def _starts(data: dict[str, Any]) -> str:
    return gettext("%(model)s starts") % {"model": _model(data)}


def _ended(data: dict[str, Any]) -> str:
    return refusals.spoken(data["reason"])


def _here(data: dict[str, Any]) -> str:
    words = {"reason": refusals.spoken(data["reason"])}
    return gettext("%(reason)s The forecast is made on this machine.") % words


def _lead(data: dict[str, Any]) -> SafeString | str:
    if data.get("own") is None or data.get("other") is None:
        return gettext("%(model)s takes the lead") % {"model": _model(data)}
    return format_html(
        gettext("{model} takes the lead, <b>{other} to {own}</b>"),
        model=_model(data),
        other=wording.rounded(data["other"]),
        own=wording.rounded(data["own"]),
    )


def _kept(data: dict[str, Any]) -> SafeString | str:
    words = {"model": _model(data), "rival": label_of(data["rival"])}
    if data.get("own") is None or data.get("other") is None:
        return gettext("%(model)s is done, %(rival)s stays") % words
    return format_html(
        gettext("{model} is done with {own}; {rival} keeps the lead with <b>{other}</b>"),
        own=wording.rounded(data["own"]),
        other=wording.rounded(data["other"]),
        **words,
    )


def _model(data: dict[str, Any]) -> str:
    return name_label(data["model"], data.get("kind", data["model"]))


_SPEAKERS: dict[str, Callable[[dict[str, Any]], SafeString | str]] = {
    "read": _read,
    "instant": _instant,
    "race": _race,
    "goes_on": _goes_on,
    "starts": _starts,
    "here": _here,
    "failed": _ended,
    "stopped": _ended,
    "lead": _lead,
    "kept": _kept,
}

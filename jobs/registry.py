"""What upper apps tell jobs: hooks on state changes, and how a job of a kind looks live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.functional import Promise

if TYPE_CHECKING:
    from accounts.models import User
    from jobs.models import Job

Words = str | Promise
Hook = Callable[["Job"], None]
Sayer = Callable[["Job"], str]
Renderer = Callable[["Job", "User"], str]
# Title, text and link of the notification about a job that ended; None when there is none.
Ending = tuple[str, str, str] | None
Teller = Callable[["Job"], Ending]
# What each of these jobs came to, in a few words, by its key; those it knows nothing of are absent.
Outcomes = Callable[[Sequence["Job"]], Mapping[UUID, str]]
# Stands for every kind of job.
ANY = "*"

_hooks: dict[str, list[Hook]] = defaultdict(list)
_renderers: dict[str, Renderer] = {}
_labels: dict[str, Words] = {}
_sayers: dict[str, Sayer] = {}
_tellers: dict[str, Teller] = {}
_outcomes: dict[str, Outcomes] = {}


def on_transition(kind: str, hook: Hook) -> None:
    """Call `hook(job)` in the same transaction as each write of state or progress.

    Hooks of `ANY` run for every kind, after those of the kind itself.
    """
    if hook not in _hooks[kind]:
        _hooks[kind].append(hook)


def register_fragment(kind: str, renderer: Renderer) -> None:
    """Let `renderer(job, user)` make the HTML that pages of this kind of job show live."""
    _renderers[kind] = renderer


def name_kind(kind: str, label: Words) -> None:
    """Say what people call this kind of job, in one translatable word: `import`, `forecast`."""
    _labels[kind] = label


def say_progress(kind: str, sayer: Sayer) -> None:
    """Let `sayer(job)` say what a job of this kind is at, in the language of whoever reads it."""
    _sayers[kind] = sayer


def saying(job: Job) -> str:
    """What `job` is at, in the active language; "" when its kind has no words for it."""
    sayer = _sayers.get(job.kind)
    return sayer(job) if sayer else ""


def label(kind: str) -> str:
    return str(_labels.get(kind, kind))


def kinds_called(text: str) -> list[str]:
    """Kinds whose word, in the language of this request, contains the text."""
    return [kind for kind, word in _labels.items() if text.casefold() in str(word).casefold()]


def hooks(kind: str) -> tuple[Hook, ...]:
    return (*_hooks.get(kind, ()), *_hooks.get(ANY, ()))


def tell_end(kind: str, teller: Teller) -> None:
    """Let `teller(job)` word the notification about a job of this kind that ended well."""
    _tellers[kind] = teller


def teller(kind: str) -> Teller | None:
    return _tellers.get(kind)


def say_outcomes(kind: str, outcomes: Outcomes) -> None:
    """Let `outcomes(jobs)` say what jobs of this kind that ended well came to, all at once."""
    _outcomes[kind] = outcomes


def outcomes(jobs: Iterable[Job]) -> dict[UUID, str]:
    """What these jobs came to, in the active language, with one look a kind."""
    by_kind: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        if job.kind in _outcomes and job.state == job.State.SUCCEEDED:
            by_kind[job.kind].append(job)
    found: dict[UUID, str] = {}
    for kind, some in by_kind.items():
        found.update(_outcomes[kind](some))
    return found


def renderer(kind: str) -> Renderer | None:
    return _renderers.get(kind)

"""What upper apps tell jobs: hooks on state changes, and how a job of a kind looks live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User
    from jobs.models import Job

Hook = Callable[["Job"], None]
Renderer = Callable[["Job", "User"], str]

_hooks: dict[str, list[Hook]] = defaultdict(list)
_renderers: dict[str, Renderer] = {}


def on_transition(kind: str, hook: Hook) -> None:
    """Call `hook(job)` in the same transaction as each write of state or progress."""
    if hook not in _hooks[kind]:
        _hooks[kind].append(hook)


def register_fragment(kind: str, renderer: Renderer) -> None:
    """Let `renderer(job, user)` make the HTML that pages of this kind of job show live."""
    _renderers[kind] = renderer


def hooks(kind: str) -> tuple[Hook, ...]:
    return tuple(_hooks.get(kind, ()))


def renderer(kind: str) -> Renderer | None:
    return _renderers.get(kind)

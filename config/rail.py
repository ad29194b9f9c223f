"""The places of the rail and the tab bar, with how much this person has in each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from datasets.models import Dataset
from forecasting.models import ModelLine, PredictionTask
from jobs.models import Job


@dataclass(frozen=True)
class Place:
    """One place: its `key` is also the name of the rail's section."""

    key: str
    label: str | Promise
    icon: str
    route: str
    shortcut: str
    count_for: Callable[[User], int] | None = None


PLACES: list[Place] = [
    Place("home", _("Home"), "home", "datasets:home", "H"),
    Place(
        "data",
        _("Data"),
        "data",
        "datasets:list",
        "D",
        lambda user: Dataset.objects.visible_to(user).count(),
    ),
    Place(
        "forecasts",
        _("Forecasts"),
        "forecast",
        "forecasting:list",
        "F",
        lambda user: PredictionTask.objects.visible_to(user).newest().count(),
    ),
    Place(
        "models",
        _("Models"),
        "models",
        "forecasting:models",
        "M",
        lambda user: ModelLine.objects.visible_to(user).count(),
    ),
    Place(
        "jobs",
        _("Jobs"),
        "jobs",
        "jobs:list",
        "J",
        lambda user: Job.objects.visible_to(user).live().count(),
    ),
]


@dataclass
class PlaceHere:
    """A place on one page: linked, marked when it is the current one, counted when shown."""

    place: Place
    user: User
    is_current: bool

    @property
    def url(self) -> str:
        return reverse(self.place.route)

    @cached_property
    def count(self) -> int | None:
        """How many things are there; None where there is nothing to count."""
        return self.place.count_for(self.user) if self.place.count_for else None


def places_for(request: HttpRequest, user: User) -> list[PlaceHere]:
    """All places for one page; counting waits until the template asks."""
    here = section_of(request)
    return [PlaceHere(place, user, place.key == here) for place in PLACES]


def busy_workers() -> int:
    """How many workers have a job in hand now, whoever owns it."""
    return Job.objects.in_state(Job.State.RUNNING).count()


def section_of(request: HttpRequest) -> str:
    """The key of the place this request belongs to, or an empty string."""
    match = request.resolver_match
    if match is None:
        return ""
    if match.app_name == "forecasting":
        return "models" if (match.url_name or "").startswith("model") else "forecasts"
    if match.app_name == "datasets":
        return {"home": "home", "search": ""}.get(match.url_name or "", "data")
    return "jobs" if match.app_name == "jobs" else ""

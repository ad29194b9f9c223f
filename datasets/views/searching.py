"""The palette: one box that finds data, forecasts, models, jobs and commands."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from datasets.search import find

LONGEST = 200


@dataclass(frozen=True)
class Command:
    """Something the palette can start."""

    title: str
    url: str
    icon: str
    keys: tuple[str, ...] = ()


@require_safe
def search(request: AuthenticatedHttpRequest) -> HttpResponse:
    """`/search/?q=`: the fragment that the palette shows; on its own, a page of results."""
    began = perf_counter()
    text = " ".join(request.GET.get("q", "").split())[:LONGEST]
    groups = find(request.user, text) if text else []
    commands = _matching(text)
    context = {
        "section": "search",
        "text": text,
        "groups": groups,
        "commands": commands,
        "count": sum(len(group.hits) for group in groups) + len(commands),
        "milliseconds": max(round((perf_counter() - began) * 1000), 1),
    }
    # Only the palette is a list box; on its page a result is a plain link.
    context["is_palette"] = bool(request.htmx)
    template = "datasets/_found.html" if request.htmx else "datasets/search.html"
    return render(request, template, context)


def _matching(text: str) -> list[Command]:
    words = text.lower().split()
    return [c for c in _commands() if all(word in c.title.lower() for word in words)]


def _commands() -> list[Command]:
    wanted = [
        (gettext("Import a file"), "datasets:upload", "upload", ("N",)),
        (gettext("Go to data"), "datasets:list", "data", ("G", "D")),
        (gettext("Go to forecasts"), "forecasting:list", "forecast", ("G", "F")),
        (gettext("Go to models"), "forecasting:models", "models", ("G", "M")),
        (gettext("Go to jobs"), "jobs:list", "jobs", ("G", "J")),
        (gettext("Your account and tokens"), "accounts:account", "user", ()),
        (gettext("Go home"), "datasets:home", "home", ("G", "H")),
    ]
    commands = []
    for title, name, icon, keys in wanted:
        try:
            commands.append(Command(title, reverse(name), icon, keys))
        except NoReverseMatch:
            continue
    return commands

"""All series of a forecast: one row for each, the worst first; some of them asked for anew."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.ownership import require_creator
from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets.models import Dataset
from forecasting import live
from forecasting.addresses import Choice
from forecasting.choosing.which_series import MOST_NAMED
from forecasting.models import PredictionTask
from forecasting.portfolio import again as anew
from forecasting.portfolio import files
from forecasting.portfolio.listed import ListedSeries
from forecasting.portfolio.shown import ShownPortfolio
from forecasting.shown import ShownForecast
from forecasting.views.fetching import fetch_own_task, fetch_task, require_answer, shown_as_asked


@require_safe
def portfolio(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """`?sort=&way=&q=&only=&best=&group=&level=`, `?after=` and `?before=` cursors."""
    task = fetch_task(request, pk)
    shown = shown_as_asked(task, request)
    require_answer(shown)
    context = live.parts(task, request.user, shown, "series") | {
        "portfolio": ShownPortfolio(shown, request.GET)
    }
    return render(request, "forecasting/portfolio/page.html", context)


@require_safe
def as_file(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """The rows the address asks for as `?as=` csv or json."""
    shown = shown_as_asked(fetch_task(request, pk), request)
    require_answer(shown)
    return files.as_file(shown, request.GET, request.GET.get("as", "csv"))


@require_POST
def again(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Ask anew: for the ticked series (`name`), or those of the filter, with `how` croston or same;
    for all of it with totals by `method`.
    """
    task = fetch_own_task(request, pk)
    require_creator(request.user)
    dataset, given = _dataset_of(task, request.user), request.POST
    if method := given.get("method"):
        draft = anew.reconciled(task, method, dataset=dataset, owner=request.user)
    else:
        labels = given.getlist("name") or _unticked(task, given)
        how = given.get("how", anew.SAME)
        draft = anew.draft(task, labels, how, dataset=dataset, owner=request.user)
    return redirect(f"{reverse('forecasting:new')}?draft={draft.pk}")


def _dataset_of(task: PredictionTask, person: User) -> Dataset:
    """What the forecast is of. Raises Problem where this person may see the forecast alone."""
    found = Dataset.objects.visible_to(person).filter(pk=task.dataset_id).first()
    if found is None:
        raise Problem(
            gettext("You may see this forecast, but not its dataset. Ask its owner to share that."),
            code="no_dataset",
        )
    return found


def _unticked(task: PredictionTask, given: QueryDict) -> list[str]:
    """The series that are meant where none is ticked."""
    shown = ShownForecast(task, Choice.asked(given))
    require_answer(shown)
    listed = ListedSeries(shown, given)
    wanted = listed.unticked
    return listed.portfolio.labels(wanted, MOST_NAMED + 1) if wanted else []

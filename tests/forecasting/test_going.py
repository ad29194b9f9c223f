"""Before a dataset is deleted its page names what goes with it, and only what may be seen."""

import re

import pytest
from django.urls import reverse

from forecasting.fresh import scheduling
from forecasting.models import (
    AlertRule,
    AnomalyWatch,
    ModelLine,
    ModelWatch,
    PredictionTask,
    Schedule,
)
from tests.forecasting.made import answered, hourly_dataset, start_forecast

pytestmark = pytest.mark.django_db


def told(client, dataset, **headers):
    html = client.get(reverse("datasets:delete", args=[dataset.pk]), **headers).content.decode()
    if 'id="going"' not in html:
        return []
    rows = re.findall(r"<li>(.*?)</li>", html.split('id="going"')[1].split("</ul>")[0])
    return [re.sub(r"<[^>]+>", "", row) for row in rows]


@pytest.fixture
def dataset(owner):
    return hourly_dataset(owner, 240)


def renamed(task, name):
    PredictionTask.objects.filter(pk=task.pk).update(name=name)
    return task


def test_nothing_is_listed_where_nothing_goes(owner_client, dataset):
    assert told(owner_client, dataset) == []
    assert (
        "Deleted with it"
        not in owner_client.get(reverse("datasets:delete", args=[dataset.pk])).content.decode()
    )


def test_everything_is_counted_and_named_in_the_dialog_and_on_the_page(
    owner, owner_client, dataset
):
    task = renamed(answered(owner, dataset), "Load, next day")
    scheduling.make(Schedule(forecast=task, zone="UTC"), by=owner)
    rule = {"dataset": dataset, "owner": owner, "kind": AlertRule.Kind.MISSING}
    AlertRule.objects.create(name="Gaps", **rule)
    expected = [
        "1 forecast: Load, next day",
        "1 registered model: load-24h",
        "1 schedule: Load, next day",
        "1 alert rule: Gaps",
    ]
    assert told(owner_client, dataset) == expected
    assert told(owner_client, dataset, HTTP_HX_REQUEST="true") == expected
    owner_client.post(reverse("datasets:delete", args=[dataset.pk]))
    assert not PredictionTask.objects.exists()
    assert not Schedule.objects.exists()
    assert not AlertRule.objects.exists()


def test_five_are_named_and_the_others_counted(owner, owner_client, dataset):
    for number in range(7):
        renamed(start_forecast(owner, dataset), f"F{number}")
    assert told(owner_client, dataset) == ["7 forecasts: F0; F1; F2; F3; F4; 2 more"]


def test_what_belongs_to_others_is_counted_and_not_named(
    owner, owner_client, collaborator, dataset
):
    renamed(start_forecast(owner, dataset), "Mine")
    renamed(start_forecast(collaborator, dataset), "Secret")
    seen = PredictionTask.objects.visible_to(owner).filter(name="Secret").exists()
    said = told(owner_client, dataset)
    assert said == (["2 forecasts: Mine; Secret"] if seen else ["2 forecasts: Mine; 1 more"])
    assert not seen
    PredictionTask.objects.filter(name="Mine").delete()
    assert told(owner_client, dataset) == ["1 forecast"]


def test_runs_of_one_forecast_count_once(owner, owner_client, dataset):
    first = renamed(answered(owner, dataset), "Load")
    later = answered(owner, dataset)
    PredictionTask.objects.filter(pk=later.pk).update(origin=first, run=2, name="Load")
    assert told(owner_client, dataset)[0] == "1 forecast: Load"


def test_registered_models_and_watches_are_named(owner, owner_client, dataset):
    line = ModelLine.objects.create(owner=owner, dataset=dataset, name="load-24h", horizon=24)
    AnomalyWatch.objects.create(owner=owner, dataset=dataset, name="Odd loads")
    ModelWatch.objects.create(line=line)
    assert told(owner_client, dataset) == [
        "1 registered model: load-24h",
        "1 watch for anomalies: Odd loads",
        "1 watch over a model: load-24h",
    ]

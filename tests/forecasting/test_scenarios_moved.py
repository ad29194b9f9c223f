"""A kept what-if after the data moved: asked of the later run on the same days, or why not."""

import numpy as np
import pytest
from django.urls import reverse

from forecasting.fresh import move_jobs, runs, tasks
from forecasting.models import Scenario
from tests.datasets.made import read_dataset
from tests.forecasting.appended import append
from tests.forecasting.made import again, answered, hourly_text

pytestmark = pytest.mark.django_db
HOURS, NEW = 240, 12


@pytest.fixture
def dataset(owner):
    return read_dataset(owner, hourly_text(HOURS))


@pytest.fixture
def task(owner, dataset):
    return answered(owner, dataset)


def kept(client, task, name, *steps):
    """Twice the load at these steps."""
    changes = [
        {"column": "load", "how": "scale", "value": 2, "first": first, "last": last}
        for first, last in steps
    ]
    body = {"changes": changes, "name": name}
    made = client.post(
        f"/api/v1/predictions/{task.pk}/scenarios/", body, content_type="application/json"
    )
    assert made.status_code == 201, made.json()
    return Scenario.objects.get(name=name)


def moved(task, dataset):
    """The run that half a day of new rows brings."""
    values = [150 + 30 * np.sin(2 * np.pi * hour / 24) for hour in range(NEW)]
    tasks.bring_up_to_date(str(append(dataset, values, HOURS).pk))
    run = runs.underway(task)
    move_jobs.move_forecast(str(run.instant_job_id))
    return again(run)


def page(run):
    return reverse("forecasting:whatif", args=[run.pk])


def changes_of(client, run, row):
    """What the page of the run would send for a scenario."""
    opened = client.get(f"{page(run)}?scenario={row.pk}")
    assert opened.status_code == 200
    return opened.context["whatif"].opened_changes, opened.content.decode()


@pytest.mark.parametrize("has_times", [True, False])
def test_it_is_asked_of_the_later_run_on_the_same_days(owner_client, task, dataset, has_times):
    row = kept(owner_client, task, "Holiday", (1, 4), (10, 20))
    if not has_times:
        plain = [{k: one[k] for k in one if k not in {"from", "to"}} for one in row.changes]
        Scenario.objects.update(changes=plain)
    run = moved(task, dataset)
    listed = owner_client.get(page(run)).content.decode()
    assert "From earlier runs" in listed
    [change], words = changes_of(owner_client, run, row)
    # Half a day later its steps 10 to 20 are -2 to 8, of which two are known by now.
    assert (change.first, change.last) == (1, 20 - NEW)
    assert "1 of its 2 changes has passed" in words
    owner_client.post(
        f"{page(run)}keep/", {"name": "Holiday", "scenario": str(row.pk), "target_scale": "5"}
    )
    row.refresh_from_db()
    assert (row.task, len(row.changes)) == (task, 2)
    assert Scenario.objects.get(task=run).name == "Holiday"
    assert "From earlier runs" not in owner_client.get(page(run)).content.decode()


def test_one_whose_days_have_passed_says_so(owner_client, task, dataset):
    row = kept(owner_client, task, "Outage", (2, 5))
    changes, words = changes_of(owner_client, moved(task, dataset), row)
    assert changes == []
    assert "the days that it changes have passed" in words


def test_the_first_run_shows_no_scenario_of_a_later_one(
    client, owner_client, stranger, task, dataset
):
    run = moved(task, dataset)
    row = kept(owner_client, run, "Later", (2, 5))
    assert "Later" not in owner_client.get(page(task)).content.decode()
    client.force_login(stranger)
    assert client.get(f"{page(run)}?scenario={row.pk}").status_code == 404

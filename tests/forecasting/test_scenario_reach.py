"""A what-if says how far its covariates were known, and what of them was forecast beyond."""

import pytest
from django.urls import reverse

from tests.datasets.made import read_dataset
from tests.forecasting.made import raced
from tests.forecasting.test_scenarios import HORIZON, HOURS, ask, change, keep, plan_text

pytestmark = pytest.mark.django_db


def short_plan(owner, ahead):
    """The plan ends so many hours after the load, a day before the forecast does."""
    lines = plan_text().splitlines()[: 1 + HOURS + ahead]
    dataset = read_dataset(owner, "\n".join(lines) + "\n", name="short.csv")
    keys = {column.name: column.key for column in dataset.current_version.columns.all()}
    asked = {"targets": [keys["load"]], "names": ["load"]}
    beside = {"known": [keys["plan"]], "past": []}
    return raced(owner, "linear_stack", dataset=dataset, covariates=beside, windows=2, **asked)


@pytest.mark.parametrize(
    ("ahead", "until", "words"),
    [
        (24, "2026-01-11T23:00:00", "plan is known to the end."),
        (
            6,
            "2026-01-11T05:00:00",
            "; the last 18 steps were forecast, with what that leaves open.",
        ),
        (0, None, "plan is not known ahead: all of it was forecast, with what that leaves open."),
    ],
)
def test_an_answer_says_how_far_covariates_were_known(owner, owner_client, ahead, until, words):
    task = short_plan(owner, ahead)
    changed = change("load", "scale", 2)
    (told,) = ask(owner_client, task, changed).json()["covariates"]
    steps = {"known_steps": ahead, "forecast_steps": HORIZON - ahead}
    assert told == {"column": "plan", "known_to": until, **steps}
    kept = keep(owner_client, task, "Busy", changed)
    assert kept["answer"]["covariates"] == [told]
    page = reverse("forecasting:whatif", args=[task.pk])
    html = owner_client.get(page, {"model": "linear_stack"}).content.decode()
    assert words in html.split('id="whatif-reach"')[1].split("</ul>")[0]
    # One that looks at no covariates was given none.
    assert ask(owner_client, task, changed, model="naive").json()["covariates"] == []
    assert "whatif-reach" not in owner_client.get(page, {"model": "naive"}).content.decode()

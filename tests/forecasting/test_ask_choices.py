"""Every choice about a forecast: kept as asked by page and by program, or refused in words."""

import pytest
from django.urls import reverse

from datasets.models import Column
from forecasting import recipe
from forecasting.models import PredictionTask
from tests.forecasting.asked import (
    ask_api,
    contract_of,
    mark,
    power_dataset,
    press,
    store_dataset,
)
from tests.forecasting.made import hourly_dataset

pytestmark = pytest.mark.django_db


def only_task():
    return PredictionTask.objects.get()


def test_the_page_and_a_program_ask_for_the_same(owner, owner_client):
    dataset = power_dataset(owner)
    press(
        owner_client,
        dataset,
        quality="balanced",
        covariates_shown="1",
        **{"cov-c3": "known", "cov-c4": "past"},
        country="DE",
        subdivision="BY",
        levels=["50", "90"],
        low="0",
        high="1,000",
        integer="1",
        seasons="24, 168",
        windows="3",
        refit="each",
        seconds="30",
        seed="11",
        name="Winter",
    )
    page = only_task()
    answer = ask_api(
        owner_client,
        dataset,
        quality="balanced",
        targets=["load"],
        h=24,
        covariates={"known": ["temp"], "past": ["wind"]},
        calendar={"country": "DE", "subdivision": "BY"},
        levels=[50, 90],
        bounds={"low": 0, "high": 1000, "integer": True},
        seasons=[24, 168],
        windows=3,
        refit="each",
        seconds=30,
        seed=11,
        name="Winter",
    )
    assert answer.status_code == 202
    program = PredictionTask.objects.exclude(pk=page.pk).get()
    assert page.parameters == program.parameters
    assert page.parameters == {
        "targets": ["c2"],
        "names": ["load"],
        "horizon": 24,
        "quality": "balanced",
        "levels": [50, 90],
        "frequency": "h",
        "seed": 11,
        "covariates": {"known": ["c3"], "past": ["c4"]},
        "calendar": {"country": "DE", "subdivision": "BY"},
        "bounds": {"low": 0.0, "high": 1000.0, "integer": True},
        "seasons": [24, 168],
        "windows": 3,
        "refit": "each",
        "seconds": 30.0,
    }
    assert page.name == program.name == "Winter"


def test_what_was_asked_is_what_the_engine_is_told(owner, owner_client):
    dataset = power_dataset(owner)
    ask_api(
        owner_client,
        dataset,
        targets=["load"],
        horizon="1 day",
        covariates={"known": ["temp"], "past": ["wind"]},
        calendar={"country": "DE"},
        bounds={"low": 0},
        seasons=[24],
        windows=2,
    )
    made = recipe.of_task(only_task())
    assert int(made.panel.lengths[0]) == 480
    assert made.panel.known.names[0] == "temp"
    assert "holiday" in made.panel.known.names
    assert made.panel.past.names == ("wind",)
    assert made.panel.frequency.season_lengths == (24,)
    assert (made.rules.limits.low, made.course().windows) == (0.0, 2)


def test_keeping_the_defaults_names_nothing_that_is_usual(owner, owner_client):
    press(owner_client, hourly_dataset(owner))
    assert set(only_task().parameters) == {
        "targets",
        "names",
        "horizon",
        "quality",
        "levels",
        "frequency",
        "seed",
    }


def test_columns_with_the_role_of_a_covariate_help_unless_somebody_says_no(owner, owner_client):
    dataset = power_dataset(owner)
    mark(dataset, temp=Column.Role.KNOWN, wind=Column.Role.PAST)
    ask_api(owner_client, dataset, targets=["load"])
    assert only_task().parameters["covariates"] == {"known": ["c3"], "past": ["c4"]}
    PredictionTask.objects.all().delete()
    ask_api(owner_client, dataset, targets=["load"], covariates={})
    assert "covariates" not in only_task().parameters


def test_a_known_column_with_an_empty_cell_helps_by_its_past(owner, owner_client):
    dataset = power_dataset(owner, holes=(100,))
    mark(dataset, temp=Column.Role.KNOWN)
    ask_api(owner_client, dataset, targets=["load"])
    assert only_task().parameters["covariates"] == {"known": [], "past": ["c3"]}


def test_the_forecast_begins_after_the_last_target_not_after_the_last_row(owner, owner_client):
    html = contract_of(owner_client, power_dataset(owner), horizon="24")
    assert "Wed 21 Jan 00:00 to Wed 21 Jan 23:00" in html
    assert "<b>480 rows</b>" in html


def test_the_sentence_says_what_is_known_through_when_and_what_is_not(owner, owner_client):
    dataset = power_dataset(owner)
    chosen = {"covariates_shown": "1", "cov-c3": "known", "cov-c4": "past"}
    html = contract_of(owner_client, dataset, horizon="48", **chosen)
    assert "It uses temp, known through Thu 22 Jan 23:00." in html
    assert "Of wind only the past is used." in html
    assert "is forecast too" not in html
    html = contract_of(owner_client, dataset, horizon="72", **chosen)
    assert "temp ends before the horizon does: what is missing is forecast too" in html


def test_holidays_in_the_horizon_are_counted(owner, owner_client):
    html = contract_of(
        owner_client, power_dataset(owner, hours=14 * 24), horizon="24", country="US"
    )
    # The load ends on 14 January 2026; Martin Luther King Day is Monday 19 January.
    assert "United States, 0 public holidays in the horizon" in html
    html = contract_of(
        owner_client, power_dataset(owner, hours=18 * 24), horizon="48", country="US"
    )
    assert "United States, 1 public holiday in the horizon: Martin Luther King Jr. Day" in html


def test_until_a_date_counts_the_steps_to_its_end(owner, owner_client):
    dataset = power_dataset(owner)
    press(owner_client, dataset, horizon="", until="2026-01-22")
    assert only_task().horizon == 48
    PredictionTask.objects.all().delete()
    press(owner_client, dataset, horizon="", until="2026-01-21T05:00")
    assert only_task().horizon == 6
    PredictionTask.objects.all().delete()
    ask_api(owner_client, dataset, targets=["load"], horizon="2026-01-21 11:30")
    assert only_task().horizon == 12


@pytest.mark.parametrize(
    ("field", "body", "words"),
    [
        ("horizon", {"horizon": 0}, "A forecast of 0 hours is none. Enter 1 or more."),
        ("horizon", {"horizon": "1000000000000"}, "is too long for 480 rows. Use 120 or fewer."),
        ("horizon", {"horizon": "9" * 60}, "Write a number of steps"),
        ("horizon", {"horizon": "2020-01-01"}, "is not after the last row, Tue 20 Jan 23:00"),
        ("until", {"until": "2020-01-01"}, "Choose a date from Wed 21 Jan 00:00 on."),
        ("until", {"until": "soon"}, "soon is not a date. Write it as 2026-12-24"),
        ("until", {"until": "2030-01-01"}, "is too long for 480 rows. Use 120 or fewer."),
        ("models", {"models": ["lstmm"]}, "There is no model lstmm; there are naive,"),
        ("models", {"models": []}, "Choose at least one model"),
        ("models", {"models": "linear"}, "Give models as a list"),
        ("models", {"models": [{"settings": {}}]}, "Every model needs its type"),
        ("models", {"models": ["linear", "linear"]}, "linear is named twice."),
        ("models", {"models": ["reconciled"]}, "uses Reconciled by itself"),
        ("models", {"models": [{"type": "linear", "settings": {"x": 1}}]}, "no setting x; it has"),
        (
            "models",
            {"models": [{"type": "lstm", "settings": {"hidden_size": 10**9}}]},
            "hidden_size of LSTM lies between 0 and 4,096, not at 1,000,000,000.",
        ),
        (
            "models",
            {"models": [{"type": "lstm", "settings": {"epochs": "many"}}]},
            "epochs of LSTM is a number, not many.",
        ),
        (
            "models",
            {"models": [{"type": "lstm", "settings": {"epochs": 0}}]},
            "LSTM: epochs must be above zero.",
        ),
        (
            "models",
            {"models": [{"type": "lstm", "settings": {"loss": "best"}}]},
            "LSTM: loss is one of mae, mse, huber, not best.",
        ),
        (
            "models",
            {"models": [{"type": "chronos", "settings": {"weights": "/etc"}}]},
            "weights of Chronos belongs to this installation. Leave it out.",
        ),
        ("models", {"models": ["chronos"]}, "Chronos needs pretrained weights"),
        ("levels", {"levels": [0, 100]}, "Give one to four interval levels from 50 to 99"),
        ("levels", {"levels": []}, "Give one to four interval levels from 50 to 99"),
        ("bounds", {"bounds": {"low": 5, "high": 5}}, "The lowest value 5 must lie below"),
        ("bounds", {"bounds": {"low": "x"}}, "A bound is a number, not x."),
        ("bounds", {"bounds": {"low": 1e300}}, "No value reaches such a bound."),
        ("bounds", {"bounds": {"low": 1.2, "high": 1.8, "integer": True}}, "No whole number lies"),
        ("bounds", {"bounds": [1]}, 'Give bounds as {"low"'),
        ("calendar", {"calendar": {"country": "XX"}}, "No holidays are known for XX."),
        (
            "calendar",
            {"calendar": {"country": "DE", "subdivision": "ZZ"}},
            "Germany has no region ZZ with holidays. Use one of: BB,",
        ),
        ("calendar", {"calendar": {"subdivision": "BY"}}, "A region needs its country."),
        ("covariates", {"covariates": {"known": ["load"]}}, "load is forecast itself"),
        ("covariates", {"covariates": {"past": ["rain"]}}, "Choose among: temp, wind."),
        ("covariates", {"covariates": {"known": ["wind"]}}, "or use it as past only."),
        (
            "covariates",
            {"covariates": {"known": ["temp"], "past": ["c3"]}},
            "Choose one of the two",
        ),
        ("covariates", {"covariates": ["temp"]}, 'Give covariates as {"known"'),
        ("seasons", {"seasons": [1]}, "A season has 2 steps or more, not 1."),
        ("seasons", {"seasons": [300]}, "Give 240 steps or fewer."),
        ("seasons", {"seasons": [2, 3, 4, 5, 6]}, "5 seasons are too many. Give 4 or fewer."),
        ("seasons", {"seasons": ["week"]}, "A season length is a number, not week."),
        ("windows", {"windows": 0}, "Test on 1 to 100 past windows"),
        ("windows", {"windows": 90}, "90 windows of 24 hours do not fit into 480 rows. Use 18"),
        ("windows", {"windows": 2.5}, "The number of test windows is a whole number"),
        ("refit", {"refit": "always"}, 'Write "never" to fit models once'),
        ("seconds", {"seconds": 0}, "Give the race 1 to"),
        ("seconds", {"seconds": "1e9"}, "Give the race 1 to"),
        ("seed", {"seed": -1}, "Give a seed from 0 to"),
        ("series", {"series": ["north"]}, "This table has one series"),
        ("name", {"name": "n" * 201}, "The name is too long."),
    ],
)
def test_a_wrong_field_is_named_with_its_remedy(owner, owner_client, field, body, words):
    dataset = power_dataset(owner)
    answer = ask_api(owner_client, dataset, **{"targets": ["load"], "horizon": 24, **body})
    error = answer.json()["error"]
    assert answer.status_code == 422
    assert error["field"] == field
    assert words in error["message"]
    assert not PredictionTask.objects.exists()


def test_no_past_window_is_possible_and_the_remedy_is_said(owner, owner_client):
    dataset = hourly_dataset(owner, 40)
    answer = ask_api(owner_client, dataset, horizon=10, windows=3)
    # A first model needs 10 + 4 rows, so two windows of 10 fit into the other 26.
    assert "Use 2 or fewer, or shorten the horizon." in answer.json()["error"]["message"]
    tiny = hourly_dataset(owner, 16)
    answer = ask_api(owner_client, tiny, horizon=4, windows=3)
    assert "Use 2" in answer.json()["error"]["message"]
    assert ask_api(owner_client, tiny, horizon=4).status_code == 202


def test_a_bound_that_the_past_has_broken_is_told_before_the_start(owner, owner_client):
    html = contract_of(owner_client, power_dataset(owner), horizon="24", high="120")
    assert "load has been as high as 134, above the highest value you set" in html
    assert "never above 120" in html


def test_a_hole_in_a_known_column_is_counted(owner, owner_client):
    dataset = power_dataset(owner, holes=(7, 8))
    answer = ask_api(owner_client, dataset, targets=["load"], covariates={"known": ["temp"]})
    assert "temp misses 2 cells" in answer.json()["error"]["message"]


def test_all_series_of_a_long_table_are_one_run(owner, owner_client):
    dataset = store_dataset(owner)
    html = contract_of(owner_client, dataset, targets="c3", horizon="7")
    assert "<b>sales of 4 series</b>" in html
    press(owner_client, dataset, targets="c3", horizon="7")
    assert "series" not in only_task().parameters
    assert len(recipe.of_task(only_task()).panel) == 4


def test_chosen_series_alone_are_forecast(owner, owner_client):
    dataset = store_dataset(owner)
    chosen = {"which": "chosen", "series": ["shop 3", "shop 1"]}
    html = contract_of(owner_client, dataset, targets="c3", horizon="7", **chosen)
    assert "<b>sales of 2 series</b>" in html
    press(owner_client, dataset, targets="c3", horizon="7", **chosen)
    assert only_task().parameters["series"] == ["shop 1", "shop 3"]
    assert recipe.of_task(only_task()).panel.ids == ("shop 1", "shop 3")


def test_a_series_that_is_not_there_is_refused_by_name(owner, owner_client):
    answer = ask_api(owner_client, store_dataset(owner), series=["shop 1", "shop 9"], horizon=7)
    error = answer.json()["error"]
    assert error["field"] == "series"
    assert error["message"].startswith("There is no series called shop 9. There are shop 1, shop 2")


def test_short_series_are_told(owner, owner_client):
    dataset = store_dataset(owner, short=8)
    html = contract_of(owner_client, dataset, targets="c3", horizon="2")
    assert "1 series has fewer than 12 rows, such as shop 1" in html


def test_a_country_brings_its_regions_even_when_more_changed_at_once(owner, owner_client):
    dataset = power_dataset(owner)
    html = contract_of(owner_client, dataset, country="DE", changed="country,low")
    assert "Bayern (BY)" in html
    html = contract_of(owner_client, dataset, country="DE", changed="low")
    assert "Bayern (BY)" not in html


def test_the_table_of_models_is_not_drawn_anew_while_somebody_ticks_in_it(owner, owner_client):
    dataset = power_dataset(owner)
    assert 'id="ask-models"' in contract_of(owner_client, dataset, changed="horizon")
    assert 'id="ask-models"' not in contract_of(owner_client, dataset, changed="models")


def test_season_lengths_are_looked_for_in_the_data(owner, owner_client):
    dataset = power_dataset(owner)
    asked = {"dataset": dataset.pk, "targets": "c2", "targets_shown": "1"}
    html = owner_client.get(reverse("forecasting:ask_cycles"), asked).content.decode()
    # Every day rises at eight; two weeks and six days are too few for a week.
    assert "24 hours = 24 steps, found in the data" in html
    assert "7 days = 168 steps, not seen in the data" in html

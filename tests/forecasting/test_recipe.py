"""What was asked for reaches the engine: bounds, seasons, covariates, the calendar, own models."""

import datetime
import math

import numpy as np
import pytest

from forecasting import recipe
from forecasting.engine.errors import SettingsError, UnknownModelError
from tests.datasets.made import read_dataset
from tests.forecasting.made import hourly_dataset

pytestmark = pytest.mark.django_db


def daily_text(days=120, ahead=0):
    """Sales of a shop; the plan is known for `ahead` days more, the visitors are not."""
    lines = ["day,sales,plan,visitors"]
    for day in range(days + ahead):
        date = datetime.date(2026, 1, 1) + datetime.timedelta(days=day)
        sales = f"{50 + 10 * math.sin(day) + day % 7:.2f}" if day < days else ""
        visitors = str(100 + day % 5) if day < days else ""
        lines.append(f"{date},{sales},{day % 3},{visitors}")
    return "\n".join(lines) + "\n"


def made(dataset, names=("load",), **asked):
    version = dataset.current_version
    keys = [column.key for column in version.columns.all() if column.name in names]
    return recipe.made(version, {"targets": keys, "horizon": 24, **asked})


def test_a_plain_recipe_lays_out_its_windows_and_takes_the_time_of_its_quality(owner, settings):
    settings.FORECAST_BALANCED_SECONDS, settings.FORECAST_THOROUGH_SECONDS = 40.0, 300.0
    dataset = hourly_dataset(owner)
    plain = made(dataset)
    assert (plain.preset, plain.seconds, plain.levels) == ("balanced", 40.0, (80, 95))
    assert plain.entrants is None
    # A third of 480 rows is 160: six windows of 24 lie in it.
    assert plain.course().windows == 6
    assert made(dataset, quality="thorough").seconds == 300.0
    assert made(dataset, quality="thorough", seconds=7).seconds == 7.0


def test_a_number_of_windows_that_was_asked_for_is_kept(owner):
    assert made(hourly_dataset(owner), windows=3).course().ends == [72, 48, 24]


def test_bounds_seasons_seed_and_refits_hold_for_every_model(owner):
    asked = {"bounds": {"low": 0, "integer": True}, "seasons": [12], "seed": 9, "refit": "each"}
    found = made(hourly_dataset(owner), **asked)
    assert (found.rules.limits.low, found.rules.limits.high) == (0.0, None)
    assert found.rules.limits.integer
    assert (found.rules.seed, found.rules.refit) == (9, "always")
    assert found.panel.frequency.season_lengths == (12,)


def test_models_come_with_names_and_settings_of_their_own(owner):
    models = [
        {"name": "week", "type": "window_mean", "settings": {"window": 168}},
        {"type": "naive"},
    ]
    week, naive = made(hourly_dataset(owner), models=models).entrants
    assert (week.name, week.kind, week.settings) == ("week", "window_mean", {"window": 168})
    assert (naive.name, naive.kind, naive.settings) == ("naive", "naive", {})


def test_a_setting_that_does_not_exist_is_refused_without_importing_the_model():
    with pytest.raises(SettingsError, match="lstm has no setting depth"):
        recipe.require_settings("lstm", {"depth": 3})
    with pytest.raises(UnknownModelError):
        recipe.require_settings("oracle", {})


def test_a_plan_reaches_into_the_future_and_visitors_do_not(owner):
    dataset = read_dataset(owner, daily_text(120, ahead=14), name="shop.csv")
    keys = {column.name: column.key for column in dataset.current_version.columns.all()}
    beside = {"known": [keys["plan"]], "past": [keys["visitors"]]}
    panel = made(dataset, names=("sales",), covariates=beside).panel
    assert int(panel.lengths[0]) == 120
    assert (panel.known.names, panel.past.names) == (("plan",), ("visitors",))
    assert int(panel.known.beyond(panel.lengths)[0]) == 14
    assert panel.known.values[-1, 0] == 133 % 3


def test_holidays_are_known_over_the_horizon(owner):
    dataset = read_dataset(owner, daily_text(400), name="shop.csv")
    panel = made(dataset, names=("sales",), calendar={"country": "DE"}, horizon=14).panel
    assert int(panel.known.beyond(panel.lengths)[0]) == 14
    column = panel.known.names.index("holiday")
    days = np.arange(len(panel.known.values))[panel.known.values[:, column] > 0]
    # 1 May 2026 is 120 days after 1 January.
    assert 120 in days

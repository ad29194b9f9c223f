"""What a search may try: values every settings dataclass accepts."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecasting.engine.errors import SettingsError
from forecasting.engine.panel import Panel
from forecasting.engine.registry import model_type, model_types
from forecasting.engine.tuning import Choice, Range, space_of
from tests.forecasting.engine.series import seasonal

PANEL = Panel.from_arrays({"x": seasonal(2_000)}, "2024-01-01", "h")
SEARCHED = [entry for entry in model_types() if space_of(entry.settings, PANEL)]


def drawn(data, domain):
    if isinstance(domain, Choice):
        return data.draw(st.sampled_from(domain.options))
    if domain.integer:
        return data.draw(st.integers(int(domain.low), int(domain.high)))
    return data.draw(st.floats(domain.low, domain.high))


@pytest.mark.parametrize("entry", SEARCHED, ids=lambda entry: entry.name)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_point_of_every_space_is_a_setting(entry, data):
    space = space_of(entry.settings, PANEL)
    changes = {name: drawn(data, domain) for name, domain in space.items()}
    assert all(space[name].holds(value) for name, value in changes.items())
    try:
        made = entry.settings(**changes)
    except SettingsError as problem:
        pytest.fail(f"{changes}: {problem}")
    assert {name: getattr(made, name) for name in changes} == changes


def test_the_families_that_matter_can_be_searched():
    names = {entry.name for entry in SEARCHED}
    assert {"lightgbm", "xgboost", "lstm", "linear", "linear_stack", "linear_many"} <= names
    nets = {entry.name for entry in model_types() if entry.capabilities.trains_long}
    assert nets <= names
    assert "naive" not in names


def test_the_usual_settings_lie_inside_what_is_searched():
    for name in ("lightgbm", "lstm", "linear"):
        kind = model_type(name).settings
        usual = kind()
        outside = [
            field
            for field, domain in space_of(kind, PANEL).items()
            if not domain.holds(getattr(usual, field))
        ]
        assert outside == []


def test_lookbacks_and_seasons_follow_from_the_data():
    space = space_of(model_type("lightgbm").settings, PANEL)
    assert space["lookback"] == Choice((0, 24, 48, 96, 168, 336))
    short = Panel.from_arrays({"x": seasonal(250)}, "2024-01-01", "h")
    assert space_of(model_type("lightgbm").settings, short)["lookback"] == Choice((0, 24, 48))
    ets = space_of(model_type("auto_ets").settings, PANEL)
    assert ets["season_length"] == Choice((0, 24, 168))


def test_a_range_holds_what_lies_between_its_ends():
    assert Range(1, 3, integer=True).holds(2)
    assert not Range(1, 3, integer=True).holds(2.5)
    assert not Range(1, 3).holds(4)
    assert Choice(("a", "b")).holds("a")

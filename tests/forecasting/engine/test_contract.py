"""What every model in the registry promises."""

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from forecasting.engine import artifacts, registry
from forecasting.engine.backtest import backtest
from forecasting.engine.errors import (
    Cancelled,
    EngineError,
    HorizonError,
    NotFittedError,
    SettingsError,
    TooShortError,
    UnknownModelError,
)
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create, model_type, model_types
from tests.forecasting.engine import customs
from tests.forecasting.engine.series import seasonal

QUICK = {
    "lstm": {"epochs": 2, "epoch_windows": 128, "hidden_size": 8},
    "gru": {"epochs": 2, "epoch_windows": 128, "hidden_size": 8},
    "segrnn": {"epochs": 2, "epoch_windows": 128, "hidden_size": 8},
    "tcn": {"epochs": 2, "epoch_windows": 128, "channels": 8},
    "dlinear": {"epochs": 2, "epoch_windows": 128},
    "nlinear": {"epochs": 2, "epoch_windows": 128},
    "nhits": {"epochs": 2, "epoch_windows": 128, "hidden_size": 16},
    "tide": {"epochs": 2, "epoch_windows": 128, "hidden_size": 8},
    "transformer": {"epochs": 2, "epoch_windows": 128, "model_size": 8, "segment": 6},
    "patchtst": {"epochs": 2, "epoch_windows": 128, "model_size": 8, "layers": 1},
    "itransformer": {"epochs": 2, "epoch_windows": 128, "model_size": 8, "feed_forward": 8},
    "tft": {"epochs": 2, "epoch_windows": 128, "hidden_size": 8, "segment": 6},
    "custom_net": {"epochs": 2, "epoch_windows": 128, "hidden_size": 8},
    "lightgbm": {"rounds": 15},
    "xgboost": {"rounds": 15},
    "linear_many": {"origins": 2},
    "chronos": {"weights": "tests/forecasting/engine/saved/weights/chronos2", "windows": 4},
    "timesfm": {"weights": "tests/forecasting/engine/saved/weights/timesfm", "windows": 4},
    "forecast_covariates": {"model": "linear", "paths": 8},
    # A search over forms for every series; few rows keep it short.
    "auto_ets": {"max_rows": 80},
    "auto_arima": {"max_rows": 40, "season_length": 1},
    "mstl": {"max_rows": 120},
    "tbats": {"max_rows": 60, "box_cox": False, "trend": False, "arma_errors": False},
}
NAMES = [*(entry.name for entry in model_types()), *customs.NAMES]
every_model = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(autouse=True)
def registered_customs(monkeypatch):
    monkeypatch.setattr(registry, "_TYPES", dict(registry._TYPES))
    customs.register()


def make(name):
    return create(name, **QUICK.get(name, {}))


@dataclass
class Learned:
    """A model that learned `hourly` eight steps ahead, and what was seen meanwhile."""

    model: object
    before: str
    after: str
    settings: object
    progress: list = field(default_factory=list)


_learned: dict = {}


@pytest.fixture
def learned(hourly):
    """Every model learns once; a forecast leaves it as it is, which one test proves."""

    def of(name):
        if name not in _learned:
            made, progress, before = make(name), [], hourly.fingerprint()
            settings = made.settings
            made.fit(hourly, horizon=8, progress=lambda done, message: progress.append(done))
            _learned[name] = Learned(made, before, hourly.fingerprint(), settings, progress)
        return _learned[name]

    return of


@pytest.fixture(scope="module", autouse=True)
def forget():
    """No model stays in memory for the files after this one."""
    yield
    _learned.clear()


def direct(name):
    """Whether a forecast cannot reach beyond the fitted horizon; customs register later."""
    if name in customs.NAMES:
        return name == "custom_net"
    return not model_type(name).capabilities.any_horizon


@every_model
def test_forecasts_have_shape_and_future_index(name, hourly, learned):
    forecast = learned(name).model.predict()
    assert forecast.mean.shape == (2, 8, 2)
    assert np.isfinite(forecast.mean).all()
    assert np.array_equal(forecast.times, hourly.future_times(8))
    frame = forecast.to_frame()
    assert list(frame)[:4] == ["unique_id", "ds", name, f"{name}-lo-80"]
    assert frame["unique_id"].unique().tolist() == ["a/heat", "a/load", "b/heat", "b/load"]
    assert frame["ds"].iloc[0] == hourly.times("a")[-1] + pd.Timedelta(hours=1)
    assert frame[name].iloc[8] == forecast.mean[0, 0, 1]


@every_model
def test_the_same_seed_gives_the_same_numbers(name, hourly, learned):
    first = learned(name).model.predict()
    second = make(name).fit(hourly, horizon=8).predict()
    assert np.array_equal(first.mean, second.mean)
    assert np.array_equal(first.lower[95], second.lower[95])


@every_model
def test_saving_and_loading_keeps_the_forecast(name, hourly, learned, tmp_path):
    model = learned(name).model
    loaded = artifacts.load(artifacts.save(model, tmp_path / name))
    for panel in (None, hourly.drop_last(3)):
        assert np.array_equal(model.predict(panel).mean, loaded.predict(panel).mean)
        assert np.array_equal(model.predict(panel).upper[80], loaded.predict(panel).upper[80])


@every_model
def test_new_rows_move_the_forecast_and_no_weight(name, hourly, learned, tmp_path):
    model = artifacts.load(artifacts.save(learned(name).model, tmp_path / name))
    before, weights = model.predict(), weights_of(model)
    newer = Panel.from_arrays(
        {one: 1.5 * hourly.at(place)[-6:] for place, one in enumerate(hourly.ids)},
        hourly.times("a")[-1] + pd.Timedelta(hours=1),
        hourly.frequency.alias,
        channels=hourly.channels,
    )
    moved = model.update(newer).predict()
    assert moved.times[0, 0] - before.times[0, 0] == np.timedelta64(6, "h")
    assert np.isfinite(moved.mean).all()
    assert not np.array_equal(moved.mean, before.mean)
    after = weights_of(model)
    assert after.keys() == weights.keys()
    assert all(np.array_equal(after[key], weights[key], equal_nan=True) for key in weights)


def weights_of(model):
    """What it learned; how wide members make their intervals is learned from new rows too."""
    arrays = model.learned_arrays().items()
    return {key: array for key, array in arrays if ".intervals." not in key}


@every_model
def test_the_input_is_left_as_it_was(name, hourly, learned):
    kept = learned(name)
    assert kept.before == kept.after
    assert np.array_equal(kept.model.predict().mean, kept.model.predict().mean)
    assert hourly.fingerprint() == kept.before
    assert kept.model.settings == kept.settings


@every_model
def test_the_remembered_past_forecasts_like_the_whole(name, hourly, learned):
    model = learned(name).model
    assert np.allclose(model.predict().mean, model.predict(hourly).mean, rtol=1e-12)
    assert np.allclose(model.predict().upper[80], model.predict(hourly).upper[80], rtol=1e-6)


@every_model
def test_too_short_a_series_is_named(name):
    panel = Panel.from_arrays({"tiny": [3.0]})
    with pytest.raises(TooShortError, match="tiny"):
        make(name).fit(panel, horizon=4)


@every_model
def test_values_after_the_cutoff_change_nothing_before_it(name, single):
    plain = backtest(make(name), single, horizon=6, windows=2)
    values = single.values.copy()
    values[-12:] += 1e4
    changed = Panel.from_arrays({"x": values}, "2024-01-01", "h")
    after = backtest(make(name), changed, horizon=6, windows=2)
    assert np.array_equal(plain.mean[0], after.mean[0])
    assert np.array_equal(plain.upper[80][0], after.upper[80][0])


AWKWARD = {
    "constant": np.full(120, 7.0),
    "zeros": np.zeros(120),
    "missing": np.where(np.arange(120) % 5 == 0, np.nan, seasonal(120)),
    "missing end": np.where(np.arange(120) > 100, np.nan, seasonal(120)),
    "all missing": np.full(120, np.nan),
    "one seen": np.where(np.arange(120) == 60, 5.0, np.nan),
    "huge": 1e12 * seasonal(120),
    "very huge": 1e300 * seasonal(120),
    "tiny": 1e-12 * seasonal(120),
    "huge level": 1e12 + seasonal(120),
    "step": np.repeat([0.0, 1.0], 60),
    "spike": np.where(np.arange(120) == 60, 1e9, 1.0),
    "two points": np.array([1.0, 2.0]),
    "three points": np.array([1.0, 2.0, 4.0]),
}


@every_model
@pytest.mark.parametrize("kind", AWKWARD)
def test_awkward_series_give_numbers_or_a_sentence(name, kind):
    try:
        panel = Panel.from_arrays({"s": AWKWARD[kind]}, frequency="h")
        forecast = make(name).fit(panel, horizon=6).predict()
    except EngineError as problem:
        sentence = str(problem)
    else:
        check_numbers(forecast, AWKWARD[kind])
        return
    assert re.fullmatch(r".*[Ss]eries s .*\.", sentence)
    assert kind in {"all missing", "very huge", "two points", "three points"}


def check_numbers(forecast, values):
    assert np.isfinite(forecast.mean).all()
    for level in (80, 95):
        assert np.isfinite(forecast.lower[level]).all()
        assert (forecast.lower[level] <= forecast.mean).all()
    if values.min() == values.max():
        assert np.allclose(forecast.mean, values[0], atol=1e-6)


@every_model
def test_wider_levels_contain_narrower_ones(name, learned):
    forecast = learned(name).model.predict(levels=(50, 80, 90, 99))
    bounds = [forecast.lower[p] for p in (99, 90, 80, 50)] + [forecast.mean]
    bounds += [forecast.upper[p] for p in (50, 80, 90, 99)]
    assert (np.diff(np.stack(bounds), axis=0) >= -1e-9).all()


@every_model
def test_levels_may_be_left_out(name, learned):
    forecast = learned(name).model.predict(levels=())
    assert list(forecast.to_frame()) == ["unique_id", "ds", name]


@every_model
def test_a_stop_request_is_obeyed_at_the_next_step(name, hourly):
    asked = 0

    def should_stop():
        nonlocal asked
        asked += 1
        return asked > 2

    with pytest.raises(Cancelled):
        make(name).fit(hourly, horizon=5, should_stop=should_stop)
    assert asked == 3


@every_model
def test_progress_grows_to_one(name, learned):
    seen = learned(name).progress
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


@every_model
def test_a_shorter_horizon_is_the_beginning_of_the_longer(name, learned):
    model = learned(name).model
    assert np.allclose(model.predict(horizon=3).mean, model.predict().mean[:, :3])


@pytest.mark.parametrize("name", [n for n in NAMES if direct(n)])
def test_a_longer_horizon_needs_a_new_fit(name, learned):
    with pytest.raises(HorizonError, match="fitted for 8 steps; 9 need a new fit"):
        learned(name).model.predict(horizon=9)


@pytest.mark.parametrize("name", [n for n in NAMES if not direct(n)])
def test_a_rule_forecasts_beyond_its_horizon(name, learned):
    forecast = learned(name).model.predict(horizon=12)
    assert forecast.upper[80].shape == (2, 12, 2)
    assert np.isfinite(forecast.upper[80]).all()


@every_model
def test_an_unfitted_model_says_so(name):
    with pytest.raises(NotFittedError, match="Fit the model"):
        make(name).predict()


@every_model
def test_other_channels_than_learned_are_refused(name, learned, single):
    with pytest.raises(SettingsError, match="learned 2 channels; the data have 1"):
        learned(name).model.predict(single)


@every_model
def test_an_unknown_setting_names_the_known_ones(name):
    with pytest.raises(SettingsError, match="has no setting magic"):
        create(name, magic=1)


def test_an_unknown_model_lists_the_known_ones():
    with pytest.raises(UnknownModelError, match="naive, seasonal_naive"):
        create("crystal_ball")


@every_model
def test_every_entry_speaks_for_itself(name):
    entry = model_type(name)
    assert entry.label
    assert entry.description.endswith(".")
    assert entry.load().name == name
    assert entry.load().capabilities == entry.capabilities
    assert entry.load().settings_type is entry.settings


# They forecast one level or a straight line and say so.
SEASONLESS = {
    "naive",
    "drift",
    "window_mean",
    "croston_classic",
    "croston_optimized",
    "croston_sba",
    "adida",
    "imapa",
    "tsb",
}
# Their weights here are random numbers.
UNTRAINED = {"chronos", "timesfm"}
# Made to show how models of one's own come in, not to be good ones.
EXAMPLES = {*customs.NAMES}
NO_CLAIM = SEASONLESS | UNTRAINED | EXAMPLES


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in NAMES if n not in NO_CLAIM])
def test_an_easy_seasonal_series_is_beaten_clearly(name):
    panel = Panel.from_arrays(seasonal(1500), frequency="h")
    yardstick = backtest(create("naive"), panel, horizon=24, windows=10)
    assert backtest(create(name), panel, horizon=24, windows=10).skill(yardstick) > 0.9

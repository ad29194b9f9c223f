import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecasting.engine.errors import SettingsError
from forecasting.engine.panel import Panel
from forecasting.engine.preprocessing.box_cox import BoxCox
from forecasting.engine.preprocessing.chain import Chain
from forecasting.engine.preprocessing.differencing import Differencing
from forecasting.engine.preprocessing.imputation import Imputation
from forecasting.engine.preprocessing.outlier_masks import OutlierMask
from forecasting.engine.preprocessing.scalers import Scaler
from tests.forecasting.engine.series import seasonal


def full():
    return Chain(
        [
            OutlierMask("hampel"),
            Imputation("seasonal"),
            BoxCox(power=0.5),
            Differencing(1, 1),
            Scaler("mean_abs"),
        ]
    )


@given(arrays(np.float64, st.integers(9, 40), elements=st.integers(1, 99).map(float)))
def test_a_chain_comes_back_in_reverse(values):
    panel = Panel.from_arrays({"a": values, "b": values[::-1][:-3]})
    chain = Chain([BoxCox(power=0.5), Differencing(1, 1), Scaler("standard")]).fit(panel)
    assert np.allclose(chain.undo(chain.apply(panel)).values, panel.values, rtol=1e-6)


def test_the_transformed_future_comes_back_as_the_future():
    panel = Panel.from_arrays({"a": seasonal(200), "b": seasonal(150, level=50)}, frequency="h")
    past = panel.drop_last(10)
    chain = Chain([BoxCox(power=0.0), Differencing(1, 1), Scaler("robust")]).fit(past)
    steps = np.stack([chain.apply(panel).at(s)[-10:] for s in range(2)])
    future = np.stack([panel.at(s)[-10:] for s in range(2)])
    assert np.allclose(chain.undo_forecast(steps, past), future)


def test_steps_learn_from_what_the_steps_before_them_made():
    values = seasonal(100)
    values[40] = 1e6
    panel = Panel.from_arrays(values)
    chain = Chain([OutlierMask(), Scaler("min_max")]).fit(panel)
    assert chain.steps[1].scale_[0, 0] < 10


def test_the_future_of_a_fold_changes_nothing_learned_before_it():
    values = seasonal(200)
    changed = np.where(np.arange(200) >= 150, 1e4, values)
    states = [
        json.dumps(full().fit(Panel.from_arrays(v, frequency="h").window(0, 150)).state())
        for v in (values, changed)
    ]
    assert states[0] == states[1]


def test_a_chain_survives_as_json_and_begins_anew():
    panel = Panel.from_arrays(seasonal(120), frequency="h")
    chain = full().fit(panel)
    again = Chain.from_state(json.loads(json.dumps(chain.state(), allow_nan=False)))
    assert np.array_equal(again.apply(panel).values, chain.apply(panel).values, equal_nan=True)
    fresh = chain.fresh()
    assert [step.settings() for step in fresh.steps] == [step.settings() for step in chain.steps]
    other = Panel.from_arrays({"other": seasonal(120)}, frequency="h")
    assert fresh.fit(other).apply(other).ids == ("other",)


def test_an_unknown_step_names_the_known_ones():
    with pytest.raises(SettingsError, match="no preprocessing step bake; there are mask_outliers"):
        Chain.from_state([{"step": "bake", "settings": {}, "learned": {}}])


def test_an_empty_chain_changes_nothing():
    panel = Panel.from_arrays([1.0, 2.0])
    chain = Chain().fit(panel)
    assert chain.apply(panel) is panel
    assert chain.undo_forecast(np.ones((1, 1, 1)), panel).tolist() == [[[1.0]]]

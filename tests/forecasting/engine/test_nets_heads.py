"""What the last layer of a network describes, against formulas worked out by hand."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from forecasting.engine.errors import SettingsError
from forecasting.engine.neural.distributions import QUANTILES, head_of, require_counts
from forecasting.engine.neural.heads import UNIT, QuantileHead
from forecasting.engine.neural.normalisation import place_of
from forecasting.engine.neural.window import Window
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create

KINDS = ("quantile", "gaussian", "student_t", "negative_binomial")


def window(past, mean=0.0, spread=1.0):
    rows = torch.tensor(past, dtype=torch.float32).reshape(1, -1, 1)
    plain = Window.plain(rows, 2)
    return plain._replace(mean=torch.tensor([[mean]]), spread=torch.tensor([[spread]]))


def untrained(kind, shown, normalisation="last"):
    head = head_of(kind, "mae")
    answer = torch.zeros(1, 2, 1, head.outputs)
    return head, head.placed(answer, place_of(shown.past, normalisation), shown)


def test_the_loss_of_a_point_is_the_chosen_error():
    parameters = torch.tensor([1.0, 5.0]).reshape(1, 2, 1, 1)
    targets = torch.tensor([2.0, 2.0]).reshape(1, 2, 1)
    # Errors 1 and 3: mean 2, mean square 5, Huber (0.5 and 2.5) 1.5.
    found = [head_of("point", loss).loss(parameters, targets) for loss in ("mae", "mse", "huber")]
    assert found == [2.0, 5.0, 1.5]


def test_the_pinball_loss_weighs_both_sides():
    head = QuantileHead((0.1, 0.5, 0.9))
    parameters = torch.tensor([1.0, 2.0, 4.0]).reshape(1, 1, 1, 3)
    # Target 3: 0.1 * 2, 0.5 * 1, (1 - 0.9) * 1; twice their mean.
    assert head.loss(parameters, torch.full((1, 1, 1), 3.0)).item() == pytest.approx(
        2 * (0.2 + 0.5 + 0.1) / 3
    )


def test_quantiles_that_cross_are_put_in_order():
    head = QuantileHead((0.1, 0.5, 0.9))
    parameters = torch.tensor([3.0, 1.0, 2.0]).reshape(1, 1, 1, 3)
    assert head.quantiles(parameters, (0.1, 0.5, 0.9)).flatten().tolist() == [1.0, 2.0, 3.0]
    assert head.centre(parameters).item() == 2.0


@pytest.mark.parametrize("kind", ["gaussian", "student_t"])
def test_an_untrained_distribution_has_the_place_and_size_of_the_window(kind):
    shown = window([1.0, 3.0, 5.0, 7.0])
    head, parameters = untrained(kind, shown, "standard")
    # Mean 4, standard deviation sqrt(5).
    assert head.centre(parameters).flatten().tolist() == pytest.approx([4.0, 4.0])
    assert parameters[0, 0, 0, 1].item() == pytest.approx(math.sqrt(5), rel=1e-3)


def test_the_gaussian_is_that_of_the_textbook():
    head = head_of("gaussian", "mae")
    parameters = torch.tensor([2.0, 3.0]).reshape(1, 1, 1, 2)
    expected = -stats.norm(2, 3).logpdf(4.0)
    assert head.loss(parameters, torch.full((1, 1, 1), 4.0)).item() == pytest.approx(expected)
    found = head.quantiles(parameters, QUANTILES).flatten().numpy()
    assert np.allclose(found, stats.norm(2, 3).ppf(QUANTILES), atol=1e-5)


def test_students_t_is_that_of_the_textbook():
    head = head_of("student_t", "mae")
    parameters = torch.tensor([2.0, 3.0, 4.5]).reshape(1, 1, 1, 3)
    law = stats.t(4.5, 2, 3)
    loss = head.loss(parameters, torch.full((1, 1, 1), 9.0)).item()
    assert loss == pytest.approx(-law.logpdf(9.0), rel=1e-5)
    found = head.quantiles(parameters, QUANTILES).flatten().numpy()
    assert np.allclose(found, law.ppf(QUANTILES), atol=1e-5)


def test_the_negative_binomial_counts_in_the_unit_of_the_data():
    head = head_of("negative_binomial", "mae")
    # Mean 4 and dispersion 0.5: size 2, success 2 / (2 + 4). Data are z = (count - 10) / 5.
    parameters = torch.tensor([4.0, 0.5, 10.0, 5.0]).reshape(1, 1, 1, 4)
    law = stats.nbinom(2, 1 / 3)
    loss = head.loss(parameters, torch.full((1, 1, 1), (7 - 10) / 5)).item()
    assert loss == pytest.approx(-law.logpmf(7), rel=1e-5)
    assert head.centre(parameters).item() == pytest.approx((4 - 10) / 5)
    found = head.quantiles(parameters, QUANTILES).flatten().numpy()
    assert np.allclose(found * 5 + 10, law.ppf(QUANTILES))


def test_an_untrained_count_is_the_mean_of_the_window():
    shown = window([-1.0, 1.0], mean=10.0, spread=5.0)
    head, parameters = untrained("negative_binomial", shown)
    # Mean of the window is 0 scaled, 10 counts; one is added so that nothing divides by zero.
    assert (head.centre(parameters) * 5 + 10).flatten().tolist() == pytest.approx([11.0] * 2, 1e-3)
    assert math.log1p(math.exp(UNIT)) == pytest.approx(1.0)


@pytest.mark.parametrize("values", [[1.0, -2.0], [0.5, 1.0]])
def test_what_is_no_count_is_refused(values):
    with pytest.raises(SettingsError, match="series shop holds negative or broken"):
        require_counts(torch.tensor([*values, float("nan")]), "shop")


@pytest.fixture(scope="module")
def counts():
    hours = np.arange(600)
    rate = 6 + 5 * np.sin(2 * np.pi * hours / 24)
    return Panel.from_arrays(np.random.default_rng(3).poisson(rate).astype(float), frequency="h")


@pytest.mark.parametrize("kind", KINDS)
def test_intervals_of_a_distribution_cover_what_they_promise(counts, kind):
    sizes = {"hidden_size": 16, "epochs": 6, "epoch_windows": 400, "learning_rate": 1e-2}
    model = create("gru", likelihood=kind, lookback=48, **sizes).fit(
        counts.window(0, 480), horizon=12
    )
    inside = []
    for end in range(12, 110, 7):
        forecast = next(model.predict_at(counts, [end], levels=(80,)))
        actual = counts.values[600 - end : 612 - end, 0]
        inside.append(
            (forecast.lower[80][0, :, 0] <= actual) & (actual <= forecast.upper[80][0, :, 0])
        )
    assert 0.68 <= np.mean(inside) <= 0.92


def test_the_intervals_of_counts_are_wider_above_than_below(counts):
    sizes = {"hidden_size": 16, "epochs": 4, "epoch_windows": 400, "learning_rate": 1e-2}
    model = create("gru", likelihood="negative_binomial", lookback=48, **sizes)
    forecast = model.fit(counts, horizon=24).predict(levels=(95,))
    above = (forecast.upper[95] - forecast.mean).mean()
    assert above > 1.1 * (forecast.mean - forecast.lower[95]).mean()

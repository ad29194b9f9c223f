"""Budgets that are counted, memory that is told before, and trainings that break down."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from forecasting.engine.errors import SettingsError, TrainingError
from forecasting.engine.network_settings import LSTMSettings
from forecasting.engine.neural import loop, memory
from forecasting.engine.neural.heads import PointHead
from forecasting.engine.neural.loop import train
from forecasting.engine.neural.lstm import LSTM
from forecasting.engine.neural.memory import MIB, Memory
from forecasting.engine.neural.network import WindowNetwork
from forecasting.engine.neural.probing import Probe
from forecasting.engine.neural.schedule import Plan, learning_rate
from forecasting.engine.neural.training import Hooks
from forecasting.engine.neural.window import Shape
from forecasting.engine.neural.windows import ArrayWindows
from forecasting.engine.neural.work import affordable_windows, operations, seconds_per_window
from forecasting.engine.neural_settings import TrainingSettings
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create, model_types
from tests.forecasting.engine.series import seasonal
from tests.forecasting.engine.test_contract import QUICK

NETS = [entry.name for entry in model_types() if entry.capabilities.resumable]
SETTINGS = LSTMSettings(epochs=4, epoch_windows=64, batch_size=32, patience=9)


class Line(nn.Module):
    """One weight per pair of steps, 4 x 2."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 2, bias=False)

    def forward(self, inputs):
        return self.layer(inputs[:, :, 0])


def network():
    return WindowNetwork(Line(), Shape(4, 2), PointHead("mse"))


def source(count=200):
    rows = torch.randn(count, 6, 1, generator=torch.Generator().manual_seed(0)).cumsum(1)
    return ArrayWindows(rows[:, :4], rows[:, 4:])


def test_the_cycle_climbs_to_the_full_rate_and_falls_to_almost_none():
    settings = TrainingSettings(learning_rate=1.0)
    rates = [learning_rate(settings, done) for done in (0.0, 0.15, 0.3, 0.65, 1.0)]
    assert rates == pytest.approx([0.04, 0.52, 1.0, 0.50005, 1e-4])


def test_a_plan_keeps_both_budgets_and_looks_often_enough():
    settings = TrainingSettings(epochs=50, epoch_windows=2_000, max_windows=20_000)
    assert Plan.of(settings, 10**6, 1e9) == Plan(10, 2_000, "finished")
    assert Plan.of(settings, 10**6, 5_000) == Plan(5, 1_000, "time budget used")
    assert Plan.of(replace(settings, all_windows=True), 12_345, 1.0) == Plan(50, 12_345, "finished")


def test_the_operations_of_a_window_are_counted():
    # Two operations, multiply and add, for each of 4 x 2 weights.
    assert operations(network(), source()) == 16
    recurrent = nn.LSTM(3, 5, batch_first=True)

    class Reads(nn.Module):
        def __init__(self):
            super().__init__()
            self.recurrent = recurrent

        def forward(self, inputs):
            return self.recurrent(inputs.expand(-1, -1, 3))[0][:, -1, :2]

    # Four gates of 5 cells see 3 inputs and 5 states, 4 steps long.
    counted = operations(WindowNetwork(Reads(), Shape(4, 2), PointHead("mse")), source())
    assert counted == 2 * 4 * 5 * (3 + 5) * 4


def test_a_budget_pays_for_learning_and_for_looking_at_the_validation_windows():
    settings = TrainingSettings(max_seconds=100, epoch_windows=1_000)
    # 68 of 100 seconds, 10 ms a window, make 6,800 windows; 1,000 looks of 0.3 windows follow every
    # epoch of 1,000: 6,800 / 1.3 = 5,230.8, which is more than five epochs.
    assert affordable_windows(0.01, settings, 1_000) == pytest.approx(5_230.77, abs=0.01)
    # Of 3,400 windows five looks take 1,500; of 680 they would take too much.
    assert affordable_windows(0.02, settings, 1_000) == pytest.approx(1_900)
    assert affordable_windows(0.1, settings, 1_000) == pytest.approx(340)


def test_a_wider_network_is_counted_as_slower():
    def pace(hidden):
        shape, settings = Shape(48, 12), LSTMSettings(hidden_size=hidden)
        net = WindowNetwork(LSTM(shape, settings), shape, PointHead("mae"))
        windows = ArrayWindows(torch.zeros(9, 48, 1), torch.zeros(9, 12, 1))
        return seconds_per_window(net, windows, Probe.of(net, windows), 64, "cpu")

    assert pace(32) == pace(32)
    # Sixteen times the weights between the cells, most of the work of the wider one.
    assert 4 * pace(32) < pace(512)


def test_all_windows_are_seen_on_request():
    settings = replace(SETTINGS, all_windows=True, epochs=2)
    seen = []
    train(network, source(77), source(9), settings, Hooks(on_epoch=seen.append))
    assert len(seen) == 2


def test_a_batch_is_halved_until_it_fits():
    need = Memory(fixed=10 * MIB, per_window=MIB)
    assert need.largest_batch(64, 100 * MIB) == 64
    assert need.largest_batch(64, 30 * MIB) == 16
    with pytest.raises(TrainingError, match="needs 11 MiB of memory and 10 MiB are available"):
        need.largest_batch(64, 10 * MIB)


def test_a_batch_in_parts_learns_the_same():
    def weights(parts):
        settings = replace(SETTINGS, max_memory_mb=1)
        monkey = pytest.MonkeyPatch()
        monkey.setattr(Memory, "largest_batch", lambda self, wanted, free: wanted // parts)
        with monkey.context():
            trained, _ = train(network, source(), source(20), settings, Hooks())
        monkey.undo()
        return trained.module.layer.weight

    assert torch.allclose(weights(1), weights(4), atol=1e-6)


class Hungry(Line):
    """Takes at most 8 windows at once."""

    def forward(self, inputs):
        if self.training and len(inputs) > 8:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return super().forward(inputs)


class Starving(Line):
    def forward(self, inputs):
        if self.training and inputs.requires_grad is False and loop_is_stepping():
            raise torch.OutOfMemoryError("out of memory")
        return super().forward(inputs)


def loop_is_stepping():
    return STEPPING["now"]


STEPPING = {"now": False}


def test_a_training_that_runs_out_of_memory_goes_on_in_smaller_parts():
    def build():
        return WindowNetwork(Hungry(), Shape(4, 2), PointHead("mse"))

    _, run = train(build, source(), source(20), SETTINGS, Hooks())
    assert (run.stopped, run.epoch) == ("finished", 4)


def broken_after(epochs, harm):
    """A training whose ``harm`` begins after some good epochs; the network and the run."""
    seen = []

    def build():
        return WindowNetwork(Starving(), Shape(4, 2), PointHead("mse"))

    found = []

    def build_and_keep():
        found.append(build())
        return found[0]

    def heard(report):
        seen.append({n: t.clone() for n, t in found[0].state_dict().items()})
        if report.epoch == epochs:
            harm(found[0])

    STEPPING["now"] = False
    try:
        return *train(build_and_keep, source(), source(20), SETTINGS, Hooks(on_epoch=heard)), seen
    finally:
        STEPPING["now"] = False


def spoil(value):
    def harm(network):
        network.module.layer.weight.data.fill_(value)

    return harm


def starve(network):
    STEPPING["now"] = True


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (spoil(float("nan")), "the loss is no longer a number"),
        (spoil(1e4), "the loss grew a thousandfold"),
        (starve, "out of memory"),
    ],
)
def test_a_breakdown_keeps_the_best_epoch_before_it(harm, reason):
    trained, run, seen = broken_after(2, harm)
    assert (run.stopped, run.epoch) == (reason, 2)
    best = seen[run.best_epoch - 1]
    assert torch.equal(trained.state_dict()["module.layer.weight"], best["module.layer.weight"])


def test_a_breakdown_before_the_first_epoch_says_what_to_do():
    broken = ArrayWindows(torch.zeros(64, 4, 1), torch.full((64, 2, 1), float("nan")))
    with pytest.raises(TrainingError, match="epoch 1: the loss is no longer a number"):
        train(network, broken, broken, SETTINGS, Hooks())


def test_the_memory_of_a_training_is_told(hourly):
    model = create("lstm", epochs=1, epoch_windows=64).fit(hourly, horizon=4)
    assert 1 <= model.report_["memory_mb"] < 200


def test_too_little_memory_is_refused_before_the_start(monkeypatch, hourly):
    monkeypatch.setattr(memory, "available", lambda limit, device: 1000)
    with pytest.raises(TrainingError, match="shorten the lookback or choose a smaller"):
        create("lstm", epochs=1, epoch_windows=64).fit(hourly, horizon=4)
    assert loop.memory is memory


def test_a_gpu_that_is_not_there_is_refused(hourly):
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(SettingsError, match="No GPU can be used here"):
        create("lstm", device="cuda", epochs=1).fit(hourly, horizon=4)


@pytest.mark.parametrize("name", ["lstm", "patchtst"])
def test_half_precision_forecasts_nearly_the_same(name, hourly):
    sizes = QUICK[name]
    full, half = (
        create(name, precision=p, **sizes).fit(hourly, horizon=6).predict().mean
        for p in ("float32", "bfloat16")
    )
    assert not np.array_equal(full, half)
    assert np.allclose(full, half, rtol=0.1)


@pytest.mark.parametrize("name", NETS)
def test_many_cutoffs_at_once_forecast_like_each_alone(name, hourly):
    model = create(name, **QUICK[name]).fit(hourly.drop_last(20), horizon=5)
    ends = [0, 3, 11]
    for end, forecast in zip(ends, model.predict_at(hourly, ends), strict=True):
        alone = model.predict(hourly.drop_last(end))
        assert np.allclose(forecast.mean, alone.mean, rtol=1e-5)
        assert np.allclose(forecast.upper[80], alone.upper[80], rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", NETS)
def test_two_fits_at_default_size_give_the_same_numbers(name):
    panel = Panel.from_arrays({"a": seasonal(700), "b": seasonal(700, seed=2)}, frequency="h")
    first, second = (
        create(name, max_windows=1_500).fit(panel, horizon=24).predict().mean for _ in range(2)
    )
    assert np.array_equal(first, second)

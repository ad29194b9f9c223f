"""The training loop: budgets, stopping, and going on after a crash."""

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from forecasting.engine.errors import Cancelled, TrainingError
from forecasting.engine.missing import Scaled
from forecasting.engine.network_settings import LSTMSettings
from forecasting.engine.neural.beside import Beside
from forecasting.engine.neural.contexts import Contexts
from forecasting.engine.neural.heads import PointHead
from forecasting.engine.neural.loop import train
from forecasting.engine.neural.lstm import LSTM
from forecasting.engine.neural.network import WindowNetwork
from forecasting.engine.neural.training import Hooks
from forecasting.engine.neural.window import Shape
from forecasting.engine.neural.windows import ArrayWindows
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.watch import Watch
from tests.forecasting.engine.series import seasonal

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = LSTMSettings(
    epochs=4,
    epoch_windows=96,
    batch_size=32,
    patience=9,
    max_windows=10_000,
    hidden_size=8,
    num_layers=2,
    dropout=0.2,
)
SHAPE = Shape(24, 6)


def source(columns, bounds, lookback, horizon):
    panel = Panel.from_arrays({str(n): column for n, column in enumerate(columns)})
    nothing = np.zeros(len(columns))
    scaled = Scaled.of(panel, nothing, nothing + 1)
    contexts = Contexts.of(panel, scaled, Beside.of(panel, panel.lengths), together=False)
    return contexts.source(bounds, lookback, horizon)


def windows(seed=0, count=200):
    return source([seasonal(count, seed=seed, level=0.0)], [(0, count)], 24, 6)


def build():
    return WindowNetwork(LSTM(SHAPE, SETTINGS), SHAPE, PointHead("mae"))


def trained(settings=SETTINGS, hooks=None):
    return train(build, windows(), windows(1), settings, hooks or Hooks())


def weights(network):
    return torch.cat([tensor.flatten() for tensor in network.state_dict().values()])


def test_windows_are_views_of_one_tensor():
    found = windows()
    assert found.view.data_ptr() == found.view[3].data_ptr() - 3 * 4
    assert len(found) == 200 - 30 + 1
    window, targets = found.batch(torch.tensor([0, 5]))
    column = torch.from_numpy(seasonal(200, level=0.0).astype(np.float32))
    assert torch.equal(window.past[1, :, 0], column[5:29])
    assert torch.equal(targets[1, :, 0], column[29:35])


def test_windows_never_cross_from_one_series_to_the_next():
    found = source([np.zeros(40), np.ones(40)], [(0, 40), (0, 40)], 10, 5)
    window, targets = found.batch(torch.arange(len(found)))
    block = torch.cat([window.past, targets], dim=1)[:, :, 0]
    assert len(found) == 2 * 26
    assert (block.min(dim=1).values == block.max(dim=1).values).all()


def test_validation_windows_have_all_targets_after_the_cut():
    training = source([np.arange(100.0)], [(0, 80)], 10, 5)
    validation = source([np.arange(100.0)], [(80, 100)], 10, 5)
    assert training.batch(torch.tensor([len(training) - 1]))[1].max() == 79
    assert validation.batch(torch.tensor([0]))[1].min() == 80


def test_training_lowers_the_loss_and_reports_every_epoch():
    reports = []
    network, run = trained(
        replace(SETTINGS, epochs=16, learning_rate=3e-2), Hooks(on_epoch=reports.append)
    )
    assert [report.epoch for report in reports] == list(range(1, 17))
    assert reports[-1].valid_loss < 0.6 * reports[0].valid_loss
    assert reports[-1].eta_seconds == 0
    assert run.stopped == "finished"
    assert not network.training


def test_the_same_seed_gives_the_same_weights_and_another_does_not():
    assert torch.equal(weights(trained()[0]), weights(trained()[0]))
    assert not torch.equal(weights(trained()[0]), weights(trained(replace(SETTINGS, seed=1))[0]))


def test_training_leaves_the_random_numbers_of_others_alone():
    before = torch.get_rng_state()
    trained()
    assert torch.equal(before, torch.get_rng_state())


class DeathError(Exception):
    pass


@pytest.mark.parametrize("dies_in_epoch", [1, 2, 3])
def test_a_resumed_training_ends_with_the_same_weights(tmp_path, dies_in_epoch):
    whole, run = trained()

    def die(report):
        if report.epoch == dies_in_epoch + 1:
            raise DeathError

    with pytest.raises(DeathError):
        trained(hooks=Hooks(on_epoch=die, checkpoint=tmp_path, identity="same"))
    reports = []
    hooks = Hooks(on_epoch=reports.append, checkpoint=tmp_path, identity="same")
    resumed, again = trained(hooks=hooks)
    assert reports[0].epoch == dies_in_epoch + 1
    assert torch.equal(weights(whole), weights(resumed))
    assert [e["valid_loss"] for e in again.history] == [e["valid_loss"] for e in run.history]


def test_a_finished_checkpoint_is_not_trained_again(tmp_path):
    hooks = Hooks(checkpoint=tmp_path, identity="same")
    first, _ = trained(hooks=hooks)
    reports = []
    second, _ = trained(hooks=replace(hooks, on_epoch=reports.append))
    assert reports == []
    assert torch.equal(weights(first), weights(second))


@pytest.mark.parametrize("harm", ["other identity", "tensors", "facts"])
def test_a_foreign_or_damaged_checkpoint_starts_over(tmp_path, harm):
    trained(hooks=Hooks(checkpoint=tmp_path, identity="same"))
    if harm == "tensors":
        next(tmp_path.glob("*.safetensors")).write_bytes(b"no")
    if harm == "facts":
        (tmp_path / "checkpoint.json").write_text("{")
    reports = []
    identity = "another" if harm == "other identity" else "same"
    trained(hooks=Hooks(on_epoch=reports.append, checkpoint=tmp_path, identity=identity))
    assert reports[0].epoch == 1


def test_a_checkpoint_holds_one_epoch_and_no_pickle(tmp_path):
    trained(hooks=Hooks(checkpoint=tmp_path, identity="same"))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["checkpoint.json", "epoch-00004.safetensors"]
    assert json.loads((tmp_path / "checkpoint.json").read_text())["run"]["epoch"] == 4


def test_training_stops_when_it_no_longer_improves():
    constant = ArrayWindows(torch.zeros(64, 24, 1), torch.zeros(64, 6, 1))
    settings = replace(SETTINGS, epochs=50, max_windows=10_000, patience=2)
    _, run = train(build, constant, constant, settings, Hooks())
    assert (run.stopped, run.epoch) == ("no longer improving", 3)


def test_the_budget_of_windows_bounds_the_epochs():
    _, run = trained(replace(SETTINGS, epochs=50, max_windows=200))
    # A fifth of 200 windows an epoch, so that there are five looks at the validation windows.
    assert (run.stopped, run.epoch) == ("finished", 5)


def test_the_budget_of_seconds_bounds_the_epochs():
    _, run = trained(replace(SETTINGS, epochs=50, max_windows=10**6, max_seconds=1e-6))
    assert (run.stopped, run.epoch) == ("time budget used", 1)


def test_a_stop_request_is_seen_at_every_batch():
    steps = []

    def should_stop():
        return len(steps) >= 2

    watch = Watch(lambda done, message: steps.append(done), should_stop)
    with pytest.raises(Cancelled):
        trained(hooks=Hooks(watch=watch))
    assert len(steps) == 2


def test_a_loss_that_is_no_number_ends_with_a_reason():
    broken = ArrayWindows(torch.zeros(64, 24, 1), torch.full((64, 6, 1), float("nan")))
    with pytest.raises(TrainingError, match="epoch 1: the loss is no longer a number"):
        train(build, broken, broken, SETTINGS, Hooks())


KILLED = """
import os, signal, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from tests.forecasting.engine.series import seasonal

def die(report):
    if report.epoch == 3:
        os.kill(os.getpid(), signal.SIGKILL)

model = create("lstm", epochs=5, epoch_windows=128, hidden_size=8)
model.on_epoch = die
model.fit(Panel.from_arrays(seasonal(300), frequency="h"), horizon=6, checkpoint=Path(sys.argv[1]))
"""


def test_an_lstm_killed_in_training_goes_on_and_forecasts_the_same(tmp_path):
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    panel = Panel.from_arrays(seasonal(300), frequency="h")

    def fitted(checkpoint):
        epochs = []
        model = create("lstm", epochs=5, epoch_windows=128, hidden_size=8)
        model.on_epoch = lambda report: epochs.append(report.epoch)
        model.fit(panel, horizon=6, checkpoint=checkpoint)
        return epochs, model.predict().mean

    resumed_epochs, resumed = fitted(tmp_path)
    epochs, whole = fitted(None)
    assert (resumed_epochs, epochs) == ([3, 4, 5], [1, 2, 3, 4, 5])
    assert np.allclose(resumed, whole, rtol=1e-5)

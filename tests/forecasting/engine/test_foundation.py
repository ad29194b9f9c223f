"""Pretrained networks from a local folder: what is refused, what reaches them, what comes back."""

import json
import shutil
import socket
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from forecasting.engine import artifacts
from forecasting.engine.backtest import backtest
from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import ArtifactError, Cancelled, SettingsError, TooShortError
from forecasting.engine.foundation.backbone import Task, opened
from forecasting.engine.foundation.calibrating import past_places
from forecasting.engine.foundation.forecaster import Chronos, TimesFM
from forecasting.engine.foundation.quantiles import usual
from forecasting.engine.foundation.tasks import questions
from forecasting.engine.foundation.weights import Weights
from forecasting.engine.panel import Panel
from tests.forecasting.engine.series import seasonal
from tests.forecasting.engine.tiny_weights import (
    write_chronos2,
    write_chronos_bolt,
    write_timesfm,
)

KINDS = {
    "chronos2": (write_chronos2, Chronos),
    "chronos_bolt": (write_chronos_bolt, Chronos),
    "timesfm": (write_timesfm, TimesFM),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    place = tmp_path_factory.mktemp("weights")
    return {kind: write(place / kind) for kind, (write, _) in KINDS.items()}


def make(folders, kind, **settings):
    return KINDS[kind][1](weights=folders[kind], **{"windows": 4, **settings})


def panel(rows=160):
    return Panel.from_arrays({"x": seasonal(rows, noise=0.5), "y": seasonal(rows, seed=7)})


def with_covariates(rows=120, ahead=12, **changes):
    days = pd.date_range("2024-01-01", periods=rows + ahead)
    frame = pd.DataFrame({"ds": days, "y": seasonal(rows + ahead), "plan": np.arange(rows + ahead)})
    frame["plan"] = frame["plan"] % 7.0
    frame["sensor"] = seasonal(rows + ahead, seed=3)
    frame.loc[rows:, ["y", "sensor"]] = np.nan
    for name, change in changes.items():
        frame[name] = change(frame[name])
    return Panel.from_wide(frame, "ds", "y", known=["plan"], past=["sensor"])


@every_kind
def test_no_door_to_the_network_is_opened(kind, folders, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    folder = shutil.copytree(folders[kind], Path(folders[kind]).with_name(f"alone_{kind}"))
    model = KINDS[kind][1](weights=str(folder), windows=1).fit(panel(), horizon=3)
    assert np.isfinite(model.predict().mean).all()


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ("", "name the local folder that holds them in the setting weights"),
        ("amazon/chronos-2", "amazon/chronos-2 is not a folder on this machine"),
        ("https://example.org/chronos", "is not a folder on this machine"),
        ("s3://bucket/chronos", "is not a folder on this machine"),
    ],
)
def test_only_a_local_folder_is_taken(named, sentence):
    with pytest.raises(SettingsError, match=sentence):
        Chronos(weights=named).fit(panel(), horizon=3)


def test_a_file_is_not_a_folder(folders):
    named = f"{folders['timesfm']}/model.safetensors"
    with pytest.raises(SettingsError, match="is not a folder"):
        TimesFM(weights=named).fit(panel(), horizon=3)


def test_incomplete_or_foreign_folders_are_refused(folders, tmp_path):
    with pytest.raises(SettingsError, match=r"lacks config\.json"):
        Weights.read(str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(SettingsError, match=r"lacks model\.safetensors"):
        Weights.read(str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(SettingsError, match="of no known family; known are Chronos-2"):
        Weights.read(str(tmp_path))
    (tmp_path / "config.json").write_text("no JSON")
    with pytest.raises(SettingsError, match="of no known family"):
        Weights.read(str(tmp_path))
    with pytest.raises(SettingsError, match="of the family timesfm, not for chronos"):
        Chronos(weights=folders["timesfm"]).fit(panel(), horizon=3)


def test_damaged_weights_are_refused_with_a_sentence(folders, tmp_path):
    folder = shutil.copytree(folders["chronos2"], tmp_path / "damaged")
    blob = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(blob[: len(blob) // 2])
    with pytest.raises(SettingsError, match="The weights in damaged could not be read"):
        Chronos(weights=str(folder)).fit(panel(), horizon=3)


def test_a_missing_package_is_named(folders, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "timesfm3.torch", None)
    folder = shutil.copytree(folders["timesfm"], Path(folders["timesfm"]).with_name("unseen"))
    with (folder / "config.json").open("a") as file:
        file.write("\n")
    with pytest.raises(SettingsError, match=r"pip install \"almanac\[foundation\]\""):
        TimesFM(weights=str(folder)).fit(panel(), horizon=3)


@every_kind
def test_the_saved_model_holds_no_weights_and_knows_them_again(kind, folders, tmp_path):
    weights = shutil.copytree(folders[kind], tmp_path / "weights")
    model = KINDS[kind][1](weights=str(weights), windows=2).fit(panel(), horizon=4)
    saved = artifacts.save(model, tmp_path / "model")
    size = sum(path.stat().st_size for path in saved.iterdir())
    card = json.loads((saved / "model.json").read_text())
    assert card["facts"]["sha256"] == Weights.read(str(weights)).sha256
    assert size < 40_000
    assert np.array_equal(artifacts.load(saved).predict().upper[80], model.predict().upper[80])

    config = weights / "config.json"
    config.write_text(config.read_text() + " ")
    with pytest.raises(ArtifactError, match="are not those this model was made with"):
        artifacts.load(saved)
    shutil.rmtree(weights)
    with pytest.raises(SettingsError, match="is not a folder on this machine"):
        artifacts.load(saved)


@every_kind
def test_the_scale_of_the_data_does_not_matter(kind, folders):
    plain = make(folders, kind).fit(panel(), horizon=5).predict()
    values = {name: 1e9 + 1e-3 * panel().series(name) for name in "xy"}
    far = make(folders, kind).fit(Panel.from_arrays(values), horizon=5).predict()
    assert np.allclose((far.mean - 1e9) * 1e3, plain.mean, rtol=0.01)
    assert np.allclose((far.upper[80] - 1e9) * 1e3, plain.upper[80], rtol=0.02)


@every_kind
def test_gaps_reach_the_network_and_numbers_come_back(kind, folders):
    values = seasonal(100)
    values[[5, 50, 51, 99]] = np.nan
    gaps = Panel.from_arrays({"x": values})
    forecast = make(folders, kind).fit(gaps, horizon=5).predict()
    assert np.isfinite(forecast.mean).all()
    assert np.isfinite(forecast.lower[95]).all()


@every_kind
def test_only_the_context_is_read(kind, folders):
    model = make(folders, kind, context=32).fit(panel(), horizon=4)
    assert model.lookback_ == 32
    values = np.stack([panel().at(0), panel().at(1)])[:, :, 0].copy()
    values[:, :-32] += 3 * np.sin(np.arange(128))
    changed = Panel.from_arrays({"x": values[0], "y": values[1]})
    assert np.allclose(model.predict(changed).mean, model.predict(panel()).mean, rtol=1e-5)
    assert make(folders, "chronos2").fit(panel(), horizon=4).lookback_ == 64


@every_kind
def test_one_by_one_or_in_batches_the_forecasts_are_the_same(kind, folders):
    alone = make(folders, kind, batch=1).fit(panel(), horizon=5).predict()
    together = make(folders, kind, batch=500).fit(panel(), horizon=5).predict()
    assert np.allclose(alone.mean, together.mean, rtol=1e-4)
    assert np.allclose(alone.upper[80], together.upper[80], rtol=1e-3)


@every_kind
def test_the_numbers_do_not_depend_on_the_state_of_chance(kind, folders):
    model = make(folders, kind).fit(panel(), horizon=5)
    torch.manual_seed(1)
    first = model.predict().mean
    torch.manual_seed(2)
    assert np.array_equal(make(folders, kind).fit(panel(), horizon=5).predict().mean, first)


@pytest.mark.parametrize("kind", ["chronos2", "timesfm"])
def test_known_and_past_covariates_change_the_forecast(kind, folders):
    plain = with_covariates()
    model = make(folders, kind).fit(plain, horizon=6)
    assert model.covariates_ == (("plan",), ("sensor",))
    first = model.predict(plain).mean
    future = with_covariates(plan=lambda p: p.where(p.index < 120, 6 - p))
    assert not np.array_equal(model.predict(future).mean, first)
    past = with_covariates(sensor=lambda s: s[::-1].shift(12).ffill().bfill().to_numpy())
    assert not np.array_equal(model.predict(past).mean, first)
    without = make(folders, kind, covariates=False).fit(plain, horizon=6)
    assert np.array_equal(without.predict(plain).mean, without.predict(future).mean)
    with pytest.raises(SettingsError, match="learned with the covariates plan"):
        model.predict(Panel.from_arrays({"y": seasonal(120)}))
    with pytest.raises(TooShortError, match="known for 4 steps"):
        model.predict(with_covariates(ahead=4))


def test_a_network_without_covariates_ignores_them(folders):
    model = make(folders, "chronos_bolt").fit(with_covariates(), horizon=6)
    assert model.covariates_ == ((), ())
    assert np.array_equal(model.predict(with_covariates(ahead=0)).mean, model.predict().mean)


def test_channels_of_a_series_are_read_together_where_the_network_can(folders):
    both = {"x": np.stack([seasonal(100), seasonal(100, seed=9)], axis=1)}
    other = {"x": np.stack([seasonal(100), -(seasonal(100, seed=9) ** 2)], axis=1)}
    for kind, joint in (("chronos2", True), ("timesfm", True), ("chronos_bolt", False)):
        model = make(folders, kind).fit(Panel.from_arrays(both), horizon=4)
        first = model.predict().mean[:, :, 0]
        second = model.predict(Panel.from_arrays(other)).mean[:, :, 0]
        assert np.allclose(first, second, rtol=1e-6) is not joint


def test_wide_series_are_read_in_groups_of_channels():
    wide = Panel.from_arrays({"x": np.random.default_rng(0).normal(size=(50, 70))})
    asked = questions(wide, 0, 50, 20, 5, together=True)
    assert [len(question.task.target) for question in asked] == [32, 32, 6]
    assert len(questions(wide, 0, 50, 20, 5, together=False)) == 70


def test_a_horizon_beyond_the_native_one_comes_with_a_note(folders):
    model = make(folders, "chronos_bolt").fit(panel(), horizon=5)
    assert model.predict().notes == model.predict(horizon=16).notes
    far = model.predict(horizon=40)
    assert any("trained for at most 16 steps" in note for note in far.notes)
    assert np.isfinite(far.upper[95]).all()
    assert far.mean.shape == (2, 40, 1)
    anything = make(folders, "timesfm", windows=1).fit(panel(), horizon=3)
    assert anything.predict(horizon=100).mean.shape == (2, 100, 1)
    assert anything.predict(horizon=100).notes == anything.predict().notes


def test_intervals_cover_what_they_say_although_the_network_knows_nothing(folders):
    values = {f"s{k}": np.random.default_rng(k).normal(size=300) for k in range(12)}
    random = Panel.from_arrays(values)
    found = backtest(
        make(folders, "chronos_bolt", windows=24), random, horizon=6, windows=6, levels=(80, 95)
    )
    assert abs(found.metrics["coverage"][80] - 80) < 6
    assert abs(found.metrics["coverage"][95] - 95) < 4


def test_native_quantiles_are_read_on_the_normal_scale():
    # A standard normal: linear on the normal scale, so exact at and beyond the outer levels.
    levels = (0.1, 0.5, 0.9)
    found = usual(np.array([[[-1.2816], [0.0], [1.2816]]]), levels)
    assert found[:, 0, 0] == pytest.approx([-1.95996, -1.2816, 0.0, 1.2816, 1.95996], abs=1e-3)
    crossing = usual(np.array([[[0.5], [0.0], [-0.5]]]), levels)
    assert (np.diff(crossing[:, 0, 0]) > 0).all()


def test_past_windows_are_taken_from_all_series_in_turn():
    some = Panel.from_arrays({"a": np.arange(100.0), "b": np.arange(40.0), "c": np.arange(2.0)})
    places = past_places(some, horizon=5, windows=6)
    assert {series for series, _ in places[:3]} == {0, 1, 2}
    assert sum(series == 0 for series, _ in places) == 6
    assert all(1 <= origin < some.lengths[series] for series, origin in places)
    many = Panel.from_arrays({str(k): np.arange(30.0) for k in range(1500)})
    assert len(past_places(many, horizon=5, windows=6)) == 1500


def test_a_budget_ends_the_calibration_and_a_stop_is_obeyed_between_batches(folders):
    short = make(folders, "chronos2", batch=1)
    short.fit(panel(), horizon=4, budget=TimeBudget(0.0))
    assert short.report_["past_forecasts"] == 1
    assert np.isfinite(short.predict().upper[95]).all()
    seen = []
    model = make(folders, "chronos2", batch=1)
    with pytest.raises(Cancelled):
        model.fit(
            panel(),
            horizon=4,
            progress=lambda done, message: seen.append(done),
            should_stop=lambda: len(seen) > 5,
        )
    assert len(seen) == 6


def test_a_network_is_read_once_for_all_models_of_the_same_weights(folders):
    weights = Weights.read(folders["chronos2"])
    assert opened(weights, "auto") is opened(Weights.read(folders["chronos2"]), "auto")


@every_kind
def test_every_family_answers_with_quantiles_of_every_channel(kind, folders):
    backbone = opened(Weights.read(folders[kind]), "cpu")
    target = np.random.default_rng(0).normal(size=(2, 30))
    empty = np.empty((0, 30))
    tasks = [Task(target, empty, empty), Task(target[:, 10:], empty[:, 10:], empty[:, 10:])]
    found = backbone.forecast(tasks, 9)
    assert [one.shape for one in found] == [(2, len(backbone.levels), 9)] * 2
    assert sorted(backbone.levels) == list(backbone.levels)


@pytest.mark.parametrize("name", ["context", "batch", "windows"])
def test_settings_of_zero_are_refused(name):
    with pytest.raises(SettingsError, match=f"{name} must be at least 1"):
        Chronos(**{name: 0})

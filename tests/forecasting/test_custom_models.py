"""Models of somebody else's in the product: the documented example, installed and raced."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from forecasting.engine import artifacts, describing, plugins, registry
from forecasting.engine.errors import SettingsError
from forecasting.engine.panel import Panel
from forecasting.engine.race import Finished, Scored, race
from forecasting.engine.registry import create, model_type
from forecasting.serving import places
from tests.forecasting.engine.series import seasonal

ROOT = Path(__file__).resolve().parents[2]
# As docs/guide/custom-models.md writes it.
SOURCE = '''
from torch import nn


class CustomLSTM(nn.Module):
    """An LSTM of our own."""

    label = "Our LSTM"

    def __init__(self, input_size, output_size, hidden_size=16, num_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])
'''
LISTING = """
import json, sys
import django
django.setup()
from django.test import Client
from accounts.models import User
from forecasting.engine.registry import model_types
print(json.dumps({
    "torch": "torch" in sys.modules,
    "types": {entry.name: [entry.label, entry.description, entry.capabilities.needs_torch,
        getattr(entry.settings(), "hidden_size", 0)] for entry in model_types()},
    "after": "torch" in sys.modules,
}))
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package with the documented model, and one that is broken."""
    (tmp_path / "our_models.py").write_text(SOURCE)
    info = tmp_path / "our_models-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-models\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(
        "[almanac.models]\nour_lstm = our_models:CustomLSTM\nsunk = no_such_module:Sunk\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "_TYPES", dict(registry._TYPES))
    monkeypatch.setattr(describing, "_told", {})
    plugins.plugins.cache_clear()
    yield tmp_path
    plugins.plugins.cache_clear()


def test_the_web_process_lists_a_network_of_a_package_without_importing_torch(package):
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(package), str(ROOT)]),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", LISTING],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["types"]["our_lstm"] == ["Our LSTM", "An LSTM of our own.", True, 16]
    assert "sunk" not in said["types"]
    assert not said["torch"]
    assert not said["after"]


def test_its_description_says_what_the_class_says(package):
    told = describing._look()
    known = model_type("our_lstm")
    names = {name: default for name, _, default in told["our_lstm"]["settings"]}
    assert names["hidden_size"] == 16
    assert names.keys() == known.settings.__dataclass_fields__.keys()
    assert told["our_lstm"]["capabilities"]["resumable"] == known.capabilities.resumable
    assert "no_such_module" in told["sunk"]["problem"]


def test_a_described_model_is_imported_when_it_is_made(package, monkeypatch):
    monkeypatch.delitem(sys.modules, "torch")
    entry = describing.plugged_in("our_lstm")
    monkeypatch.undo()
    assert entry.path == "forecasting.engine.describing:our_lstm"
    plugins.plugins.cache_clear()


def test_a_broken_package_is_named(package, monkeypatch):
    monkeypatch.setitem(describing._told, "sunk", {"problem": "no such module"})
    monkeypatch.delitem(sys.modules, "torch")
    with pytest.raises(SettingsError, match=r"sunk of the package our-models 1\.2 cannot be"):
        describing.plugged_in("sunk")


def test_it_races_saves_and_loads_like_a_built_in(package, tmp_path):
    panel = Panel.from_arrays({"x": seasonal(240)}, "2024-01-01", "h")
    quick = create("our_lstm", epochs=1, epoch_windows=64, hidden_size=8)
    events = list(race(panel, 6, models=["linear", quick]))
    scored = {getattr(event.model, "name", event.model) for event in events if is_scored(event)}
    assert scored >= {"our_lstm", "linear"}
    assert any(isinstance(event, Finished) for event in events)
    fitted = create("our_lstm", epochs=1, epoch_windows=64, hidden_size=8).fit(panel, horizon=6)
    folder = artifacts.save(fitted, tmp_path / "saved")
    assert artifacts.read_card(folder)["made_with"]["package"] == "our-models 1.2"
    loaded = artifacts.load(folder)
    assert loaded.predict().mean.tolist() == fitted.predict().mean.tolist()


def is_scored(event):
    return isinstance(event, Scored)


def test_it_is_never_loaded_into_the_web_process(package):
    assert not places.answers_here("our_lstm")
    assert places.answers_here("linear")
    assert not places.answers_here("lstm")
    assert not places.answers_here("ensemble")


@pytest.mark.django_db
def test_the_api_lists_it_with_its_settings(package, owner_api):
    types = {one["name"]: one for one in owner_api.get("/api/v1/models/types/").json()}
    assert types["our_lstm"]["label"] == "Our LSTM"
    assert types["our_lstm"]["settings"]["hidden_size"] == 16
    assert types["our_lstm"]["trains_long"]


def test_light_models_answer_without_torch():
    """Every type that may be loaded into the web process, from its saved artifact."""
    program = """
import sys
from pathlib import Path
from forecasting.engine import artifacts
from forecasting.engine.registry import model_types
from forecasting.serving.places import answers_here
for entry in model_types():
    folder = Path("tests/forecasting/engine/saved/v1", entry.name)
    if answers_here(entry.name) and folder.exists():
        artifacts.load(folder).predict()
        assert "torch" not in sys.modules, entry.name
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

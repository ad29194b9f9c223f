import json

import numpy as np
import pytest

from forecasting.engine import artifacts
from forecasting.engine.errors import ArtifactError, NotFittedError
from forecasting.engine.linear import Linear


@pytest.fixture
def folder(tmp_path, hourly):
    return artifacts.save(Linear(lookback=24).fit(hourly, horizon=6), tmp_path / "model")


def test_a_loaded_model_forecasts_the_same(folder, hourly):
    model = Linear(lookback=24).fit(hourly, horizon=6)
    loaded = artifacts.load(folder)
    before, after = model.predict(), loaded.predict()
    assert np.array_equal(before.mean, after.mean)
    assert np.array_equal(before.upper[95], after.upper[95])
    assert np.array_equal(before.times, after.times)
    assert loaded.fingerprint_ == hourly.fingerprint()
    assert loaded.settings == model.settings


def test_the_folder_holds_arrays_and_a_readable_card(folder):
    assert sorted(path.name for path in folder.iterdir()) == ["model.json", "model.safetensors"]
    card = artifacts.read_card(folder)
    assert (card["model"], card["horizon"], card["channels"]) == ("linear", 6, ["heat", "load"])


@pytest.mark.parametrize("place", [0, 100, -1])
def test_changed_arrays_are_refused(folder, place):
    path = folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtifactError, match=r"model.safetensors is damaged or was changed"):
        artifacts.load(folder)


def test_a_changed_card_is_refused(folder):
    path = folder / "model.json"
    path.write_text(path.read_text().replace('"horizon": 6', '"horizon": 7'))
    with pytest.raises(ArtifactError, match="damaged or was changed"):
        artifacts.load(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 99}', "not json"])
def test_a_foreign_card_is_refused(folder, text):
    (folder / "model.json").write_text(text)
    with pytest.raises(ArtifactError):
        artifacts.load(folder)


def test_another_format_version_says_what_to_do(folder):
    card = json.loads((folder / "model.json").read_text()) | {"schema": 2}
    (folder / "model.json").write_text(json.dumps(card))
    with pytest.raises(ArtifactError, match=r"format 2; this version reads 1\. Train it again"):
        artifacts.load(folder)


def test_a_missing_file_is_refused(folder):
    (folder / "model.safetensors").unlink()
    with pytest.raises(ArtifactError, match="missing"):
        artifacts.load(folder)


def test_an_unfitted_model_cannot_be_saved(tmp_path):
    with pytest.raises(NotFittedError):
        artifacts.save(Linear(), tmp_path)

import contextlib
import json
import platform
import zipfile
from importlib.metadata import version

import numpy as np
import pytest

from forecasting.engine import artifacts, saved_formats
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


def test_a_format_of_the_future_says_to_update(folder):
    card = json.loads((folder / "model.json").read_text())
    card |= {"schema": 2, "made_with": {"almanac": "9.1"}}
    (folder / "model.json").write_text(json.dumps(card))
    with pytest.raises(ArtifactError, match=r"newer version \(9\.1\).* up to 1\. Update Almanac"):
        artifacts.load(folder)


def test_a_format_that_nobody_wrote_says_what_to_do(folder):
    card = json.loads((folder / "model.json").read_text()) | {"schema": 0}
    (folder / "model.json").write_text(json.dumps(card))
    with pytest.raises(ArtifactError, match=r"format 0; this version reads 1\. Train it again"):
        artifacts.load(folder)


def test_an_older_format_is_brought_up_to_date(folder, monkeypatch):
    before = artifacts.load(folder).predict()

    def renamed(card, arrays):
        """Tomorrow's format calls the limits bounds."""
        return {**card, "limits": {"low": 0.0}}, arrays

    monkeypatch.setattr(saved_formats, "CURRENT", 2)
    monkeypatch.setitem(saved_formats.UPGRADES, 1, renamed)
    after = artifacts.load(folder)
    assert after.limits.low == 0.0
    assert np.array_equal(after.predict().mean, np.maximum(before.mean, 0.0))


def test_the_card_says_with_what_the_model_was_made(folder):
    made_with = artifacts.read_card(folder)["made_with"]
    assert made_with["almanac"] == version("almanac")
    assert made_with["python"] == platform.python_version()
    assert "torch" not in made_with


def test_a_zip_loads_like_its_folder(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "linear.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
        archive.writestr("card.md", "read me")
        archive.writestr("../outside.json", "never unpacked")
    loaded = artifacts.load(str(tmp_path / "linear.zip"))
    assert np.array_equal(loaded.predict().mean, artifacts.load(folder).predict().mean)
    assert not (tmp_path / "outside.json").exists()


def test_a_zip_without_a_model_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("holiday.jpg", "sun")
    with pytest.raises(ArtifactError, match=r"model\.json is missing"):
        artifacts.load(tmp_path / "other.zip")


def test_a_damaged_zip_is_refused(folder, tmp_path):
    path = tmp_path / "linear.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 255
    path.write_bytes(content)
    with pytest.raises(ArtifactError, match="damaged or was changed"):
        artifacts.load(path)


def test_a_packed_zip_is_refused_in_a_sentence_wherever_it_is_damaged(folder, tmp_path):
    path = tmp_path / "linear.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    content = path.read_bytes()
    refused = 0
    places = range(30, len(content) - 200, len(content) // 200)
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        damaged[place + 1] ^= 0x55
        path.write_bytes(damaged)
        # A date of the archive may change without harm.
        with contextlib.suppress(ArtifactError):
            artifacts.load(path)
            continue
        refused += 1
    assert refused > 0.9 * len(places)


def test_a_type_that_is_not_registered_names_the_package_to_install(folder):
    rewrite(folder, model="tides", made_with={"package": "tidal 1.2"})
    with pytest.raises(ArtifactError, match=r"type tides, .* Install .*\(tidal 1\.2\)"):
        artifacts.load(folder)


def test_settings_that_are_gone_say_which_version_had_them(folder):
    rewrite(folder, settings={"lookback": 24, "magic": 1}, made_with={"almanac": "0.0.9"})
    with pytest.raises(ArtifactError, match=r"made with Almanac 0\.0\.9 .*no setting magic"):
        artifacts.load(folder)


def rewrite(folder, **changes):
    """A card as another version would have written it, with a true checksum."""
    card = json.loads((folder / "model.json").read_text()) | changes
    card.pop("card_sha256")
    card["card_sha256"] = artifacts._card_hash(card)
    (folder / "model.json").write_text(json.dumps(card))


def test_a_missing_file_is_refused(folder):
    (folder / "model.safetensors").unlink()
    with pytest.raises(ArtifactError, match="missing"):
        artifacts.load(folder)


def test_an_unfitted_model_cannot_be_saved(tmp_path):
    with pytest.raises(NotFittedError):
        artifacts.save(Linear(), tmp_path)

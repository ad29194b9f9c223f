"""What is fitted is kept: a run that was ended goes on with the series that are left."""

import json

import numpy as np
import pytest

from forecasting.engine.errors import Cancelled
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.sharded import fit_shards
from forecasting.engine.watch import Watch
from tests.forecasting.engine import traps
from tests.forecasting.engine.traps import Trap, panel_with


@pytest.fixture(autouse=True)
def trap(monkeypatch):
    traps.register(monkeypatch)


@pytest.fixture
def panel():
    return Panel.from_arrays(panel_with({}, series=8))


@pytest.fixture
def ended(panel, tmp_path):
    """A checkpoint of a run that was ended after two of its four shards; the series they held."""
    watch = Watch(None, lambda: len(Trap.fits) >= 3)
    with pytest.raises(Cancelled):
        fit_shards("trap", {}, panel, 3, shard_series=2, checkpoint=tmp_path, watch=watch)
    done = {name for ids in Trap.fits[:2] for name in ids}
    Trap.fits.clear()
    return done


def test_only_what_was_not_done_is_fitted_whatever_the_new_shards(panel, ended, tmp_path):
    found = fit_shards("trap", {}, panel, 3, shard_series=3, checkpoint=tmp_path)
    assert {name for ids in Trap.fits for name in ids} == set(panel.ids) - ended
    assert found.resumed == 4
    whole = create("naive").fit(panel, horizon=3).predict()
    assert np.array_equal(found.result.mean, whole.mean)
    assert np.array_equal(found.result.lower[80], whole.lower[80])


def test_a_finished_run_is_not_fitted_again(panel, tmp_path):
    first = fit_shards("trap", {}, panel, 3, checkpoint=tmp_path)
    Trap.fits.clear()
    again = fit_shards("trap", {}, panel, 3, checkpoint=tmp_path)
    assert (Trap.fits, again.resumed) == ([], 8)
    assert np.array_equal(first.result.upper[95], again.result.upper[95])


def test_other_data_or_another_horizon_share_nothing(panel, ended, tmp_path):
    other = Panel.from_arrays(panel_with({0: 11.0}, series=8))
    assert fit_shards("trap", {}, other, 3, checkpoint=tmp_path).resumed == 0
    assert fit_shards("trap", {}, panel, 4, checkpoint=tmp_path).resumed == 0


def test_a_damaged_piece_is_fitted_again(panel, ended, tmp_path):
    file = sorted(tmp_path.glob("*/*/0/model.safetensors"))[0]
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    found = fit_shards("trap", {}, panel, 3, shard_series=2, checkpoint=tmp_path)
    assert (found.resumed, len(Trap.fits)) == (2, 3)


def test_a_piece_that_was_being_written_does_not_count(panel, ended, tmp_path):
    whole = next(tmp_path.glob("*/*/piece.json")).parent
    whole.rename(whole.with_name("." + whole.name))
    assert fit_shards("trap", {}, panel, 3, checkpoint=tmp_path).resumed == 2


def test_the_folder_holds_json_and_safetensors_only(ended, tmp_path):
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".json", ".safetensors"}
    for path in files:
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))

"""Models saved by earlier versions are read and forecast what they did then."""

import json

import numpy as np
import pytest

from forecasting.engine import artifacts
from forecasting.engine.registry import BUILT_IN
from tests.forecasting.engine.write_artifacts import FOLDER, answers

SAVED = sorted(path.parent for path in FOLDER.glob(f"v*/*/{artifacts.CARD}"))


@pytest.mark.parametrize("folder", SAVED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_model_saved_by_an_earlier_version_forecasts_as_it_did(folder):
    then = json.loads((folder / "answers.json").read_text())
    now = answers(artifacts.load(folder))
    assert then.keys() == now.keys()
    for name, values in then.items():
        assert np.allclose(now[name], values, rtol=1e-5, atol=1e-6)


def test_every_built_in_model_has_one_saved_in_this_format():
    current = {path.name for path in SAVED if path.parent.name == f"v{artifacts.SCHEMA_VERSION}"}
    assert current >= BUILT_IN

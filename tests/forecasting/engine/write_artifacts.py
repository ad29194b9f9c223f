"""Write the saved models that later versions must read: one folder per model and format version.

Run `python -m tests.forecasting.engine.write_artifacts` after the format has changed; it adds a
folder and never touches those of older versions.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from forecasting.engine import artifacts
from forecasting.engine.covariates import Past, Static
from forecasting.engine.panel import Panel
from forecasting.engine.registry import BUILT_IN, create, model_type
from tests.forecasting.engine.series import seasonal
from tests.forecasting.engine.test_contract import QUICK

FOLDER = Path(__file__).parent / "saved"
HORIZON = 6


def sample():
    """Two short series with two channels, the same in every version."""
    blocks = {
        name: np.round(np.stack([seasonal(150, seed=s), seasonal(150, seed=s + 1)], axis=1), 3)
        for name, s in (("a", 1), ("b", 5))
    }
    return Panel.from_arrays(blocks, "2024-01-01", "h", ["heat", "load"])


def told():
    """The same with a covariate that nobody knows ahead and one that never changes."""
    panel = sample()
    wind = np.round(2 * panel.values[:, :1] + seasonal(300, seed=9)[:, None], 3)
    static = Static(("region=north",), np.array([[1.0], [0.0]]))
    return replace(panel, past=Past(("wind",), wind), static=static)


def answers(model):
    """What a model says, as JSON."""
    forecast = model.predict()
    parts = {"mean": forecast.mean, "lower": forecast.lower[80], "upper": forecast.upper[95]}
    return {name: values.tolist() for name, values in parts.items()}


def main():
    place = FOLDER / f"v{artifacts.SCHEMA_VERSION}"
    for name in sorted(BUILT_IN):
        folder = place / name
        if (folder / artifacts.CARD).exists():
            continue
        rows = told() if model_type(name).capabilities.uses_past else sample()
        model = create(name, **QUICK.get(name, {})).fit(rows, horizon=HORIZON)
        artifacts.save(model, folder)
        (folder / "answers.json").write_text(json.dumps(answers(model)))


if __name__ == "__main__":
    main()

"""What importing the engine costs, and what it must not drag in."""

import json
import subprocess
import sys
from pathlib import Path

import forecasting.engine as engine

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("torch", "scipy", "sklearn", "django", "joblib", "safetensors")
# Processor time: what else the machine does is no cost of the import.
PROGRAM = """
import sys, time, json
import numpy, pandas
began = time.process_time()
{imports}
spent = time.process_time() - began
print(json.dumps([spent, [name for name in {heavy} if name in sys.modules]]))
"""


def measured(imports):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(imports=imports, heavy=HEAVY)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_the_engine_is_light():
    everything_instant = """
import forecasting.engine as engine
engine.Panel, engine.create, engine.BacktestResult, engine.save, engine.ModelConfig
engine.model_types()
"""
    spent, heavy = min(measured(everything_instant) for _ in range(3))
    assert heavy == []
    assert spent <= 0.25


def test_an_instant_forecast_needs_no_heavy_library():
    program = """
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
for name in ("naive", "seasonal_naive", "linear"):
    create(name).fit(Panel.from_arrays(numpy.arange(99.0)), horizon=3).predict().to_frame()
"""
    assert measured(program)[1] == []


def test_the_package_offers_its_public_names():
    assert {"Panel", "Model", "register_model", "BacktestResult"} <= set(dir(engine))
    assert not hasattr(engine, "nothing_of_the_kind")

"""How quickly a running product answers what-ifs: `python -m benchmarks.race_whatif`.

Starts the whole stack, forecasts hours that follow a plan which is known a day longer, and asks a
linear model and a network for previews with a changed plan. Prints one JSON object a line.
"""

from __future__ import annotations

import math
import statistics
import tempfile
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from benchmarks.race_serving import SIGNING, Asker, hour, inside, product, wave
from benchmarks.report import row

PREVIEWS: Final = 100
WARM: Final = 10
BAR_MS: Final = 300.0
HOURS, HORIZON = 648, 24
NETS: Final = {"epochs": 1, "epoch_windows": 256}
MODELS: Final = ({"type": "linear_stack"}, {"type": "lstm", "settings": NETS})
# The rows that a linear model and a network are reported under.
NAMES: Final = {"linear_stack": "linear", "lstm": "lstm"}


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, product(Path(folder)) as (port, environment):
        asker = Asker(port, inside(SIGNING, environment))
        task = raced(asker)
        address = f"/api/v1/predictions/{task}/scenarios/preview/"
        for model, name in NAMES.items():
            measure(asker, address, model, name)


def raced(asker: Asker) -> str:
    """A forecast by both models of a load that follows its plan; its id."""
    dataset = asker.upload(plan_text())
    until(lambda: asker("GET", f"/api/v1/datasets/{dataset}/")[1]["status"] == "ready")
    body = {
        "dataset": dataset,
        "targets": ["load"],
        "horizon": str(HORIZON),
        "quality": "balanced",
        "covariates": {"known": ["plan"], "past": []},
        "models": list(MODELS),
        "seconds": 120,
    }
    status, said = asker("POST", "/api/v1/predictions/", body)
    assert status < HTTPStatus.BAD_REQUEST, said
    task = str(said["prediction"]["id"])
    until(lambda: asker("GET", f"/api/v1/predictions/{task}/")[1]["status"] == "completed")
    return task


def measure(asker: Asker, address: str, model: str, name: str) -> None:
    """Print the 95th percentile of previews, each with another change."""
    until(lambda: preview(asker, address, model, 1.0)[0] == HTTPStatus.OK)
    took = []
    for number in range(WARM + PREVIEWS):
        began = time.perf_counter()
        status, said = preview(asker, address, model, 1 + number / 10)
        assert status == HTTPStatus.OK, said
        if number >= WARM:
            took.append(1000 * (time.perf_counter() - began))
        assert any(said["difference"]), f"{model} was not asked again"
    row(f"race_whatif_{name}_p95", statistics.quantiles(took, n=20)[-1], "ms", BAR_MS)


def preview(asker: Asker, address: str, model: str, value: float) -> tuple[int, Any]:
    """Status and answer with this much more of the plan."""
    change = {"column": "plan", "how": "add", "value": value}
    return asker("POST", address, {"model": model, "changes": [change]})


def plan_text() -> str:
    """Hours whose load is a wave and three times the plan of the hour."""
    lines = ["time,load,plan"]
    for at in range(HOURS + HORIZON):
        plan = 10 + at % 11 + round(3 * math.sin(at * at), 2)
        load = f"{wave(at) + 3 * plan:.3f}" if at < HOURS else ""
        lines.append(f"{hour(at, '2025-02-')},{load},{plan}")
    return "\n".join(lines) + "\n"


def until(done: Any, seconds: float = 240) -> None:
    """Wait for it."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise SystemExit("The product did not answer in time.")
        time.sleep(0.2)


if __name__ == "__main__":
    main()

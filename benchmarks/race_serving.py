"""How quickly a running product answers forecasts on demand: `python -m benchmarks.race_serving`.

Starts the whole stack in a folder of its own, makes a dataset, a linear model and a network, and
asks over HTTP with a token, one request after the other. Prints one JSON object a line.
"""

from __future__ import annotations

import http.client
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.report import ROOT, row
from config.embedded.ports import free_port

REQUESTS: Final = 200
WARM: Final = 20
BAR_MS: Final = 20.0
# Runs inside the product: a person, a dataset, two models and a token.
MAKING: Final = """
import os, sys, json
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django; django.setup()
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from accounts.models import ApiToken, User
from datasets import storage
from datasets.frames import read_panel
from forecasting.engine import artifacts
from forecasting.engine.registry import create
from forecasting.models import PredictionTask, TrainedModel
task = PredictionTask.objects.get(pk=sys.argv[1])
linear = task.results.get(type="linear").model
panel = read_panel(task.version, task.parameters["targets"])
net = create("lstm", epochs=1, epoch_windows=256).fit(panel, horizon=task.horizon)
row = task.results.get(type="naive").model
storage.delete_tree(row.model_path)
for path in artifacts.save(net, Path(mkdtemp()) / "lstm").iterdir():
    storage.put(path, f"{row.model_path}/{path.name}")
row.type = "lstm"
row.save()
print(json.dumps({"linear": str(linear.pk), "lstm": str(row.pk)}))
"""
SIGNING: Final = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django; django.setup()
from datetime import timedelta
from accounts.models import ApiToken, User
user = User.objects.create_user("bench", "bench@example.org", "a-long-one-52", role="analyst")
print(ApiToken.issue(owner=user, name="b", scopes=["read", "write"], lifetime=timedelta(days=1))[1])
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, product(Path(folder)) as (port, environment):
        asker = Asker(port, inside(SIGNING, environment))
        task = forecast(asker)
        models = json.loads(inside(MAKING, environment, task))
        wait_for_serving(asker, models["lstm"])
        for name in ("linear", "lstm"):
            report(
                f"race_predict_{name}", asker, f"/api/v1/models/{models[name]}/predict/", {}, BAR_MS
            )
        rows = [{"ds": hour(h, "2025-03-"), "y": wave(h)} for h in range(672)]
        address = f"/api/v1/models/{models['linear']}/predict/"
        report("race_predict_linear_672_rows", asker, address, {"rows": rows})
        numbers = {"y": [wave(h) for h in range(1_000)], "freq": "h", "h": 24}
        report("race_forecast_1000_numbers", asker, "/api/v1/forecast/", numbers, count=40)


class Asker:
    """One kept connection with a token."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}

    def __call__(self, verb: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of one request."""
        content = None if body is None else json.dumps(body)
        try:
            self.connection.request(verb, path, content, self.headers)
            answer = self.connection.getresponse()
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            # It was closed while it waited; the next request opens it again.
            self.connection.close()
            self.connection.request(verb, path, content, self.headers)
            answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")

    def upload(self, text: str) -> str:
        """The id of a new dataset."""
        border = "race-serving"
        body = (
            f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="load.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{text}\r\n--{border}--\r\n"
        )
        kind = {"Content-Type": f"multipart/form-data; boundary={border}"}
        self.connection.request("POST", "/api/v1/datasets/upload/", body, {**self.headers, **kind})
        return str(json.loads(self.connection.getresponse().read())["dataset"]["id"])


@contextmanager
def product(folder: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The whole stack; answers its port and the environment in which it is found."""
    port = free_port()
    limits = dict.fromkeys(("USER", "ANON", "PREDICT", "FORECAST"), "1000000/min")
    rates = {f"ALMANAC_RATE_{name}": value for name, value in limits.items()}
    environment = {**os.environ, **rates, "ALMANAC_VAR": str(folder)}
    command = [sys.executable, "manage.py", "up", "--port", str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
    try:
        _wait(lambda: _answers(port), 240)
        yield port, environment
    finally:
        process.terminate()
        process.wait(timeout=60)


def inside(program: str, environment: dict[str, str], *given: str) -> str:
    """The last line that a program prints inside the product."""
    done = subprocess.run(
        [sys.executable, "-c", program, *given],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]


def forecast(asker: Asker) -> str:
    """An instant forecast of a made-up hourly series; its id."""
    lines = [hour(h, "2025-02-") for h in range(672)]
    text = "time,y\n" + "\n".join(f"{at},{wave(h)}" for h, at in enumerate(lines)) + "\n"
    dataset = asker.upload(text)
    _wait(lambda: asker("GET", f"/api/v1/datasets/{dataset}/")[1].get("status") == "ready", 60)
    body = {"dataset": dataset, "quality": "instant", "horizon": "24"}
    task = str(asker("POST", "/api/v1/predictions/", body)[1]["prediction"]["id"])
    _wait(lambda: asker("GET", f"/api/v1/predictions/{task}/")[1]["status"] == "completed", 60)
    return task


def wait_for_serving(asker: Asker, model: str) -> None:
    """Torch takes its seconds to load."""
    _wait(lambda: asker("POST", f"/api/v1/models/{model}/predict/", {})[0] == 200, 120)


def report(
    name: str,
    asker: Asker,
    path: str,
    body: Any,
    bar: float | None = None,
    count: int = REQUESTS,
) -> None:
    """Print the median and the 95th percentile of warm requests."""
    took = []
    for number in range(count + WARM):
        began = time.perf_counter()
        status, said = asker("POST", path, body)
        assert status == http.HTTPStatus.OK, said
        if number >= WARM:
            took.append(1000 * (time.perf_counter() - began))
    row(f"{name}_median", statistics.median(took), "ms")
    row(f"{name}_p95", statistics.quantiles(took, n=20)[-1], "ms", bar)


def hour(number: int, month: str) -> str:
    """The time of one of the 672 hours of four weeks of a month."""
    return f"{month}{1 + number // 24:02d}T{number % 24:02d}:00"


def wave(place: int) -> float:
    """A daily cycle with ripples."""
    return round(100 + 30 * math.sin(2 * math.pi * place / 24) + place % 7, 3)


def _answers(port: int) -> bool:
    try:
        return Asker(port, "none")("GET", "/health")[0] == http.HTTPStatus.OK
    except OSError:
        return False


def _wait(done: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise SystemExit("The product did not answer in time.")
        time.sleep(0.2)


if __name__ == "__main__":
    main()

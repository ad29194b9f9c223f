"""One network of one library trained for 100 steps on ETTh1 in this process; prints one JSON line.

Arguments: engine or neuralforecast, lstm or patchtst, cpu or cuda. Both read the training rows of
all seven channels, take the same number of windows a step through layers of the same sizes with one
thread, and are timed from the start of the second step to the start of the last, so that imports,
set-up and teardown count for neither; memory is the peak of the process, with all of them. What the
two do not share is set to what is cheaper for the other: neuralforecast validates nothing, scales
nothing, decodes its LSTM through one layer and has no attention from layer to layer.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any, Final

import numpy as np
import pandas as pd
import torch

from benchmarks.engine_data import named
from forecasting.engine.panel import Panel
from forecasting.engine.protocol import Borders
from forecasting.engine.registry import create

HORIZON, BATCH, STEPS = 96, 128, 100
# A size under each library's own name for it.
OURS: Final[dict[str, dict[str, Any]]] = {
    "lstm": {"lookback": 96, "hidden_size": 128, "num_layers": 2, "segment": 1, "dropout": 0.0},
    "patchtst": {
        "lookback": 336,
        "model_size": 128,
        "heads": 16,
        "layers": 3,
        "feed_forward": 256,
        "patch": 16,
        "stride": 8,
        "dropout": 0.2,
        "loss": "mae",
    },
}
THEIRS: Final[dict[str, dict[str, Any]]] = {
    "lstm": {
        "input_size": 96,
        "encoder_hidden_size": 128,
        "encoder_n_layers": 2,
        "encoder_dropout": 0.0,
        "decoder_layers": 1,
        "scaler_type": "identity",
    },
    "patchtst": {
        "input_size": 336,
        "hidden_size": 128,
        "n_heads": 16,
        "encoder_layers": 3,
        "linear_hidden_size": 256,
        "patch_len": 16,
        "stride": 8,
        "dropout": 0.2,
        "attn_dropout": 0.0,
        "batch_normalization": True,
        "res_attention": False,
    },
}


class Clock:
    """CPU and wall seconds at the start of every step."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.starts: list[tuple[float, float]] = []

    def tick(self) -> None:
        """A step starts."""
        if self.device == "cuda":
            torch.cuda.synchronize()
        self.starts.append((time.process_time(), time.perf_counter()))

    def rates(self) -> dict[str, float]:
        """Windows per second."""
        first, last = self.starts[1], self.starts[STEPS - 1]
        count = (STEPS - 2) * BATCH
        return {"cpu": count / (last[0] - first[0]), "wall": count / (last[1] - first[1])}


def engine(net: str, panel: Panel, borders: Borders, clock: Clock) -> None:
    """Ours, through the public door, intervals and validation included."""
    model = create(
        net,
        validation=borders.validation - borders.train,
        epochs=1,
        epoch_windows=STEPS * BATCH,
        max_windows=10**9,
        max_seconds=1e9,
        batch_size=BATCH,
        device=clock.device,
        precision="float32",
        **OURS[net],
    )

    def step(_done: float, message: str) -> None:
        if message == "Training":
            clock.tick()

    model.fit(panel.window(0, borders.validation), horizon=HORIZON, progress=step)


def neuralforecast(net: str, panel: Panel, borders: Borders, clock: Clock) -> None:
    """Theirs."""
    import logging  # noqa: PLC0415 -- only here

    from neuralforecast import NeuralForecast  # noqa: PLC0415 -- heavy, and not always there
    from neuralforecast.models import LSTM, PatchTST  # noqa: PLC0415 -- as above
    from pytorch_lightning.callbacks import LambdaCallback  # noqa: PLC0415 -- as above

    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)

    rows = panel.values[: borders.train]
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat([str(c) for c in panel.channels], len(scaled)),
            "ds": np.tile(pd.date_range("2016-07-01", periods=len(scaled), freq="h"), 7),
            "y": scaled.T.reshape(-1).astype(np.float32),
        }
    )
    kind = {"lstm": LSTM, "patchtst": PatchTST}[net]
    model = kind(
        h=HORIZON,
        max_steps=STEPS,
        windows_batch_size=BATCH,
        accelerator="gpu" if clock.device == "cuda" else "cpu",
        devices=1,
        callbacks=[LambdaCallback(on_train_batch_start=lambda *_: clock.tick())],
        logger=False,
        enable_progress_bar=False,
        enable_checkpointing=False,
        enable_model_summary=False,
        **THEIRS[net],
    )
    NeuralForecast(models=[model], freq="h").fit(frame)


def main() -> None:
    """Train, then say rates and memory in MiB."""
    library, net, device = sys.argv[1:4]
    read = named("etth1").read()
    if read is None:
        return
    torch.set_num_threads(1)
    clock = Clock(device)
    {"engine": engine, "neuralforecast": neuralforecast}[library](net, *read, clock)
    found = clock.rates() | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    if device == "cuda":
        found["gpu_peak"] = torch.cuda.max_memory_allocated() / 2**20
    print(json.dumps(found))


if __name__ == "__main__":
    main()

"""A training kept on disk after every epoch: tensors in safetensors, the rest in JSON, no pickle.

The JSON names the tensor file and is replaced last and at once, so a process that dies while
writing leaves the checkpoint before it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from forecasting.engine.whole_file import write_whole

if TYPE_CHECKING:
    from forecasting.engine.neural.training import Hooks, Training

STATE: Final = "checkpoint.json"
SCHEMA_VERSION: Final = 1


def keep(state: Training, hooks: Hooks) -> None:
    """Write the state of a training into the checkpoint folder, if there is one."""
    folder = hooks.checkpoint
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    blob = save(_tensors(state))
    name = f"epoch-{state.run.epoch:05d}.safetensors"
    write_whole(folder / name, blob)
    facts = {
        "schema": SCHEMA_VERSION,
        "identity": hooks.identity,
        "tensors": name,
        "sha256": hashlib.sha256(blob).hexdigest(),
        "run": asdict(state.run),
        "groups": [
            {key: value for key, value in group.items() if key != "params"}
            for group in state.optimiser.state_dict()["param_groups"]
        ],
    }
    write_whole(folder / STATE, json.dumps(facts).encode())
    for old in folder.glob("epoch-*.safetensors"):
        if old.name != name:
            old.unlink(missing_ok=True)


def resume(state: Training, hooks: Hooks) -> bool:
    """Take a kept training up again; False when there is none of the same identity, intact."""
    found = _read(hooks)
    if found is None:
        return False
    facts, tensors = found
    state.network.load_state_dict(_section(tensors, "network."))
    state.best = _section(tensors, "best.")
    state.optimiser.load_state_dict(
        {"state": _moments(tensors), "param_groups": _groups(state, facts["groups"])}
    )
    torch.set_rng_state(tensors["random.global"])
    state.generator.set_state(tensors["random.windows"])
    for name, value in facts["run"].items():
        setattr(state.run, name, value)
    return True


def _tensors(state: Training) -> dict[str, Tensor]:
    tensors = {f"network.{n}": t for n, t in state.network.state_dict().items()}
    tensors |= {f"best.{n}": t for n, t in state.best.items()}
    for number, moments in state.optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{key}": value for key, value in moments.items()}
    tensors["random.global"] = torch.get_rng_state()
    tensors["random.windows"] = state.generator.get_state()
    # Tied weights share memory, which the format refuses.
    return {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}


def _read(hooks: Hooks) -> tuple[dict[str, Any], dict[str, Tensor]] | None:
    if hooks.checkpoint is None:
        return None
    try:
        facts = json.loads((hooks.checkpoint / STATE).read_bytes())
        if (facts["schema"], facts["identity"]) != (SCHEMA_VERSION, hooks.identity):
            return None
        blob = (hooks.checkpoint / facts["tensors"]).read_bytes()
        if hashlib.sha256(blob).hexdigest() != facts["sha256"]:
            return None
        return facts, load(blob)
    except (OSError, ValueError, KeyError, SafetensorError):
        return None


def _moments(tensors: dict[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in _section(tensors, "optimiser.").items():
        number, _, key = name.partition(".")
        moments.setdefault(int(number), {})[key] = tensor
    return moments


def _groups(state: Training, kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    current = state.optimiser.state_dict()["param_groups"]
    return [
        group | values | {"betas": tuple(values["betas"])}
        for group, values in zip(current, kept, strict=True)
    ]


def _section(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}

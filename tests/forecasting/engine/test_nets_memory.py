"""What a training will take is known before it starts, to the byte of every tensor."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from benchmarks.nets_memory import MOST_OFF, nets
from forecasting.engine.neural import allocator, memory
from forecasting.engine.neural.ledger import Ledger
from forecasting.engine.neural.memory import MIB, Memory
from forecasting.engine.neural.preparing import prepared
from forecasting.engine.neural.probing import Probe, entries
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from tests.forecasting.engine.series import seasonal

ROOT = Path(__file__).resolve().parents[3]
HORIZON = 12
GIVING_BACK = """
import json, re, torch
from pathlib import Path
from forecasting.engine.neural import allocator

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

assert allocator.give_back_large_blocks()
freed = []
for _ in range(2):  # by itself glibc keeps the second one
    block, above = torch.ones(5 * 2**20), torch.ones(1_000)  # 20 MiB
    held = resident()
    del block
    freed.append(held - resident())
    del above
print(json.dumps(freed))
"""


def most(sizes):
    held = peak = 0
    for size in sizes:
        held += size
        peak = max(peak, held)
    return peak


def network(name):
    """An untrained network and windows for it."""
    panel = Panel.from_arrays({"a": seasonal(300), "b": seasonal(260, seed=1)}, frequency="h")
    model = create(name)
    model.season_, model.lookback_ = 24, 72
    ready = prepared(panel, 72, HORIZON, model.settings, together=model.together)
    model.beside_ = ready.beside
    return model._build(model._shape(1, HORIZON)), ready.training


def test_a_block_is_entered_once_and_again_when_it_is_freed():
    with Ledger() as ledger:
        ten = torch.zeros(10)  # 10 numbers of 4 bytes
        view = ten.reshape(5, 2)[1:]
        more = view + 1  # 8 numbers
        del view, ten, more
    assert sorted(ledger.entries) == [-40, -32, 32, 40]
    assert most(ledger.entries) == 72


def test_what_was_there_before_is_not_counted():
    there = torch.zeros(1_000)
    with Ledger() as ledger:
        there.add_(1).reshape(10, 100)
    assert ledger.entries == []


@pytest.mark.parametrize("name", nets())
def test_a_probe_of_six_windows_tells_what_forty_take(name):
    net, source = network(name)
    told = memory.estimate(net, Probe.of(net, source))
    own = sum(p.numel() * p.element_size() for p in net.parameters())
    taken = most(entries(net, source, 40)) + memory.STATES * own
    held = told.fixed + 40 * told.per_window
    assert taken <= held <= taken + 2 * own


def test_a_probe_leaves_no_trace_and_tells_the_same_twice():
    net, source = network("patchtst")
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    random = torch.get_rng_state()
    assert Probe.of(net, source) == Probe.of(net, source)
    assert torch.equal(random, torch.get_rng_state())
    assert all(torch.equal(before[n], t) for n, t in net.state_dict().items())
    assert all(p.grad is None for p in net.parameters())


def test_the_most_that_is_held_is_told_apart_from_all_that_is_moved():
    # 8 bytes a window are taken, 4 more, the 8 given back, 2 taken: 12 at once, 14 in all; beside
    # them 100 bytes of weights that no window makes larger.
    probe = Probe(growth=[8, 0, 4, -8, 2], still=[0, 100, 0, 0, 0])
    assert probe.held == (100, 12)
    assert (probe.moved, probe.blocks) == (14, 3)


def test_gaps_grow_with_the_blocks_and_end_at_their_limit():
    need = Memory(fixed=10, per_window=2, gaps=15)
    assert need.of(1) == 12 + 12
    assert need.of(10) == 30 + 15


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc" or any(n in os.environ for n in allocator.SET_BY_OPERATOR),
    reason="another C library allocates, or the operator has set the allocator up",
)
def test_a_large_block_that_is_freed_goes_back_to_the_system():
    # A process of its own: in one that is older the heap may have room for the block.
    command = [sys.executable, "-c", GIVING_BACK]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    freed = json.loads(done.stdout.splitlines()[-1])
    assert min(freed) > 15 * MIB


def test_an_operator_who_set_the_allocator_up_is_not_overruled(monkeypatch):
    monkeypatch.setenv("MALLOC_MMAP_THRESHOLD_", "1000000")
    assert not allocator.give_back_large_blocks.__wrapped__()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["segrnn", "patchtst"])
def test_the_process_grows_by_what_was_told(name):
    command = [sys.executable, "-m", "benchmarks.nets_memory", "--child", name, "500"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    _, told, measured = json.loads(done.stdout.splitlines()[-1])
    assert told == pytest.approx(measured, rel=MOST_OFF)

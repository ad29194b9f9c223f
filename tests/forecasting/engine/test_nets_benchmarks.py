"""The benchmark of the networks: which parts there are and how their figures come about."""

import importlib.util

import pytest

from benchmarks import nets, nets_contender, nets_plan, nets_throughput
from forecasting.engine.registry import model_type
from forecasting.engine.watch import EpochReport


@pytest.mark.parametrize("full", [False, True])
def test_every_part_is_a_module_and_measures_networks_there_are(full):
    for module, *arguments in nets.parts(full):
        assert importlib.util.find_spec(f"benchmarks.{module}") is not None
        for name in (argument for argument in arguments if not argument.isdigit()):
            assert model_type(name).capabilities.needs_torch


@pytest.mark.parametrize("part", ["nets_accuracy", "engine_race"])
def test_accuracy_and_the_race_belong_to_the_long_run_only(part):
    assert [part] not in nets.parts(full=False)
    assert [part] in nets.parts(full=True)


def test_a_rate_leaves_the_first_and_the_last_step_out():
    clock = nets_contender.Clock("cpu")
    # The first step takes 50 s to set up, every other one 0.5 CPU and 2 wall seconds.
    clock.starts = [(0.0, 0.0)] + [(50 + 0.5 * n, 50 + 2.0 * n) for n in range(99)]
    rates = clock.rates()
    assert rates["cpu"] == pytest.approx(128 / 0.5)
    assert rates["wall"] == pytest.approx(128 / 2.0)


def test_both_libraries_are_given_the_same_sizes():
    pairs = {
        "lstm": [
            ("lookback", "input_size"),
            ("hidden_size", "encoder_hidden_size"),
            ("num_layers", "encoder_n_layers"),
            ("dropout", "encoder_dropout"),
        ],
        "patchtst": [
            ("lookback", "input_size"),
            ("model_size", "hidden_size"),
            ("heads", "n_heads"),
            ("layers", "encoder_layers"),
            ("feed_forward", "linear_hidden_size"),
            ("patch", "patch_len"),
            ("stride", "stride"),
            ("dropout", "dropout"),
        ],
    }
    for net, names in pairs.items():
        ours, theirs = nets_contender.OURS[net], nets_contender.THEIRS[net]
        assert [ours[a] for a, _ in names] == [theirs[b] for _, b in names]


def test_the_middle_of_each_figure_counts_by_itself():
    rounds = [{"cpu": 1.0, "peak": 9.0}, {"cpu": 5.0, "peak": 7.0}, {"cpu": 2.0, "peak": 8.0}]
    assert nets_throughput.middle(rounds) == {"cpu": 2.0, "peak": 8.0}


def test_a_training_cut_short_is_carried_on_at_its_pace(monkeypatch):
    now = iter([10.0, 13.0, 16.0])
    monkeypatch.setattr(nets_plan.time, "process_time", lambda: next(now))
    pace = nets_plan.Pace()
    pace.progress(0.0, "Training")
    for epoch in (1, 2):
        pace.on_epoch(EpochReport(epoch, 8, 0.0, 0.0, 0.0, 0.0))
    # Two of eight epochs took 6 s.
    assert pace.planned == 24.0

"""A series that fails costs its own forecast, never the run: it is found and named."""

from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest

from forecasting.engine.budget import TimeBudget
from forecasting.engine.computing.compute import Compute
from forecasting.engine.computing.inline import Inline
from forecasting.engine.computing.local import Local
from forecasting.engine.errors import Cancelled, TrainingError
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.rolling_origin import RollingOrigin
from forecasting.engine.sharded import backtest_shards, fit_shards
from forecasting.engine.watch import Watch
from tests.forecasting.engine import spreading, traps
from tests.forecasting.engine.traps import BREAKS, BREAKS_ONCE, KILLS, REFUSES, Trap, panel_with


@pytest.fixture(autouse=True)
def trap(monkeypatch):
    traps.register(monkeypatch)


class Losing(Inline):
    """This process, with workers that die at some turns, the first is 1."""

    trouble = Local.trouble

    def __init__(self, *lost):
        self.lost = lost
        self.turn = 0

    def submit(self, function, item):
        self.turn += 1
        if self.turn in self.lost:
            future = Future()
            future.set_exception(BrokenProcessPool("killed"))
            return future
        return super().submit(function, item)


def check_good_series(found, panel, bad):
    """They forecast as if the bad ones had never been there."""
    good = [name for name in panel.ids if name not in bad]
    alone = create("naive").fit(panel.select(good), horizon=3).predict()
    rows = [found.result.ids.index(name) for name in good]
    assert np.array_equal(found.result.mean[rows], alone.mean)
    assert np.array_equal(found.result.upper[95][rows], alone.upper[95])


def test_a_bad_series_is_found_named_and_stood_in_for():
    panel = Panel.from_arrays(panel_with({4: BREAKS, 9: REFUSES}))
    found = fit_shards("trap", {}, panel, 3, shard_series=6)
    assert found.failures == {
        "s04": "RuntimeError: the formula has no root",
        "s09": "This cannot be fitted.",
    }
    assert found.result.ids == panel.ids
    check_good_series(found, panel, found.failures)
    simple = create("seasonal_naive").fit(panel.select(["s04", "s09"]), horizon=3).predict()
    assert np.array_equal(found.result.mean[[4, 9]], simple.mean)
    assert found.result.notes[-1] == (
        "Seasonal naive stands in for 2 series that trap could not forecast: s04, s09."
    )


def test_a_series_that_nothing_can_forecast_is_left_out():
    values = panel_with({}, series=3) | {"empty": np.full(40, np.nan)}
    found = fit_shards("trap", {}, Panel.from_arrays(values), 3)
    assert found.result.ids == ("s00", "s01", "s02")
    assert found.failures == {"empty": "y of series empty holds no value at all."}
    assert "Left out, because nothing could forecast them: empty" in found.result.notes[-1]
    assert np.isfinite(found.result.mean).all()


def test_what_the_data_forbid_is_halved_at_once_and_bad_luck_is_tried_again():
    # A shard of four: a refusal is found by 4, 2, 2, 1, 1 series; bad luck costs two tries more.
    for value, fits, again in ((REFUSES, 5, 0), (BREAKS, 7, 2)):
        Trap.fits.clear()
        panel = Panel.from_arrays(panel_with({2: value}, series=4))
        found = fit_shards("trap", {}, panel, 3, shard_series=4)
        assert len(Trap.fits) == fits
        assert found.tried_again == again
        assert list(found.failures) == ["s02"]


def test_a_shard_that_fails_once_is_whole_after_the_second_try(tmp_path, monkeypatch):
    fuse = tmp_path / "fuse"
    fuse.touch()
    monkeypatch.setattr(Trap, "fuse", str(fuse))
    panel = Panel.from_arrays(panel_with({1: BREAKS_ONCE}))
    found = fit_shards("trap", {}, panel, 3, shard_series=4)
    assert (found.failures, found.tried_again, found.shards) == ({}, 1, 3)
    check_good_series(found, panel, [])


def test_workers_that_die_are_forgiven_twice():
    panel = Panel.from_arrays(panel_with({}, series=2))
    found = fit_shards("trap", {}, panel, 3, shard_series=2, compute=Losing(1, 2))
    assert (found.failures, found.tried_again, found.shards) == ({}, 2, 1)


def test_a_series_that_kills_its_workers_is_told_how_often():
    panel = Panel.from_arrays(panel_with({}, series=3))
    # A second try waits until the other two are done.
    found = fit_shards("trap", {}, panel, 3, shard_series=1, compute=Losing(1, 4), retries=1)
    assert found.failures == {
        "s00": "The worker process died whenever this series was tried (2×), often for lack of "
        "memory."
    }


def test_nothing_that_works_at_all_is_an_error_and_told_soon():
    panel = Panel.from_arrays(panel_with(dict.fromkeys(range(60), BREAKS), series=60))
    with pytest.raises(
        TrainingError, match=r"none of the series. s\d\d: RuntimeError: the formula"
    ):
        fit_shards("trap", {}, panel, 3, shard_series=10)
    # 20 single series have failed by then, not 60.
    assert sum(len(ids) == 1 for ids in Trap.fits) == 20


def test_series_whose_turn_does_not_come_in_time_are_stood_in_for():
    panel = Panel.from_arrays(panel_with({}))
    # Six shards of 0.2 s and more do not fit into half a second.
    watch = Watch(lambda done, _: spreading.sleep(0.2), budget=TimeBudget(0.5))
    found = fit_shards("trap", {}, panel, 3, shard_series=2, watch=watch)
    assert set(found.failures.values()) == {"Time ran out before its turn."}
    assert len(found.failures) == 12 - 2 * len(Trap.fits)
    assert found.result.ids == panel.ids


def test_a_backtest_stands_in_too():
    panel = Panel.from_arrays(panel_with({3: BREAKS}))
    found = backtest_shards("trap", {}, panel, RollingOrigin(2, 3, 2), shard_series=4)
    assert list(found.failures) == ["s03"]
    assert found.result.mean.shape == (3, 12, 2, 1)
    assert found.result.notes[-1].endswith("could not forecast: s03.")


def test_a_stop_request_ends_at_the_next_shard():
    panel = Panel.from_arrays(panel_with({}))
    watch = Watch(None, lambda: len(Trap.fits) >= 2)
    with pytest.raises(Cancelled):
        fit_shards("trap", {}, panel, 3, shard_series=2, watch=watch)
    assert len(Trap.fits) == 2


@pytest.mark.slow
def test_a_series_that_kills_processes_is_isolated_and_no_process_is_left():
    panel = Panel.from_arrays(panel_with({4: KILLS}))
    before = {worker.pid for worker in spreading.workers_alive()}
    found = fit_shards("trap", {}, panel, 3, shard_series=6, compute=Compute("local", 2))
    assert list(found.failures) == ["s04"]
    assert found.failures["s04"].endswith("tried (3×), often for lack of memory.")
    check_good_series(found, panel, ["s04"])
    assert {worker.pid for worker in spreading.workers_alive()} <= before

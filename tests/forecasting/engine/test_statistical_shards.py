"""Many series in shards: the same numbers, told by shard, and going on after a stop."""

import numpy as np
import pytest

from forecasting.engine.budget import TimeBudget
from forecasting.engine.computing.compute import Compute, at_once
from forecasting.engine.errors import Cancelled
from forecasting.engine.panel import Panel
from forecasting.engine.race.worker import Work
from forecasting.engine.registry import create
from forecasting.engine.sharding import rule
from forecasting.engine.statistical import sharding
from forecasting.engine.statistical.estimates import estimate_seconds
from forecasting.engine.watch import ShardReport

KIND = "dynamic_optimized_theta"
SERIES = 24


@pytest.fixture
def panel():
    random = np.random.default_rng(11)
    return Panel.from_arrays(
        {f"s{n}": 50 + random.normal(0, 5, 24 + n).cumsum() for n in range(SERIES)}
    )


@pytest.fixture
def sharded(monkeypatch):
    """Panels of 24 series are many: eight shards of three."""
    monkeypatch.setattr(rule, "LEAST_SERIES", SERIES)
    monkeypatch.setattr(rule, "LEAST_IN_SHARD", 3)


def answer(model):
    forecast = model.predict()
    return np.concatenate([forecast.mean, forecast.lower[80], forecast.upper[95]])


@pytest.mark.parametrize(
    ("series", "workers", "shards"),
    [(499, 2, 1), (500, 2, 8), (1_240, 2, 8), (1_240, 4, 16), (1_240, 16, 20), (100_000, 64, 32)],
)
def test_the_rule_for_shards(series, workers, shards):
    assert rule.shards_for(series, workers) == shards


def test_shards_change_no_number_and_tell_how_far_each_is(panel, sharded, monkeypatch):
    monkeypatch.setattr(sharding, "chunk", lambda *_: 2)
    heard = []
    model = create(KIND)
    model.on_shards = heard.append
    together = answer(model.fit(panel, horizon=4))
    monkeypatch.setattr(rule, "LEAST_SERIES", SERIES + 1)
    np.testing.assert_array_equal(together, answer(create(KIND).fit(panel, horizon=4)))
    assert heard[0].shards == ((0, 3),) * 8
    # Two at a time: the first shard is done with its second piece.
    assert [one.shards[0] for one in heard[:3]] == [(0, 3), (2, 3), (3, 3)]
    assert heard[-1].shards == ((3, 3),) * 8
    assert heard[-1].per_second > 0
    assert heard[-1].left == 0


def test_a_run_that_was_stopped_goes_on_with_the_series_that_are_left(
    panel, sharded, monkeypatch, tmp_path
):
    done = []
    whole = sharding.fit_all

    def counted(job):
        done.append(len(job.rows))
        return whole(job)

    monkeypatch.setattr(sharding, "fit_all", counted)
    with pytest.raises(Cancelled):
        create(KIND).fit(panel, horizon=4, checkpoint=tmp_path, should_stop=lambda: sum(done) >= 9)
    first = sum(done)
    assert 9 <= first < SERIES
    heard = []
    model = create(KIND)
    model.on_shards = heard.append
    model.fit(panel, horizon=4, checkpoint=tmp_path)
    # What was fitted but not yet kept when the stop was heard is fitted again.
    assert SERIES <= sum(done) <= SERIES + 3
    assert sum(have for have, _ in heard[0].shards) >= first - 3
    np.testing.assert_array_equal(answer(model), answer(create(KIND).fit(panel, horizon=4)))
    # Other data, or another horizon, have nothing to do with what lies there.
    done.clear()
    create(KIND).fit(panel, horizon=5, checkpoint=tmp_path)
    assert sum(done) == SERIES


def test_a_series_that_nothing_can_fit_is_repeated_and_named(panel, sharded, monkeypatch):
    whole = sharding.fit_all

    def fails(job):
        if any(len(rows.y) == 30 for rows in job.rows):
            raise MemoryError("too much")
        return whole(job)

    monkeypatch.setattr(sharding, "fit_all", fails)
    model = create(KIND).fit(panel, horizon=3)
    assert model.report_["failures"] == {"s6": "MemoryError: too much"}
    assert "s6" in model.report_["fallbacks"]
    last = panel.series("s6")[-7:, 0]
    np.testing.assert_array_equal(model.predict().mean[6, :, 0], last[:3])
    monkeypatch.setattr(sharding, "fit_all", whole)
    whole_model = create(KIND).fit(panel, horizon=3)
    others = [n for n in range(SERIES) if n != 6]
    np.testing.assert_array_equal(model.predict().mean[others], whole_model.predict().mean[others])


@pytest.mark.slow
def test_processes_give_the_same_numbers_and_take_their_share_of_the_time(panel, sharded):
    alone = estimate_seconds(KIND, panel, 4)
    here = answer(create(KIND).fit(panel, horizon=4))
    with Compute("local", 2).open():
        assert at_once() == 2
        assert estimate_seconds(KIND, panel, 4) == pytest.approx(alone / 2)
        np.testing.assert_array_equal(here, answer(create(KIND).fit(panel, horizon=4)))
    assert at_once() == 1


def test_the_time_left_of_a_fit_in_shards_is_that_of_the_shards():
    def resumed(watch):
        # Most was done by an earlier run, which says nothing about the pace of this one.
        watch.tell(ShardReport(((8, 10),), 2))
        watch.tell(ShardReport(((9, 10),), 2, per_second=0.5, left=2.0))
        watch.tell(ShardReport(((10, 10),), 2, per_second=0.5, left=0.0))
        watch.report(0.8)

    heard = list(Work("m", resumed, TimeBudget(), TimeBudget(), lambda: False).run())
    assert [one.left for one in heard[:2]] == [None, 2.0]
    assert heard[-1].shards.is_done
    assert heard[-1].left < 1.0

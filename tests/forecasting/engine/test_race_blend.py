"""The ensemble of a race: free of fits, honest in its line of the leaderboard."""

import numpy as np
import pytest

from forecasting.engine import artifacts
from forecasting.engine.baselines import SeasonalNaive
from forecasting.engine.budget import TimeBudget
from forecasting.engine.panel import Panel
from forecasting.engine.race import ModelSkipped, ModelStarted, race
from forecasting.engine.race.blend import blend_of
from forecasting.engine.race.course import Course
from forecasting.engine.race.standings import Standings
from forecasting.engine.race.trial import try_out
from forecasting.engine.registry import create
from forecasting.engine.watch import Watch
from tests.forecasting.engine.series import seasonal


class Biased(SeasonalNaive):
    """The last season and a bit more or less."""

    by = 0.0

    def _from(self, block, origins, horizon):
        return super()._from(block, origins, horizon) + self.by


class High(Biased):
    name, by = "high", 1.0


class Low(Biased):
    name, by = "low", -1.0


@pytest.fixture
def course():
    return Course.plan(Panel.from_arrays({"x": seasonal(500)}, "2024-01-01", "h"), 12)


def tried(course, *models):
    return [try_out(model, course, Watch()) for model in models]


def test_opposite_errors_cancel(course):
    trials = tried(course, High(), Low())
    blend, result = blend_of(trials, course, "greedy")
    # Half of each is seasonal naive itself.
    [plain] = tried(course, create("seasonal_naive"))
    assert np.allclose(result.mean, plain.result.mean)
    blend.fit(course.panel, horizon=12)
    assert blend.report_["weights"] == {"high": 0.5, "low": 0.5}


def test_a_window_has_no_say_in_its_own_forecast(course):
    trials = tried(course, High(), create("linear"))
    _, before = blend_of(trials, course, "greedy")
    values = course.panel.values.copy()
    values[-12:] += 50.0
    changed = Panel.from_arrays({"x": values[:, 0]}, "2024-01-01", "h")
    other = Course.plan(changed, 12)
    _, after = blend_of(tried(other, High(), create("linear")), other, "greedy")
    # What came in the newest window changes neither its forecast nor its interval.
    assert np.array_equal(before.mean[-1], after.mean[-1])
    # (It is measured in units of the spread and turned back, hence the rounding.)
    assert np.allclose(before.upper[80][-1], after.upper[80][-1], atol=1e-6)
    assert after.metrics["mae"] > before.metrics["mae"]


def test_its_interval_covers_about_what_it_says():
    panel = Panel.from_arrays({f"s{i}": seasonal(600, seed=i) for i in range(8)}, "2024", "h")
    course = Course.plan(panel, 12)
    trials = tried(course, create("linear"), create("seasonal_naive"), create("climatology"))
    _, result = blend_of(trials, course, "greedy")
    assert 70 <= result.metrics["coverage"][80] <= 90
    assert 88 <= result.metrics["coverage"][95] <= 99


def test_members_without_a_weight_are_not_fitted_again(course):
    trials = tried(course, create("linear"), High())
    blend, _ = blend_of(trials, course, "greedy")
    blend.fit(course.panel, horizon=12)
    assert [member.name for member in blend.members_] == ["linear"]
    alone = create("linear").fit(course.panel, horizon=12).predict()
    assert np.allclose(blend.predict().mean, alone.mean)


def test_without_time_its_members_are_led_on_instead_of_fitted(course):
    trials = tried(course, High(), Low())
    blend, _ = blend_of(trials, course, "greedy")
    blend.fit(course.panel, horizon=12, budget=TimeBudget(0.0))
    assert blend.report_["refitted"] == [False, False]
    last = course.panel.values[-24:-12, 0]
    assert np.allclose(blend.predict().mean[0, :, 0], last)


def test_saved_it_is_an_ordinary_ensemble(course, tmp_path):
    trials = tried(course, create("linear"), create("drift"), create("climatology"))
    blend, _ = blend_of(trials, course, "simplex")
    blend.fit(course.panel, horizon=12)
    loaded = artifacts.load(artifacts.save(blend, tmp_path / "blend"))
    assert loaded.name == "ensemble"
    assert np.array_equal(loaded.predict().mean, blend.predict().mean)
    assert np.array_equal(loaded.predict().upper[80], blend.predict().upper[80])


def test_one_of_each_kind_near_the_best_may_join(course):
    standings = Standings()
    for name, model in [
        ("linear", create("linear")),
        ("linear_tuned", create("linear", penalties=11)),
        ("seasonal_naive", create("seasonal_naive")),
        ("naive", create("naive")),
    ]:
        standings.add(name, name.removesuffix("_tuned"), tried(course, model)[0])
    joined = standings.contenders()
    assert len(set(joined) & {"linear", "linear_tuned"}) == 1
    assert "naive" not in joined


def test_nothing_to_combine_is_said(course):
    events = list(race(course.panel, 12, models=["naive"]))
    [skipped] = [event for event in events if isinstance(event, ModelSkipped)]
    assert skipped.model == "ensemble"
    assert "No second model came near enough" in str(skipped.reason)


def test_it_competes_after_the_models(course):
    events = list(race(course.panel, 12, models=["linear", "climatology", "window_mean"]))
    started = [event.model for event in events if isinstance(event, ModelStarted)]
    scored = {row.model for row in events[-1].leaderboard}
    assert started[-1] == "ensemble" or "ensemble" not in scored

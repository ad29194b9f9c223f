"""Rolling origin: which rows a fit may learn from, when it is repeated, when it must end."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from forecasting.engine import budget as time_budget
from forecasting.engine import refitting
from forecasting.engine.backtest import backtest
from forecasting.engine.baselines import Drift, Naive
from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import BadValuesError, Cancelled, SettingsError, TooShortError
from forecasting.engine.linear import Linear
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.rolling_origin import RollingOrigin


def ramp(rows=30):
    return Panel.from_arrays({"r": np.arange(rows) * 1.0}, "2024-01-01", "D")


@dataclass
class Diary:
    fitted: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    allowed: list = field(default_factory=list)


def watched(diary, before=lambda place: None):
    """A naive model that writes down what it is given."""

    class Watched(Naive):
        def _fit(self, panel, horizon, watch, checkpoint):
            diary.fitted.append(panel.values[:, 0].tolist())
            diary.allowed.append(watch.budget.seconds)
            super()._fit(panel, horizon, watch, checkpoint)

        def _predict_at(self, panel, ends, horizon):
            for end in ends:
                before(len(diary.asked))
                past = panel.drop_last(end)
                diary.asked.append(past.values[[0, -1], 0].tolist())
                yield self._predict(past, horizon)

    return Watched()


@pytest.mark.parametrize(
    ("refit", "last_rows"),
    [
        ("never", [19]),
        ("always", [19, 21, 23, 25, 27]),
        (2, [19, 23, 27]),
        (3, [19, 25]),
        (9, [19]),
    ],
)
def test_a_model_is_fitted_again_when_due(refit, last_rows):
    diary = Diary()
    result = backtest(watched(diary), ramp(), horizon=2, windows=5, refit=refit)
    assert [rows[-1] for rows in diary.fitted] == last_rows
    assert [rows[0] for rows in diary.fitted] == [0] * len(last_rows)
    assert result.mean[:, 0, 0, 0].tolist() == [19, 21, 23, 25, 27]


def test_a_sliding_window_learns_from_the_newest_rows_only():
    diary = Diary()
    options = {"refit": 2, "scheme": "sliding", "training_rows": 6}
    backtest(watched(diary), ramp(), horizon=2, windows=4, **options)
    assert diary.fitted == [[16, 17, 18, 19, 20, 21], [20, 21, 22, 23, 24, 25]]
    assert diary.asked == [[16, 21], [16, 23], [20, 25], [20, 27]]


def test_a_sliding_window_changes_what_a_model_knows():
    values = np.r_[np.zeros(20), np.arange(10.0)]
    panel = Panel.from_arrays(values)
    expanding = backtest(Drift(), panel, horizon=1, windows=1)
    sliding = backtest(Drift(), panel, horizon=1, windows=1, scheme="sliding", training_rows=5)
    # The last of 29 rows is 8: 8 + 8 / 28, and from 4 to 8 in four steps 8 + 1
    assert expanding.mean.item() == pytest.approx(8 + 8 / 28)
    assert sliding.mean.item() == pytest.approx(9)


def test_a_sliding_window_longer_than_a_series_takes_it_whole(hourly):
    model, options = create("linear_stack"), {"horizon": 6, "windows": 3, "refit": "always"}
    sliding = backtest(model, hourly, scheme="sliding", training_rows=999, **options)
    assert np.array_equal(sliding.mean, backtest(model, hourly, **options).mean)


@pytest.mark.parametrize("model", [Naive(), Linear(lookback=24)])
def test_forecasting_all_windows_at_once_equals_one_by_one(model, hourly):
    together = backtest(model, hourly, horizon=6, windows=4, stride=5)
    for place, end in enumerate(RollingOrigin(6, 4, 5).ends):
        alone = model.fresh().fit(hourly.drop_last(21), horizon=6).predict(hourly.drop_last(end))
        assert np.allclose(together.mean[place], alone.mean, rtol=1e-12)
        assert np.allclose(together.lower[80][place], alone.lower[80], rtol=1e-9)


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"refit": "often"}, "not 'often'"),
        ({"refit": 0}, "not 0"),
        ({"refit": True}, "not True"),
        ({"scheme": "growing"}, "not growing"),
        ({"scheme": "sliding"}, "training_rows"),
        ({"training_rows": 9}, "an expanding one has none"),
        ({"scheme": "sliding", "training_rows": 0}, "at least one row"),
        ({"windows": 0}, "at least one window"),
        ({"stride": 0}, "at least one window and one step"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(choice, sentence):
    with pytest.raises(SettingsError, match=sentence):
        backtest(Naive(), ramp(), horizon=2, **choice)


def test_when_time_runs_out_the_windows_done_are_the_result():
    budget = TimeBudget(1000.0)

    def spend(place):
        if place == 2:
            object.__setattr__(budget, "seconds", 0.0)

    result = backtest(watched(Diary(), spend), ramp(), horizon=2, windows=5, budget=budget)
    assert result.mean[:, 0, 0, 0].tolist() == [19, 21, 23]
    assert result.planned == 5
    assert result.notes == ("Time ran out: 3 of 5 windows were tested.",)
    assert result.metrics["mae"] == pytest.approx(1.5)
    assert len(result.frame()) == 6


@pytest.mark.parametrize("refit", ["never", "always"])
def test_without_any_time_one_window_is_tested(refit):
    result = backtest(Naive(), ramp(), horizon=2, windows=3, refit=refit, budget=TimeBudget(0.0))
    assert (len(result.mean), result.planned) == (1, 3)


def test_a_fit_that_will_not_be_done_in_time_is_not_begun(monkeypatch):
    clock = [0.0]
    for module in (refitting, time_budget):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock[0]))

    def spend(place):
        clock[0] += 300

    diary = Diary()
    result = backtest(
        watched(diary, spend),
        ramp(),
        horizon=2,
        windows=5,
        refit="always",
        budget=TimeBudget(1000.0, started=0.0),
    )
    # Three windows of 300 s leave 100 s, too little for a fourth.
    assert len(result.mean) == 3
    # A fit may take four fifths of its equal part: of 1000 s / 5, 700 s / 4 and 400 s / 3.
    assert diary.allowed == pytest.approx([160.0, 140.0, 320 / 3])


def test_enough_time_leaves_no_note():
    result = backtest(Naive(), ramp(), horizon=2, windows=3, budget=TimeBudget(1000.0))
    assert (result.planned, result.notes) == (3, ())


def test_a_failing_fit_names_the_model_and_the_cutoff():
    with pytest.raises(TooShortError, match=r"linear failed at the cutoff 2024-01-09T00:00:00: "):
        backtest(Linear(), ramp(15), horizon=6, windows=1)


def test_a_failing_forecast_names_the_window_that_failed():
    def fail(place):
        if place == 1:
            raise BadValuesError("Series %(series)s is odd.", series="r")

    with pytest.raises(BadValuesError) as found:
        backtest(watched(Diary(), fail), ramp(), horizon=2, windows=3)
    assert str(found.value) == ("naive failed at the cutoff 2024-01-26T00:00:00: Series r is odd.")
    assert found.value.details["reason"].details == {"series": "r"}


def test_a_bug_keeps_its_own_kind_and_gains_a_note():
    def fail(place):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as found:
        backtest(watched(Diary(), fail), ramp(), horizon=2, windows=3)
    assert found.value.__notes__ == ["naive failed at the cutoff 2024-01-24T00:00:00."]


def test_stopping_between_windows_is_no_failure_of_the_model():
    diary = Diary()
    with pytest.raises(Cancelled, match=r"^Stopped as asked"):
        backtest(
            watched(diary), ramp(), horizon=2, windows=5, should_stop=lambda: len(diary.asked) > 1
        )
    assert len(diary.asked) == 2


def test_progress_tells_every_window():
    seen = []
    backtest(
        watched(Diary()), ramp(), horizon=2, windows=4, progress=lambda done, _: seen.append(done)
    )
    assert seen == sorted(seen)
    assert {0.0, 0.625, 0.75, 0.875, 1.0} <= set(seen)

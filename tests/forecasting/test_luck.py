"""What the leaderboard says about chance: worked examples, and the board of a real race."""

import re

import pytest
from scipy import stats

from forecasting import luck
from forecasting.engine.significance import BARTLETT, TOO_FEW
from forecasting.models import PredictionResult
from tests.conftest import browser_of
from tests.forecasting.made import answered, hourly_dataset, raced


def kept_test(difference, better, note=""):
    return {"difference": difference, "p_better": better, "p_worse": 1 - better, "note": note}


@pytest.mark.parametrize(
    ("kept", "words", "pill"),
    [
        (kept_test(-0.3, 0.004), "p = 0.004", "good"),
        (kept_test(-0.3, 0.0002), "p < 0.001", "good"),
        (kept_test(-0.3, 0.05), "p = 0.050", "good"),
        (kept_test(-0.1, 0.08), "p = 0.080 unclear", ""),
        (kept_test(0.1, 0.7), "p = 0.30 unclear", ""),
        (kept_test(0.4, 0.98), "p = 0.020 worse", "warn"),
        ({"difference": -0.1, "p_better": None, "note": TOO_FEW}, "too few windows", ""),
        (None, "", ""),
    ],
)
def test_a_gain_is_called_more_than_luck_only_where_chance_is_rare(kept, words, pill):
    said = luck.against_naive(kept)
    assert (said.words, said.pill) == (words, pill)


def test_what_the_test_had_to_do_is_told():
    assert luck.against_naive(kept_test(-0.3, 0.01, BARTLETT)).note == BARTLETT


def result(name, errors):
    windows = [{"cutoff": f"2026-01-{day:02d}", "mase": one} for day, one in enumerate(errors, 1)]
    return PredictionResult(name=name, type=name, metrics={"windows": windows})


def test_the_lead_is_tested_on_the_windows_that_both_have():
    own, other = [0.5, 0.6, 0.4, 0.5], [0.9, 0.8, 0.9, 1.0]
    said = luck.lead_words(result("linear", own), result("naive", [*other, 7.0]))
    # One-step Diebold-Mariano with the small-sample correction is a paired t test.
    chance = stats.ttest_rel(own, other, alternative="less").pvalue
    assert said == f"Linear is better than Naive, p = {chance:.3f}."


def test_a_lead_within_chance_is_too_close_to_tell():
    said = luck.lead_words(
        result("linear", [0.5, 0.6, 0.4, 0.5]), result("naive", [0.6, 0.4, 0.5, 0.5])
    )
    assert said.startswith("Linear and Naive are too close to tell apart, p = ")


def test_one_window_tells_nothing_and_none_is_silent():
    said = luck.lead_words(result("linear", [0.5]), result("naive", [0.6]))
    assert said == "Too few windows to tell Linear from Naive."
    assert luck.lead_words(result("linear", []), result("naive", [0.6])) == ""


@pytest.mark.django_db
def test_the_board_shows_chance_coverage_seconds_and_why_models_were_left_out(owner):
    task = raced(owner, "window_mean", {"type": "auto_arima", "settings": {}}, seconds=1)
    html = browser_of(owner).get(task.get_absolute_url()).content.decode()
    board = html.split('id="forecast-board"')[1].split("</section>")[0]
    assert re.search(r'<span class="good">p (&lt;|=) [\d.]+</span>', board)
    assert re.search(r'<span class="(warn|quiet)">p (&lt;|=) [\d.]+ (worse|unclear)</span>', board)
    for head in ("In 80%", "In 95%", "Fit", "Predict", "Significance"):
        assert f">{head}</th>" in board
    assert "Linear" in board.split("board-foot")[1]


@pytest.mark.django_db
def test_a_forecast_without_a_test_has_a_board_without_chance(owner):
    task = answered(owner, hourly_dataset(owner, hours=30))
    html = browser_of(owner).get(task.get_absolute_url()).content.decode()
    board = html.split('id="forecast-board"')[1].split("</section>")[0]
    assert "p =" not in board
    assert "board-foot" not in board

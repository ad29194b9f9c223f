"""Sentences, spans and numbers, small enough to check on paper."""

import pytest
from django.utils import translation

from forecasting import headline, leaderboard, ranking, spans, wording
from forecasting.engine.frequency import Frequency
from forecasting.models import PredictionResult
from forecasting.results import Line

HOURS = Frequency.parse("h")


def line(*mean):
    """Hours from midnight with a band of 1 (80%) and 2 (95%) around each value."""
    return Line(
        id="Load",
        times=[f"2026-11-23T{hour:02d}:00:00" for hour in range(len(mean))],
        mean=list(mean),
        lower={80: [v - 1 for v in mean], 95: [v - 2 for v in mean]},
        upper={80: [v + 1 for v in mean], 95: [v + 2 for v in mean]},
    )


def result(kind, mase, windows=8, rank=1):
    return PredictionResult(
        name=kind, type=kind, rank=rank, metrics={"mase": mase, "windows": [{"mae": 1}] * windows}
    )


def said(answer, history, ranked=(), shown=None):
    ranked = list(ranked) or [result("linear", 0.6), result("seasonal_naive", 0.8, rank=2)]
    return headline.headline_of(answer, history, HOURS, ranked, shown or ranked[0])


@pytest.mark.parametrize(
    ("tested", "words"),
    [
        ({"p_better": 0.0212, "difference": -0.2}, "That is more than luck, p = 0.021."),
        ({"p_better": 0.0004, "difference": -0.2}, "That is more than luck, p < 0.001."),
        ({"p_better": 0.31, "difference": -0.2}, "That may be luck, p = 0.31."),
    ],
)
def test_a_gain_is_more_than_luck_or_may_be_luck(tested, words):
    best = result("linear", 0.6)
    best.metrics["significance"] = tested
    text = said(line(1.0, 2.0), [1.0, 2.0], [best, result("seasonal_naive", 0.8, rank=2)]).text
    assert text.endswith(words)


@pytest.mark.parametrize("tested", [None, {"p_better": None}, {"p_better": 0.9, "difference": 1}])
def test_without_a_gain_that_was_tested_nothing_is_said_about_luck(tested):
    best = result("linear", 0.6)
    best.metrics["significance"] = tested
    text = said(line(1.0, 2.0), [1.0, 2.0], [best, result("seasonal_naive", 0.8, rank=2)]).text
    assert "luck" not in text


def test_average_change_and_peak_are_said_with_their_time():
    # 10, 20, 30 average 20; the 3 hours before average 25: 5 of 25 is 20% below.
    text = said(line(10.0, 30.0, 20.0), [100.0, 20.0, 30.0, 25.0]).text
    assert text.startswith(
        "Load will average 20 over the next 3 hours, 20% below the last 3 hours, "
        "and peak at 30 on Mon 23 Nov at 01:00. 80% likely between 29 and 31 at the peak."
    )


def test_skill_is_said_with_both_scores():
    text = said(line(1.0, 2.0), [1.0, 2.0]).text
    assert text.endswith(
        "Linear was 25% better than seasonal naive on 8 past windows, MASE 0.60 against 0.80."
    )


@pytest.mark.parametrize(
    ("history", "words"),
    [
        ([10.0, 10.0], "20% above the last"),
        ([15.0, 15.0], "20% below the last"),
        ([12.0, 12.0], "level with the last"),
        # A percentage across zero, or of next to nothing, would mislead.
        ([-6.0, -6.0], "18 above the last"),
        ([0.001, 0.001], "12 above the last"),
        ([0.0, 0.0], "12 above the last"),
    ],
)
def test_the_change_is_a_percentage_only_where_that_means_something(history, words):
    assert words in said(line(11.0, 13.0), history).text


def test_without_enough_past_there_is_no_change():
    assert "the last" not in said(line(1.0, 2.0, 3.0, 4.0), [None, None, None, 1.0]).text


def test_one_step_and_flat_answers_have_sentences_of_their_own():
    assert said(line(5.0), [4.0]).text.startswith("Load will be 5 on Mon 23 Nov at 00:00.")
    assert "Load will stay at 5 over the next 2 hours." in said(line(5.0, 5.0), [4.0, 4.0]).text


def test_a_name_cannot_smuggle_markup():
    answer = line(1.0, 2.0)
    answer = Line("<script>", answer.times, answer.mean, answer.lower, answer.upper)
    assert "&lt;script&gt;" in said(answer, [1.0]).first


@pytest.mark.parametrize(
    ("ranked", "words"),
    [
        (
            [("seasonal_naive", 0.8), ("linear", 0.9)],
            "No model beat seasonal naive on 8 past windows.",
        ),
        (
            [("lstm", 0.5), ("linear", 0.6), ("seasonal_naive", 0.8)],
            "LSTM was 38% better than seasonal naive on 8 past windows, MASE 0.50 against 0.80. "
            "Best of 3 models.",
        ),
        (
            [("linear", 0.6), ("lstm", 0.7), ("seasonal_naive", 0.8)],
            "No improvement: the other model did not do better.",
        ),
        (
            [("linear", 0.6), ("seasonal_naive", 0.8), ("lstm", 1.0), ("drift", 2.0)],
            "No improvement: none of the 2 other models did better.",
        ),
        (
            [("lstm", 0.5), ("linear", 0.6), ("seasonal_naive", 0.8)],
            "Best of 3 models.",
        ),
        (
            [("linear", 0.8), ("seasonal_naive", 0.8)],
            "Linear was as good as seasonal naive on 8 past windows.",
        ),
    ],
)
def test_the_second_line_says_what_backtests_say(ranked, words):
    rows = [result(kind, mase, rank=place) for place, (kind, mase) in enumerate(ranked, 1)]
    assert words in said(line(1.0, 2.0), [1.0, 2.0], rows).second


def test_without_a_backtest_it_says_so():
    rows = [result("linear", None, windows=0), result("seasonal_naive", None, windows=0)]
    text = said(line(1.0, 2.0), [1.0], rows).second
    assert "There are too few rows to test it on the past." in text


@pytest.mark.parametrize(
    ("own", "other", "skill"),
    [
        ({"mase": 0.6}, {"mase": 0.8}, 0.25),
        ({"mase": None, "mae": 3}, {"mase": None, "mae": 4}, 0.25),
        ({"mase": 0.6}, {"mase": 0.0}, None),
        ({}, {"mase": 1.0}, None),
    ],
)
def test_skill_by_hand(own, other, skill):
    assert ranking.skill(own, other) == (None if skill is None else pytest.approx(skill))


@pytest.mark.parametrize(
    ("share", "verdict"),
    [(0.80, "on target"), (0.84, "on target"), (0.86, "too wide"), (0.70, "too narrow")],
)
def test_a_band_is_on_target_within_four_points(share, verdict):
    assert leaderboard.Band(80, share, 100).verdict == verdict


@pytest.mark.parametrize(
    ("alias", "steps", "words"),
    [
        ("h", 96, "4 days"),
        ("h", 24, "24 hours"),
        ("h", 25, "25 hours"),
        ("15min", 96, "24 hours"),
        ("15min", 384, "4 days"),
        ("15min", 3, "45 minutes"),
        ("D", 28, "28 days"),
        ("W-MON", 13, "13 weeks"),
        ("MS", 12, "12 months"),
        ("MS", 24, "2 years"),
        ("QS", 8, "2 years"),
        ("B", 20, "20 business days"),
        ("s", 90, "90 seconds"),
        ("100ms", 5, "5 steps"),
    ],
)
def test_a_horizon_is_said_in_the_largest_unit_that_fits(alias, steps, words):
    assert spans.span_words(steps, Frequency.parse(alias)) == words


@pytest.mark.parametrize(
    ("alias", "rows", "usual"),
    [
        ("h", 17_420, 96),
        ("h", 240, 48),
        ("15min", 50_000, 384),
        ("D", 1000, 28),
        ("W-SUN", 200, 13),
        ("MS", 60, 12),
        ("YS", 40, 5),
        ("s", 100_000, 600),
    ],
)
def test_the_usual_horizon_fits_frequency_and_rows(alias, rows, usual):
    assert spans.usual(Frequency.parse(alias), rows) == usual


@pytest.mark.parametrize(
    ("rows", "most"), [(26_293, 2160), (17_420, 1440), (240, 48), (12, 3), (2880, 720)]
)
def test_the_longest_horizon_is_a_round_number(rows, most):
    assert spans.longest_horizon(rows, HOURS) == most


@pytest.mark.parametrize("alias", ["h", "15min", "D", "B", "W-MON", "MS", "QS", "YS", "s", "min"])
def test_every_offered_horizon_is_allowed(alias):
    frequency = Frequency.parse(alias)
    for rows in (12, 100, 1000, 100_000):
        most = spans.longest_horizon(rows, frequency)
        assert all(1 <= span.steps <= most for span in spans.offered(frequency, rows))
        assert 1 <= spans.usual(frequency, rows) <= most


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4812.3, "4,812"),
        (-0.12345, "−0.1235"),
        (9.8, "9.8"),
        (0, "0"),
        (123.456, "123.5"),
        (1e-7, "1 × 10⁻⁷"),
        (2.5e16, "2.5 × 10¹⁶"),
    ],
)
def test_numbers_have_four_digits_and_a_true_minus(value, text):
    assert wording.figure(value) == text


@pytest.mark.parametrize(
    ("alias", "text"),
    [
        ("h", "Mon 23 Nov 07:00"),
        ("D", "Mon 23 Nov"),
        ("W-MON", "23 Nov 2026"),
        ("MS", "Nov 2026"),
        ("YS", "2026"),
    ],
)
def test_a_moment_is_as_fine_as_the_series(alias, text):
    assert wording.moment("2026-11-23T07:00:00", Frequency.parse(alias)) == text


def test_sentences_follow_the_language():
    with translation.override("zh-hans"):
        text = said(line(1.0, 2.0), [1.0, 2.0]).text
        assert "。" in text[:-1]
        assert "。 " not in text
        assert wording.moment("2026-11-23T07:00:00", HOURS) == "11月23日 周一 07:00"


@pytest.mark.parametrize(
    ("average", "before", "words"),
    [
        (110.0, [100.0] * 4, "10% above"),
        (-0.46, [-0.82] * 4, "0.36 above"),
        (3.0, [-1.0, 7.0, 1.0, 1.0], "1 above"),
        (-15.0, [-12.0] * 4, "3 below"),
    ],
)
def test_a_change_below_or_across_zero_is_a_difference_not_a_percentage(average, before, words):
    assert headline._change(average, before, 4) == words


@pytest.mark.parametrize(
    ("alias", "text"),
    [("h", "2026-11-23 07:00"), ("10s", "2026-11-23 07:00"), ("D", "2026-11-23 07:00")],
)
def test_a_table_shows_a_time_without_its_seconds(alias, text):
    assert wording.stamp("2026-11-23T07:00:00", Frequency.parse(alias)) == text


def test_a_table_of_days_shows_no_clock():
    assert wording.stamp("2026-11-23T00:00:00", Frequency.parse("D")) == "2026-11-23"
    assert wording.stamp("2026-11-23T00:00:00", HOURS) == "2026-11-23 00:00"


def test_chinese_words_stand_together_and_latin_ones_keep_their_space():
    assert wording.tight("线性 优于 LSTM 不及 线性。") == "线性优于 LSTM 不及线性。"

"""Sentences keep their numbers until they are read, and every one can be said in Chinese."""

import ast
import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.explaining import sentence, time_words
from forecasting.engine.explaining.sentence import Sentence, figure
from forecasting.engine.frequency import Frequency

FOLDER = Path(sentence.__file__).parent


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (4812.3, "4,812"),
        (-0.12378, "-0.124"),
        (12.0, "12"),
        (99.96, "100"),
        (1.5e-7, "1.5 × 10⁻⁷"),
        (2.5e16, "2.5 × 10¹⁶"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_have_three_digits(value, text):
    assert figure(value) == text


@given(st.floats(-1e300, 1e300))
def test_a_number_is_never_off_by_more_than_half_of_its_last_digit(value):
    digits, _, power = figure(value).replace(",", "").partition(" × 10")
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    read = float(f"{digits}e{power.translate(raised) or 0}")
    assert math.isclose(read, value, rel_tol=5.1e-3)


def test_a_sentence_is_translated_with_all_that_is_in_it():
    template = "%(names)s rest on %(count)s rows and %(share)s%%."
    words = {template: "%(names)s：%(count)s 行，%(share)s%%。", "day": "天", ", ": "、"}
    names = (Sentence.of("day"), "week")
    said = Sentence.of(template, names=names, count=1200, share=12.345)
    assert str(said) == "day, week rest on 1,200 rows and 12.3%."
    assert said.text(lambda s: words.get(s, s)) == "天、week：1,200 行，12.3%。"
    assert (
        said.text(show=lambda value: f"<{value}>") == "day, week rest on 1,200 rows and <12.345>%."
    )
    assert said.details["share"] == 12.345


@pytest.mark.parametrize(
    ("alias", "steps", "text"),
    [
        ("h", 24, "1 day ago (24 steps)"),
        ("h", 26, "26 hours ago (26 steps)"),
        ("h", 168, "1 week ago (168 steps)"),
        ("15min", 4, "1 hour ago (4 steps)"),
        ("D", 1, "1 day ago (1 step)"),
        ("D", 365, "1 year ago (365 steps)"),
        ("B", 5, "1 week ago (5 steps)"),
        ("B", 3, "3 working days ago (3 steps)"),
        ("W", 52, "1 year ago (52 steps)"),
        ("MS", 12, "1 year ago (12 steps)"),
        ("MS", 5, "5 months ago (5 steps)"),
        ("QS", 3, "3 quarters ago (3 steps)"),
        ("YS", 2, "2 years ago (2 steps)"),
    ],
)
def test_lags_are_said_in_words_of_time(alias, steps, text):
    assert str(time_words.ago(Frequency.parse(alias), steps)) == text


@pytest.mark.parametrize(
    ("alias", "steps", "text"),
    [
        ("h", 24, "daily cycle"),
        ("h", 168, "weekly cycle"),
        ("min", 60, "cycle of an hour"),
        ("D", 7, "weekly cycle"),
        ("D", 365, "yearly cycle"),
        ("QS", 4, "yearly cycle"),
        ("h", 10, "cycle of 10 steps"),
        ("h", 48, "cycle of 48 steps"),
    ],
)
def test_cycles_have_names(alias, steps, text):
    assert str(time_words.cycle(Frequency.parse(alias), steps)) == text


def marked():
    """Every literal given to gettext_noop in the package, and its file."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "gettext_noop":
                yield path.name, node.args[0].value


def test_every_sentence_has_named_places_only():
    found = list(marked())
    assert len(found) > 100
    for name, text in found:
        rest = re.sub(r"%\(\w+\)s|%%", "", text)
        assert "%" not in rest, (name, text)


def test_every_sentence_is_translated_with_the_same_places():
    catalogue = pytest.importorskip("polib").pofile(
        str(FOLDER.parents[2] / "locale/zh_Hans/LC_MESSAGES/django.po")
    )
    known = {entry.msgid: entry.msgstr for entry in catalogue if not entry.msgctxt}
    for name, text in marked():
        assert known.get(text), (name, text)
        places = re.findall(r"%\(\w+\)s", text)
        assert sorted(re.findall(r"%\(\w+\)s", known[text])) == sorted(places), text
        assert text.count("%%") == known[text].count("%%"), text

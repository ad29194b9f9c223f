"""Frequencies in words."""

import pytest

from datasets.frequency_words import frequency_words


@pytest.mark.parametrize(
    ("alias", "words"),
    [
        ("h", "Hourly"),
        ("H", "Hourly"),
        ("15min", "Every 15 minutes"),
        ("D", "Daily"),
        ("W-MON", "Weekly"),
        ("MS", "Monthly"),
        ("2QS", "Every 2 quarters"),
        ("", "no fixed step"),
        ("no such thing", "no such thing"),
    ],
)
def test_a_frequency_reads_like_a_person_would_say_it(alias, words):
    assert frequency_words(alias) == words

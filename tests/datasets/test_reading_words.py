"""What the page says while a file is read."""

import pytest

from datasets.reading_words import reading_words


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        ({}, ""),
        ({"step": "reading", "bytes": 4.2e6, "bytes_total": 20.5e6}, "4.2 of 20.5 MB checked"),
        ({"step": "reading", "bytes": 12_000, "bytes_total": 35_622}, "12 of 36 kB checked"),
        ({"step": "reading", "bytes": 11, "bytes_total": 11}, "0 of 1 kB checked"),
        # Numbers of the step before stay with the job.
        (
            {"step": "writing", "bytes": 1, "bytes_total": 1, "rows": 1000, "rows_total": 2000},
            "1,000 of 2,000 rows read",
        ),
        ({"step": "sorting"}, "Sorting rows by time"),
        ({"step": "describing", "rows": 1, "rows_total": 1}, "Describing columns"),
    ],
)
def test_reading_says_what_it_is_at(progress, words):
    assert reading_words(progress) == words

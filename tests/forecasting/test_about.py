"""Long spans in round words, and Chinese sentences without the spaces of Latin names."""

import pytest
from django.utils.safestring import SafeString, mark_safe

from forecasting import spans, wording
from forecasting.engine.frequency import Frequency


@pytest.mark.parametrize(
    ("steps", "step", "words"),
    [
        (4937, "h", "205 days"),
        (47, "h", "47 hours"),
        (48, "h", "2 days"),
        (49, "h", "2 days"),
        (300, "15min", "3 days"),
        (3, "15min", "45 minutes"),
        (9, "D", "9 days"),
        (25, "MS", "25 months"),
    ],
)
def test_what_is_days_ago_is_said_in_days(steps, step, words):
    assert spans.about(steps, Frequency.parse(step)) == words


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("连续 <b>2 小时</b> 没有新行", "连续 <b>2 小时</b>没有新行"),
        ("预测 <b>未来</b> 与 load", "预测<b>未来</b>与 load"),
        ("load 没有新行", "load 没有新行"),
    ],
)
def test_bold_words_do_not_keep_a_space_between_chinese_ones(kept, shown):
    assert wording.tight(kept) == shown


def test_safe_text_stays_safe():
    assert isinstance(wording.tight(mark_safe("<b>小时</b> 没有")), SafeString)

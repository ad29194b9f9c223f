"""A refusal of the engine in the language of the reader."""

from django.utils import translation

from forecasting.engine.errors import EngineError, TooShortError
from forecasting.refusals import problem_from


def test_a_reason_inside_a_reason_is_translated_too():
    inner = TooShortError(
        "Series %(series)s has only %(rows)s rows, too few for this.", series="a", rows=1234
    )
    outer = EngineError("The table has no rows.")
    nested = EngineError("%(reason)s", reason=inner)
    with translation.override("zh-hans"):
        said = str(problem_from(nested).message)
        plain = str(problem_from(outer).message)
    assert "1,234" in said
    assert "too few" not in said
    assert "The table" not in plain

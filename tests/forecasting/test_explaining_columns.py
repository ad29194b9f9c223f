"""Numbers below each other in a table of covariates have as many decimals all down."""

import pytest

from datasets.clock import AS_STORED
from forecasting.explaining.shown import ShownExplanation


class Told(ShownExplanation):
    """An explanation that was told these covariates."""

    def __init__(self, covariates):
        super().__init__(None, AS_STORED)
        self.told = {"covariates": covariates}

    @property
    def found(self):
        return self.told


def columns(*rows):
    names = ("name", "kind", "moved", "per_unit")
    shown = Told([dict(zip(names, row, strict=True)) for row in rows])
    return [(row["moved"], row["per_unit"]) for row in shown.covariates]


@pytest.mark.parametrize("quiet", [0.0, -0.00001])
def test_a_column_has_the_decimals_of_its_largest_number(quiet):
    rows = ("holiday", "known", 0.83087, -32.2177), ("weekend", "known", quiet, 5.637)
    assert columns(*rows) == [("+0.8309", "−32.22"), ("0.0000", "+5.64")]


def test_what_cannot_be_told_stays_a_dash():
    assert columns(("price", "past", 12.0, None)) == [("+12", "–")]

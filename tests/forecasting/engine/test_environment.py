"""Variables of the environment for the length of a block."""

import os

import pytest

from forecasting.engine.environment import environment


def test_variables_are_what_they_were_even_after_an_error(monkeypatch):
    monkeypatch.setenv("ALMANAC_SET", "before")
    monkeypatch.delenv("ALMANAC_UNSET", raising=False)
    with pytest.raises(ValueError, match="inside"):  # noqa: SIM117, PT012
        with environment({"ALMANAC_SET": "meanwhile", "ALMANAC_UNSET": "meanwhile"}):
            assert os.environ["ALMANAC_SET"] == os.environ["ALMANAC_UNSET"] == "meanwhile"
            raise ValueError("inside")
    assert os.environ["ALMANAC_SET"] == "before"
    assert "ALMANAC_UNSET" not in os.environ

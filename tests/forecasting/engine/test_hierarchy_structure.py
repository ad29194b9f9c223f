"""Which series add up to which, and the past of the totals."""

import numpy as np
import pandas as pd
import pytest

from forecasting.engine.errors import (
    BadValuesError,
    EngineError,
    IrregularTimesError,
    SettingsError,
)
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.panel import Panel

SHOPS = pd.DataFrame(
    {
        "shop": ["a", "b", "c"],
        "country": ["DE", "DE", "FR"],
        "region": ["North", "South", None],
    }
)


def rows_of(hierarchy):
    return {
        name: row.tolist()
        for name, row in zip(
            hierarchy.names, hierarchy.add_up(np.eye(len(hierarchy.bottom))), strict=True
        )
    }


def test_levels_inside_one_another_come_from_columns():
    hierarchy = Hierarchy.from_levels(SHOPS, ["country", "region"], id="shop")
    # Every region has one shop only, so regions would repeat the shops.
    assert dict(hierarchy.levels) == {
        "total": ("total",),
        "country": ("DE", "FR"),
        "bottom": ("a", "b", "c"),
    }
    assert rows_of(hierarchy)["total"] == [1, 1, 1]
    assert rows_of(hierarchy)["DE"] == [1, 1, 0]


def test_an_empty_cell_hangs_a_series_on_the_level_above():
    frame = pd.DataFrame({"country": ["DE"] * 4, "region": ["N", "N", None, "S"]}, list("abcd"))
    hierarchy = Hierarchy.from_levels(frame, ["country", "region"])
    assert hierarchy.levels["country/region"] == ("DE/N", "DE/S")
    assert rows_of(hierarchy)["DE/N"] == [1, 1, 0, 0]
    assert rows_of(hierarchy)["DE"] == [1, 1, 1, 1]


def test_crossed_groups_stand_side_by_side_and_same_names_are_told_apart():
    frame = pd.DataFrame({"p": ["x", "x", "y", "y"], "q": ["x", "z", "x", "z"]}, list("abcd"))
    hierarchy = Hierarchy.from_groups(frame, ["p", "q", ("p", "q")])
    assert hierarchy.levels["p"] == ("x", "y")
    assert hierarchy.levels["q"] == ("q=x", "q=z")
    assert rows_of(hierarchy)["q=z"] == [0, 1, 0, 1]
    assert "p/q" not in hierarchy.levels


def test_a_tree_of_names_may_have_leaves_at_any_depth():
    hierarchy = Hierarchy.from_children({"all": ["cars", "c"], "cars": ["a", "b"]})
    assert dict(hierarchy.levels)["level 2"] == ("cars",)
    assert sorted(hierarchy.bottom) == ["a", "b", "c"]
    assert rows_of(hierarchy)["cars"] == [float(name != "c") for name in hierarchy.bottom]


def test_a_mean_weighs_its_series_alike():
    hierarchy = Hierarchy.from_levels(SHOPS, ["country"], id="shop", how="mean")
    assert rows_of(hierarchy)["DE"] == [0.5, 0.5, 0]
    assert hierarchy.add_up(np.array([3.0, 6.0, 9.0])).tolist() == [6, 4.5, 9, 3, 6, 9]


def test_what_cannot_be_a_hierarchy_is_refused_with_a_sentence():
    with pytest.raises(SettingsError, match="one lies below itself"):
        Hierarchy.from_children({"one": ["two"], "two": ["one", "a"]})
    with pytest.raises(SettingsError, match="b lies below itself"):
        Hierarchy.from_children({"top": ["b"], "b": ["c", "x"], "c": ["b"]})
    with pytest.raises(SettingsError, match="Two series of the hierarchy are called a"):
        Hierarchy.from_levels(SHOPS.assign(shop="a"), ["country"], id="shop")
    with pytest.raises(BadValuesError, match="Row 2 has no series name in shop"):
        Hierarchy.from_levels(SHOPS.assign(shop=["a", None, "c"]), ["country"], id="shop")
    with pytest.raises(EngineError, match="no column land"):
        Hierarchy.from_levels(SHOPS, ["land"], id="shop")
    with pytest.raises(SettingsError, match="a sum or a mean"):
        Hierarchy.from_levels(SHOPS, ["country"], id="shop", how="median")
    with pytest.raises(SettingsError, match="cannot be called total"):
        Hierarchy.from_groups(SHOPS.assign(total="x"), ["total"], id="shop")
    with pytest.raises(BadValuesError, match="at least one bottom series"):
        Hierarchy.from_children({})


def test_a_hierarchy_survives_being_written_as_json():
    hierarchy = Hierarchy.from_levels(SHOPS, ["country"], id="shop", how="mean")
    again = Hierarchy.from_facts(hierarchy.to_facts())
    assert again.names == hierarchy.names
    assert rows_of(again) == rows_of(hierarchy)


TREE = Hierarchy.from_children({"all": ["a", "b"]})


def ragged():
    """b begins a day later, misses one value and ends a day earlier."""
    return Panel.from_arrays(
        {"a": [1.0, 2, 3, 4, 5], "b": [10.0, np.nan, 30]}, ["2024-01-01", "2024-01-02"]
    )


def test_a_total_counts_a_series_from_its_first_row_on():
    total = TREE.aggregate(ragged()).series("all")[:, 0]
    # 1 alone; 2 + 10; unknown; 4 + 30; unknown after the end of b.
    assert np.array_equal(total, [1, 12, np.nan, 34, np.nan], equal_nan=True)


def test_missing_members_may_be_left_out_of_a_total():
    assert TREE.aggregate(ragged(), missing="skip").series("all")[:, 0].tolist() == [
        1, 12, 3, 34, 5,
    ]  # fmt: skip
    mean = Hierarchy.from_children({"all": ["a", "b"]}, how="mean")
    # (2 + 10) / 2 and (4 + 30) / 2, else a alone.
    assert mean.aggregate(ragged(), missing="skip").series("all")[:, 0].tolist() == [
        1, 6, 3, 17, 5,
    ]  # fmt: skip


def test_all_series_end_together_so_that_forecasts_speak_of_the_same_times():
    every = TREE.aggregate(ragged())
    assert every.ids == ("all", "a", "b")
    assert every.starts[2] == np.datetime64("2024-01-02")
    assert every.lengths.tolist() == [5, 5, 4]
    assert len(np.unique(every.future_times(3)[:, 0])) == 1
    assert np.isnan(every.series("b")[-1, 0])


def test_covariates_of_a_total_are_means_of_its_members():
    days = pd.date_range("2024-01-01", periods=4)
    frame = pd.concat(
        [
            pd.DataFrame({"unique_id": name, "ds": days, "y": [1, 2, 3, np.nan], "price": price})
            for name, price in (("a", [1.0, 1, 2, 2]), ("b", [3.0, 3, 4, 6]))
        ]
    )
    every = TREE.aggregate(Panel.from_long(frame, known=["price"]))
    assert every.known.at(0)[:, 0].tolist() == [2, 2, 3, 4]
    assert every.known.beyond(every.lengths).tolist() == [1, 1, 1]
    frame["visits"] = [1, np.nan, 5, np.nan, 3, 8, 9, np.nan]
    past = TREE.aggregate(Panel.from_long(frame, past=["visits"])).past
    assert past.values[:3, 0].tolist() == [2, 8, 7]


def test_series_and_hierarchy_must_agree():
    with pytest.raises(SettingsError, match="lack 1 series of the hierarchy, first of all b"):
        TREE.aggregate(ragged().select(["a"]))
    more = Panel.from_arrays({"a": [1.0, 2], "b": [1.0, 2], "z": [1.0, 2]})
    with pytest.raises(SettingsError, match="1 series are not in the hierarchy, first of all z"):
        TREE.aggregate(more)
    shifted = Panel.from_arrays({"a": [1.0, 2], "b": [1.0]}, ["2024-01-01", "2024-01-01 05:00"])
    with pytest.raises(IrregularTimesError, match="b does not share the D grid"):
        TREE.aggregate(shifted)
    with pytest.raises(SettingsError, match="all are missing, z are not part"):
        TREE.place(["a", "b", "z"])


def test_the_gap_says_how_far_totals_are_off():
    # 10 against 3 + 6 = 9: one tenth of the largest number.
    assert TREE.gap(np.array([10.0, 3, 6])) == pytest.approx(0.1)
    assert TREE.gap(TREE.add_up(np.array([3.0, 6]))) == 0

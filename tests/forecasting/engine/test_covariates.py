"""Known, past and static covariates come in with the panel and go wherever its rows go."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine import artifacts
from forecasting.engine.covariate_blocks import known_block, past_block, static_row
from forecasting.engine.errors import BadValuesError, EngineError
from forecasting.engine.joining import joined
from forecasting.engine.panel import Panel
from forecasting.engine.panel_storing import panel_arrays, panel_facts, stored_panel
from forecasting.engine.reading import Columns, read_panel
from forecasting.engine.registry import create

KINDS = {"known": ["price"], "past": ["wind", "rain"], "static": ["region", "size"]}


def long_frame(rows=8, future=2):
    """Two shops; the last ``future`` rows hold the price only."""
    parts = []
    for shop, (region, size) in {"x": ("north", 3.0), "y": ("south", 7.0)}.items():
        count = rows + (shop == "y")
        times = pd.date_range("2024-01-01", periods=count + future, freq="D")
        part = pd.DataFrame({"unique_id": shop, "ds": times, "region": region, "size": size})
        part["price"] = np.arange(count + future) + (100.0 if shop == "y" else 0.0)
        for name, factor in (("y", 1.0), ("wind", 2.0), ("rain", 3.0)):
            part[name] = np.where(np.arange(count + future) < count, part["price"] * factor, np.nan)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def sample(**changes):
    return Panel.from_long(long_frame(**changes), **KINDS)


def test_a_long_table_brings_all_three_kinds():
    panel = sample()
    assert panel.lengths.tolist() == [8, 9]
    assert known_block(panel, 0)[:, 0].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert past_block(panel, 1)[-1].tolist() == [216.0, 324.0]
    assert panel.past.names == ("wind", "rain")
    assert panel.static.names == ("region=north", "region=south", "size")
    assert panel.static.values.tolist() == [[1, 0, 3], [0, 1, 7]]
    assert static_row(panel, 1).tolist() == [0, 1, 7]


def test_a_panel_without_covariates_has_empty_blocks():
    panel = Panel.from_arrays({"a": np.arange(4.0)})
    assert known_block(panel, 0).shape == (4, 0)
    assert past_block(panel, 0).shape == (4, 0)
    assert static_row(panel, 0).shape == (0,)


def test_a_wide_table_is_one_series_with_covariates():
    frame = long_frame().iloc[:10].drop(columns="unique_id")
    panel = Panel.from_wide(frame, "ds", "y", **KINDS)
    assert (panel.lengths.tolist(), panel.static.names) == ([8], ("region=north", "size"))
    assert past_block(panel, 0)[3].tolist() == [6.0, 9.0]


def test_past_covariates_after_the_last_target_are_not_taken_in():
    frame = long_frame()
    frame["wind"] = 5.0
    panel = Panel.from_long(frame, past=["wind"])
    assert panel.lengths.tolist() == [8, 9]
    assert len(panel.past.values) == 17


def test_future_rows_that_lack_a_known_covariate_are_not_known():
    frame = long_frame()
    frame.loc[9, "price"] = np.nan
    assert len(known_block(Panel.from_long(frame, known=["price"]), 0)) == 9
    frame.loc[[8, 9], "price"] = [np.nan, 9.0]
    with pytest.raises(BadValuesError, match=r"price is empty or infinite in row 9"):
        Panel.from_long(frame, known=["price"])


def test_a_static_covariate_that_changes_names_series_and_remedy():
    frame = long_frame()
    frame.loc[12, "region"] = "west"
    with pytest.raises(BadValuesError, match=r"Series y holds both south and west in region.*past"):
        Panel.from_long(frame, static=["region"])


def test_empty_cells_of_a_static_covariate_take_the_value_of_the_others():
    frame = long_frame()
    frame.loc[[0, 5, 14], "region"] = None
    assert Panel.from_long(frame, static=["region"]).static.values.tolist() == [[1, 0], [0, 1]]


def test_a_series_without_a_static_number_is_named():
    frame = long_frame()
    frame.loc[frame["unique_id"] == "y", "size"] = np.nan
    with pytest.raises(BadValuesError, match=r"Series y has no value in .* size; fill it"):
        Panel.from_long(frame, static=["size"])


def test_an_unknown_category_is_no_category():
    frame = long_frame()
    frame.loc[frame["unique_id"] == "y", "region"] = None
    panel = Panel.from_long(frame, static=["region"])
    assert (panel.static.names, panel.static.values.tolist()) == (("region=north",), [[1], [0]])


def test_static_covariates_may_come_in_a_table_of_their_own():
    table = pd.DataFrame({"unique_id": ["y", "x", "z"], "region": ["south", "north", "west"]})
    panel = Panel.from_long(long_frame(), static=table)
    assert panel.static.names == ("region=north", "region=south")
    assert panel.static.values.tolist() == [[1, 0], [0, 1]]
    with pytest.raises(BadValuesError, match=r"Series x has no row .* unique_id"):
        Panel.from_long(long_frame(), static=table.drop(index=1))


def test_too_many_categories_are_refused():
    count = 501
    frame = pd.DataFrame({"unique_id": np.arange(count).repeat(2).astype(str)})
    frame["ds"] = np.tile(pd.date_range("2024-01-01", periods=2).to_numpy(), count)
    frame = frame.assign(y=1.0, name=frame["unique_id"])
    with pytest.raises(BadValuesError, match="name holds 501 different texts"):
        Panel.from_long(frame, static=["name"])


def test_a_missing_covariate_column_is_named():
    with pytest.raises(EngineError, match="no column colour"):
        Panel.from_long(long_frame(), static=["colour"])


def test_infinite_past_values_are_refused():
    frame = long_frame()
    frame.loc[2, "wind"] = np.inf
    with pytest.raises(BadValuesError, match="wind is infinite in row 3"):
        Panel.from_long(frame, past=["wind"])


@given(st.integers(-8, 7), st.integers(1, 8))
def test_covariates_follow_the_rows_of_a_window(first, rows):
    panel = sample()
    low = slice(first, None).indices(8)[0]
    part = panel.window(first, min(low + rows, 8) - 8 or None)
    for s in range(2):
        shift = slice(first, None).indices(int(panel.lengths[s]))[0]
        assert np.array_equal(part.at(s)[:, 0] * 2, past_block(part, s)[:, 0])
        assert np.array_equal(known_block(part, s), known_block(panel, s)[shift:])
    assert part.static is panel.static


def test_selected_series_keep_their_own_covariates():
    part = sample().select(["y"])
    assert past_block(part, 0)[:, 0].tolist() == (part.at(0)[:, 0] * 2).tolist()
    assert static_row(part, 0).tolist() == [0, 1, 7]


@pytest.mark.parametrize("column", ["wind", "price", "size"])
def test_one_changed_covariate_changes_the_fingerprint(column):
    frame = long_frame()
    assert sample().fingerprint() == sample().fingerprint()
    frame.loc[frame["unique_id"] == "x", column] += 1e-9
    assert Panel.from_long(frame, **KINDS).fingerprint() != sample().fingerprint()


def test_new_rows_bring_their_past_covariates():
    panel = sample()
    whole = joined(panel.window(0, 5), panel.window(3, None))
    assert whole.fingerprint() == panel.fingerprint()
    plain = Panel(*(getattr(panel, name) for name in list(vars(panel))[:6]))
    without = joined(panel.window(0, 5), plain.window(3, None).select())
    assert np.isnan(past_block(without, 0)[5:]).all()
    assert np.array_equal(past_block(without, 0)[:5], past_block(panel, 0)[:5])


def test_a_stored_panel_comes_back_whole():
    panel = sample()
    assert stored_panel(panel_facts(panel), panel_arrays(panel)).fingerprint() == (
        panel.fingerprint()
    )


def test_a_saved_model_keeps_the_covariates_it_remembers(tmp_path):
    model = create("naive").fit(sample(), horizon=2)
    loaded = artifacts.load(artifacts.save(model, tmp_path / "m"))
    assert loaded.context_.fingerprint() == model.context_.fingerprint()
    assert loaded.context_.past.names == ("wind", "rain")


def test_a_file_names_its_covariates(tmp_path):
    long_frame().to_csv(tmp_path / "shops.csv", index=False)
    panel = read_panel(tmp_path / "shops.csv", Columns(**KINDS))
    assert panel.channels == ("y",)
    assert panel.fingerprint() == sample().fingerprint()

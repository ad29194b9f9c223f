"""Chart data: few points, the right ones."""

import json
from datetime import datetime

import numpy as np
import pytest

from datasets import figures, pyramid
from datasets.building.levels import RAW_ROWS
from datasets.problems import DatasetProblem
from tests.datasets.given import read

ROWS = RAW_ROWS + 60_123


@pytest.fixture
def large(owner):
    """Minutes of a wave with one spike of 99 and one of -99, and a stretch without values."""
    times = np.datetime64("2020-01-01T00:00") + np.arange(ROWS) * np.timedelta64(1, "m")
    values = np.sin(np.arange(ROWS) / 500).round(3).astype(object)
    values[123_457], values[200_001] = 99, -99
    values[50_000:51_000] = ""
    text = "t,v\n" + "".join(f"{t},{v}\n" for t, v in zip(times, values, strict=True))
    return read(owner, text)


def test_the_whole_of_a_large_file_is_drawn_with_its_outliers(large):
    data = pyramid.range_data(large, "c2", width=600)
    assert len(data.x) <= 1200
    assert data.points_total == ROWS
    assert not data.exact
    assert np.nanmax(data.y) == 99
    assert np.nanmin(data.y) == -99
    assert (np.diff(data.x).astype(int) > 0).all()
    at = data.x[np.nanargmax(data.y)]
    assert at == np.datetime64("2020-01-01T00:00") + np.timedelta64(123_457, "m")


def test_a_zoom_into_a_small_range_gives_every_row(large):
    start, end = map(datetime.fromisoformat, ("2020-01-02T00:00", "2020-01-02T01:00"))
    data = pyramid.range_data(large, "c2", start=start, end=end, width=600)
    assert data.exact
    assert len(data.x) == data.points_total == 61
    assert data.x[0] == np.datetime64("2020-01-02")
    assert data.y[0] == round(np.sin(1440 / 500), 3)


def test_a_stretch_without_values_stays_visible(large):
    data = pyramid.range_data(large, "c2", width=4000)
    inside = (data.x > np.datetime64("2020-02-04T18:00")) & (data.x < np.datetime64("2020-02-05"))
    assert np.isnan(data.y[inside]).all()


def test_each_series_of_a_long_file_is_drawn_alone(owner):
    text = "d,s,v\n" + "".join(
        f"2026-01-{d:02d},{s},{d * n}\n" for d in range(1, 29) for n, s in ((1, "a"), (2, "b"))
    )
    version = read(owner, text)
    assert pyramid.series_ids(version) == ["a", "b"]
    assert pyramid.series_ids(version, text="B") == ["b"]
    assert pyramid.range_data(version, "c3", series="b").y.tolist()[:3] == [2, 4, 6]
    assert pyramid.range_data(version, "c3").y.tolist()[:3] == [1, 2, 3]


def test_without_times_rows_are_counted(owner):
    version = read(owner, "a,b\n5,x\n7,y\n6,z\n")
    data = pyramid.range_data(version, "c1")
    assert data.x.tolist() == [0, 1, 2]
    assert data.y.tolist() == [5, 7, 6]


def test_a_column_of_words_cannot_be_drawn(owner):
    version = read(owner, "d,w\n2026-01-01,x\n2026-01-02,y\n")
    with pytest.raises(DatasetProblem, match="not a column of numbers"):
        pyramid.range_data(version, "c2")


def test_the_figure_is_json_with_colours_as_tokens(owner):
    version = read(owner, "d,v\n2026-01-01,1\n2026-01-02,\n2026-01-03,3\n")
    figure = figures.explorer("v", pyramid.range_data(version, "c2"))
    text = json.dumps(figure, allow_nan=False)
    assert "var(--chart-observed)" in text
    assert figure["data"][0]["y"] == [1.0, None, 3.0]
    assert figure["data"][0]["x"][0] == "2026-01-01T00:00:00.000"

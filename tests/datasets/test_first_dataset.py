"""The way of a file: upload, version, chart, grid, panel."""

from pathlib import Path

import numpy as np
import pytest

from datasets import frames, pyramid
from datasets.grid import rows
from tests.datasets.given import codes, read

ETT = Path(__file__).parents[3] / "shared/data/ett/ETTh1.csv"


@pytest.mark.skipif(not ETT.is_file(), reason="the benchmark file is not here")
def test_ett_becomes_a_dataset_with_chart_grid_and_panel(owner):
    version = read(owner, ETT.read_bytes(), name="ETTh1.csv")
    assert (version.row_count, version.frequency, version.time_column) == (17_420, "h", "c1")
    assert [column.name for column in version.value_columns()][-1] == "OT"
    assert codes(version) == set()
    data = pyramid.range_data(version, "c8", width=800)
    assert len(data.x) <= 1600
    assert data.points_total == 17_420
    page = rows.page(version, number=2, size=50, sort="-c8")
    assert len(page.rows) == 50
    panel = frames.read_panel(version)
    assert panel.values.shape == (17_420, 7)
    assert not np.isnan(panel.values).any()

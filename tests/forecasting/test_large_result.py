"""Charts and tables of large answers: no more is drawn than a screen shows, no peak is lost."""

import numpy as np
import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from datasets import storage
from forecasting import results, thinning
from forecasting.engine.forecast import Forecast
from forecasting.models import PredictionResult
from tests.forecasting.made import answered

pytestmark = pytest.mark.django_db
MOST = thinning.MOST_DRAWN + 3


def enlarge(task, series, steps):
    """Give the leader an answer with so many series and steps, as a large run leaves it."""
    labels = tuple(f"shop {number:03d}" for number in range(series)) if series > 1 else ("load",)
    start = np.datetime64("2026-01-21T00:00:00", "ns")
    times = start + np.arange(steps) * np.timedelta64(1, "h").astype("timedelta64[ns]")
    mean = np.sin(np.arange(series * steps) / 7).reshape(series, steps, 1) * 10 + 100
    mean[:, steps // 3] = 500  # one step that must be seen
    forecast = Forecast(
        model="linear",
        ids=labels,
        channels=("y",),
        times=np.broadcast_to(times, (series, steps)).copy(),
        mean=mean,
        lower={80.0: mean - 5, 95.0: mean - 9},
        upper={80.0: mean + 5, 95.0: mean + 9},
    )
    leader = task.results.get(rank=1)
    path = f"{results.folder_of(task)}/large.parquet"
    kept = results.write_parquet(forecast, path)
    PredictionResult.objects.filter(pk=leader.pk).update(predictions=kept, result_path=path)
    type(task).objects.filter(pk=task.pk).update(parameters=task.parameters | {"horizon": steps})
    return mean


def chart(client, task, **query):
    return client.get(reverse("forecasting:chart", args=[task.pk]), query).json()


def test_a_hundred_thousand_steps_are_drawn_with_their_peak(owner, owner_client):
    task = answered(owner)
    enlarge(task, 1, 100_000)
    figure = chart(owner_client, task)
    assert max(len(trace["x"]) for trace in figure["data"]) <= MOST
    drawn = next(trace for trace in figure["data"] if trace.get("name") == "Forecast")
    assert max(drawn["y"]) == 500
    assert drawn["x"] == sorted(drawn["x"])
    upper = next(trace for trace in figure["data"] if trace.get("name") == "80%")
    assert upper["x"] == drawn["x"]


def test_who_meets_the_moment_in_which_the_answer_is_replaced_is_shown_the_new_one(owner):
    task = answered(owner)
    enlarge(task, 1, 50)
    before = task.results.get(rank=1)
    path = f"{results.folder_of(task)}/renewed.parquet"
    storage.put(storage.local_copy(before.result_path), path)
    PredictionResult.objects.filter(pk=before.pk).update(result_path=path)
    assert len(results.table_of(before)) == 50
    assert results.line_of(before, "load").mean[16] == 500


def test_one_of_two_hundred_targets_is_found_by_a_part_of_its_name(owner, owner_client):
    task = answered(owner)
    mean = enlarge(task, 200, 500)
    found = owner_client.get(reverse("forecasting:labels", args=[task.pk]), {"series": "19"})
    names = found.content.decode().split('value="')[1:]
    assert [name.split('"')[0] for name in names] == ["shop 019", "shop 119"] + [
        f"shop {number}" for number in range(190, 200)
    ]
    figure = chart(owner_client, task, series="shop 199")
    drawn = next(trace for trace in figure["data"] if trace.get("name") == "Forecast")
    assert drawn["y"][-1] == pytest.approx(mean[199, -1, 0])
    html = owner_client.get(task.get_absolute_url(), {"series": "shop 199"}).content.decode()
    assert 'list="series-labels"' in html
    assert len(html) < 400_000


def test_a_page_of_a_hundred_thousand_rows_holds_a_hundred(owner, owner_client):
    task = answered(owner)
    enlarge(task, 200, 500)
    page = reverse("forecasting:data", args=[task.pk])
    html = owner_client.get(page, {"all": "1", "page": "1000"}).content.decode()
    assert "99,901 to 100,000 of 100,000" in html
    assert html.count('<td class="mono nowrap">shop 199</td>') == 100


@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=50, max_size=400))
def test_thinning_keeps_the_ends_the_highest_and_the_lowest(values):
    at = thinning.places(values, most=40)
    assert at is not None
    assert at == sorted(set(at))
    assert (at[0], at[-1]) == (0, len(values) - 1)
    known = [value for value in values if value is not None]
    kept = [value for value in thinning.kept(values, at) if value is not None]
    if known:
        assert (min(kept), max(kept)) == (min(known), max(known))
    assert len(at) <= 3 * 20 + 2


def test_a_short_line_is_left_as_it_is():
    assert thinning.places([1.0, 2.0]) is None
    assert thinning.kept(["a", "b"], None) == ["a", "b"]

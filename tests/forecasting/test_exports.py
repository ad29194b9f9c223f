"""What people take away: files, and code that runs as it was copied."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys

import pytest
from django.urls import reverse

from forecasting import snippets
from tests.factories import make_token
from tests.forecasting.made import answered, hourly_dataset

pytestmark = pytest.mark.django_db


def export(client, task, **query):
    return client.get(reverse("forecasting:export", args=[task.pk]), query)


def test_predictions_as_csv(owner, owner_client):
    task = answered(owner)
    answer = export(owner_client, task, what="predictions", **{"as": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(rows) == 24
    assert list(rows[0]) == ["unique_id", "ds", "mean", "lo-80", "hi-80", "lo-95", "hi-95"]
    name = 'attachment; filename="load-next-24-hours-predictions.csv"'
    assert answer["Content-Disposition"].startswith(name)


def test_predictions_as_json_say_what_they_are(owner, owner_client):
    task = answered(owner)
    body = export(owner_client, task, what="predictions", **{"as": "json"}).json()
    assert (body["model"], body["horizon"], body["levels"]) == ("linear", 24, [80, 95])
    assert body["data_hash"] == task.version.content_hash
    assert len(body["results"]) == 24


def test_metrics_as_csv_and_json_agree(owner, owner_client):
    task = answered(owner)
    text = export(owner_client, task, what="metrics", **{"as": "csv"}).content.decode()
    table = list(csv.DictReader(io.StringIO(text)))
    body = export(owner_client, task, what="metrics", **{"as": "json"}).json()["metrics"]
    assert [row["model"] for row in table] == [row["model"] for row in body]
    assert [float(row["mase"]) for row in table] == pytest.approx([row["mase"] for row in body])


def test_every_series_is_exported_unless_one_is_named(owner, owner_client):
    dataset = hourly_dataset(owner, columns=("load", "wind"))
    task = answered(owner, dataset, columns=["load", "wind"])
    every = export(owner_client, task, what="predictions").content.decode()
    wind = export(owner_client, task, what="predictions", series="wind").content.decode()
    assert (every.count("load,"), every.count("wind,")) == (24, 24)
    assert (wind.count("load,"), wind.count("wind,")) == (0, 24)


def test_a_name_that_a_spreadsheet_would_run_is_quoted(owner, owner_client):
    dataset = hourly_dataset(owner, columns=("=cmd()",))
    text = export(owner_client, answered(owner, dataset), what="predictions").content.decode()
    assert "'=cmd()" in text.splitlines()[1]


@pytest.mark.parametrize("query", [{"what": "secrets"}, {"what": "metrics", "as": "xlsx"}])
def test_what_cannot_be_exported_is_said(owner, owner_client, query):
    answer = export(owner_client, answered(owner), **query)
    assert answer.status_code == 422
    assert "There is no such export." in answer.content.decode()


def test_a_stranger_exports_nothing(owner, stranger_client):
    assert export(stranger_client, answered(owner), what="metrics").status_code == 404


RUN = {
    "python": [sys.executable, "-c"],
    "curl": ["bash", "-c"],
    "javascript": ["node", "--input-type=module", "-e"],
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", list(RUN))
def test_a_copied_snippet_runs_with_a_token(language, owner, live_server):
    program = RUN[language][0]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    task = answered(owner)
    _row, secret = make_token(owner, ["read"])
    code = {one.name: one.code for one in snippets.all_of(task, live_server.url)}[language]
    done = subprocess.run(
        [*RUN[language], code],
        env={"PATH": os.environ["PATH"], "ALMANAC_TOKEN": secret},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if language == "curl":
        assert len(json.loads(done.stdout)["results"]) == 24
    else:
        assert "2026-01-21T00:00:00" in done.stdout


def test_the_popover_shows_all_three_and_the_first_rows(owner, owner_client):
    task = answered(owner)
    html = owner_client.get(reverse("forecasting:snippet", args=[task.pk])).content.decode()
    for label in ("Python", "curl", "JavaScript"):
        assert label in html
    assert f"/api/v1/predictions/{task.pk}/results/" in html
    assert "2026-01-21T00:00:00" in html
    assert reverse("accounts:account") in html

"""Asking for a forecast: the page, the sentence at its right, and every wrong input."""

import pytest
from django.urls import reverse

from forecasting.asking import usual_targets
from forecasting.models import PredictionTask
from jobs.models import Job
from tests.conftest import browser_of
from tests.datasets.made import make_dataset, read_dataset
from tests.factories import make_share
from tests.forecasting.made import hourly_dataset, hourly_text

pytestmark = pytest.mark.django_db
RESTLESS = [f"2026-01-{n:02d} 0{n * n % 7}:{n * 7 % 60:02d},{n}\n" for n in range(1, 21)]
NEW, CONTRACT = "forecasting:new", "forecasting:contract"


def ask(client, dataset, **said):
    """Press Start forecast."""
    said = {"dataset": dataset.pk, "targets": "c2", "targets_shown": "1", "horizon": "24", **said}
    return client.post(reverse(NEW), {"quality": "balanced", **said})


def contract(client, dataset, **said):
    """What stands at the right after a change."""
    said = {"dataset": dataset.pk, "targets": "c2", "targets_shown": "1", **said}
    return client.get(reverse(CONTRACT), said).content.decode()


def test_pressing_start_makes_one_forecast_whose_job_is_sent_after_the_commit(
    owner, owner_client, django_capture_on_commit_callbacks
):
    dataset = make_dataset(owner)
    with django_capture_on_commit_callbacks() as callbacks:
        answer = ask(owner_client, dataset)
    task = PredictionTask.objects.get()
    assert (answer.status_code, answer.url) == (302, task.get_absolute_url())
    assert (task.owner, task.dataset, task.version.number) == (owner, dataset, 1)
    assert task.parameters["targets"] == ["c2"]
    assert (task.horizon, task.levels, task.races) == (24, [80, 95], True)
    assert task.name == "load, next 24 hours"
    job = Job.objects.get()
    assert (job, job.pool, job.link) == (task.instant_job, "fast", task.get_absolute_url())
    assert job.arguments == {"task": str(task.pk)}
    assert len(callbacks) >= 1


def test_the_page_comes_with_the_last_target_and_four_days_chosen(owner, owner_client):
    dataset = make_dataset(owner)
    type(dataset.current_version).objects.update(row_count=2000)
    page = owner_client.get(reverse(NEW), {"dataset": dataset.pk})
    html = page.content.decode()
    assert page.status_code == 200
    assert 'value="c2" checked' in html
    assert 'value="96"' in html
    assert 'value="balanced" checked' in html
    assert "<b>next 4 days</b>, hour by hour, from <b>2,000 rows</b>" in html
    assert "<b>11 models</b>" in html
    assert [name in html for name in ("Instant", "Balanced", "Thorough")] == [True] * 3


def test_a_column_of_zeros_and_ones_is_no_usual_target(owner):
    lines = [f"2026-01-{day:02d},{day * 7 % 11}.5,{day % 2}" for day in range(1, 29)]
    version = read_dataset(owner, "\n".join(["day,visits,promo", *lines])).current_version
    assert [column.name for column in usual_targets(version)] == ["visits"]
    flags = [f"2026-01-{day:02d},{day % 2}" for day in range(1, 29)]
    version = read_dataset(owner, "\n".join(["day,open", *flags])).current_version
    assert [column.name for column in usual_targets(version)] == ["open"]


def test_the_sentence_follows_each_change(owner, owner_client):
    dataset = make_dataset(owner)
    html = contract(owner_client, dataset, horizon="2 days", quality="instant", levels="90")
    assert "<b>next 2 days</b>" in html
    assert "<b>3 models</b>" in html
    assert "gives <b>90%</b> intervals" in html
    assert "hours, Sun 11 Jan 00:00 to Mon 12 Jan 23:00" in html


def test_words_and_steps_mean_the_same(owner, owner_client):
    dataset = make_dataset(owner)
    ask(owner_client, dataset, horizon="2 days")
    ask(owner_client, dataset, horizon="48")
    assert [task.horizon for task in PredictionTask.objects.all()] == [48, 48]


@pytest.mark.parametrize(
    ("field", "said", "sentence"),
    [
        ("horizon", "0", "A forecast of 0 hours is none. Enter 1 or more."),
        (
            "horizon",
            "1000000",
            "1,000,000 hours is too long for 240 rows. Use 48 or fewer.",
        ),
        ("horizon", "9000", "9,000 hours is too long for 240 rows. Use 48 or fewer."),
        ("horizon", "next week", "“next week” is not a horizon"),
        ("horizon", "-5", "is not a horizon"),
        ("targets", "c9", "There is no number column called c9. Choose one of: load."),
        ("targets", [], "Choose at least one column to forecast."),
        ("quality", "best", "Choose instant, balanced or thorough."),
        ("levels", "20", "Give one to four interval levels from 50 to 99"),
        ("levels", "x", "Give one to four interval levels from 50 to 99"),
    ],
)
def test_a_wrong_field_is_named_with_the_remedy_and_nothing_is_made(
    owner, owner_client, field, said, sentence
):
    dataset = make_dataset(owner)
    answer = ask(owner_client, dataset, **{field: said})
    html = answer.content.decode().replace("&quot;", "“", 1).replace("&quot;", "”", 1)
    assert answer.status_code == 422
    assert sentence in html
    assert not PredictionTask.objects.exists()
    assert not Job.objects.exists()


def test_nine_thousand_hours_of_26293_rows_are_answered_as_designed(owner, owner_client):
    dataset = make_dataset(owner)
    type(dataset.current_version).objects.update(row_count=26_293)
    html = contract(owner_client, dataset, horizon="9000")
    assert "9,000 hours is too long for 26,293 rows. Use 2,160 or fewer." in html


def test_a_constant_column_is_refused_with_its_value(owner, owner_client):
    rows = "".join(f"2026-01-{day:02d},7\n" for day in range(1, 29))
    dataset = read_dataset(owner, "day,flat\n" + rows)
    html = owner_client.get(reverse(NEW), {"dataset": dataset.pk}).content.decode()
    assert "flat is always 7, so there is nothing to forecast. Choose a column that varies." in html
    assert ask(owner_client, dataset).status_code == 422
    assert not PredictionTask.objects.exists()


def test_a_column_without_any_value_cannot_be_asked_for(owner, owner_client):
    text = "day,some,none\n" + "".join(f"2026-01-{d:02d},{d},\n" for d in range(1, 29))
    dataset = read_dataset(owner, text)
    answer = ask(owner_client, dataset, targets="none", horizon="3")
    assert answer.status_code == 422
    assert "There is no number column called none. Choose one of: some." in answer.content.decode()


def test_too_few_rows_are_counted(owner, owner_client):
    text = "day,x\n2026-01-01,1\n2026-01-02,2\n2026-01-03,4\n"
    dataset = read_dataset(owner, text, name="few.csv")
    answer = ask(owner_client, dataset, horizon="1")
    assert answer.status_code == 422
    assert "few has 3 rows. A forecast needs at least 12: add history." in answer.content.decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (hourly_text(240, twice=[30, 31]), "repeat a time"),
        ("time,x\n" + "".join(RESTLESS), "no regular step"),
        ("name,x\n" + "".join(f"n{n},{n}\n" for n in range(20)), "time column"),
    ],
)
def test_times_that_cannot_carry_a_forecast_are_refused_at_once(owner, owner_client, text, words):
    dataset = read_dataset(owner, text)
    answer = ask(owner_client, dataset, horizon="3")
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not PredictionTask.objects.exists()


def test_a_dataset_that_is_still_read_cannot_be_forecast(owner, owner_client):
    make_dataset(owner)
    dataset = make_dataset(owner, status="processing")
    assert ask(owner_client, dataset).status_code == 422
    assert not PredictionTask.objects.exists()


def test_without_any_dataset_the_page_leads_to_importing_one(owner_client):
    html = owner_client.get(reverse(NEW)).content.decode()
    assert "There is nothing to forecast yet" in html
    assert reverse("datasets:upload") in html


def test_the_preview_shows_the_last_values_and_the_room_ahead(owner, owner_client):
    dataset = hourly_dataset(owner)
    answer = owner_client.get(
        reverse("forecasting:preview"), {"dataset": dataset.pk, "targets": "c2", "horizon": "24"}
    )
    figure = answer.json()
    assert figure["data"][0]["x"][-1].startswith("2026-01-20T23:00")
    assert figure["layout"]["shapes"][0]["x1"] == "2026-01-21T23:00:00"
    assert figure["layout"]["annotations"][0]["text"] == "24 hours<br>to forecast"


def test_somebody_who_may_look_at_the_data_may_forecast_it(owner, collaborator):
    dataset = make_dataset(owner)
    make_share(dataset, collaborator)
    assert ask(browser_of(collaborator), dataset).status_code == 302
    assert PredictionTask.objects.get().owner == collaborator


def test_a_stranger_finds_no_dataset(owner, stranger_client):
    dataset = make_dataset(owner)
    assert ask(stranger_client, dataset).status_code == 404
    assert not PredictionTask.objects.exists()


def test_a_viewer_may_not_ask(owner, viewer, viewer_client):
    dataset = make_dataset(owner)
    make_share(dataset, viewer)
    assert ask(viewer_client, dataset).status_code == 403
    assert not PredictionTask.objects.exists()


def test_the_signed_out_are_sent_to_sign_in(owner, anonymous_client):
    answer = ask(anonymous_client, make_dataset(owner))
    assert answer.status_code == 302
    assert "login" in answer.url

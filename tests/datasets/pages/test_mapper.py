"""The column mapper: what was understood, and what a person may decide before the import."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from datasets import frames
from datasets.models import Column, Dataset
from datasets.receiving import quota, upkeep, uploads
from tests.datasets import remembered
from tests.datasets.made import HOURLY

BAD = "time,load,note\n" + "".join(
    f"2026-01-{day:02d},{'n/a' if day == 3 else day * 10},x{day % 2}\n" for day in range(1, 29)
)
REPEATED = "day,y\n2026-01-01,1\n2026-01-01,3\n2026-01-02,6\n2026-01-03,7\n"
ORDERS = "day,y\n" + "".join(f"{day:02d}/03/2026,{day}\n" for day in range(1, 13))


def staged(owner, text=HOURLY, name="load.csv", **options):
    """A file that was read and waits."""
    content = text.encode()
    dataset = uploads.receive(owner=owner, name=name, content=[content], review=True, **options)
    remembered.ingest(str(dataset.job_id))
    dataset.refresh_from_db()
    return dataset


def page(client, dataset):
    return client.get(dataset.import_url).content.decode()


def decide(client, dataset, action="read", **said):
    """Press a button of the mapper; a reading that follows is done at once."""
    response = client.post(dataset.import_url, {"action": action, **said})
    assert response.status_code == 302, response.content.decode()[:400]
    dataset.refresh_from_db()
    if dataset.job.is_live:
        remembered.ingest(str(dataset.job_id))
    dataset.refresh_from_db()
    return Dataset.objects.get(pk=dataset.pk)


def test_one_press_imports_what_was_understood(owner, owner_client):
    dataset = staged(owner)
    assert (dataset.status, dataset.versions.count()) == (Dataset.Status.PROCESSING, 0)
    text = page(owner_client, dataset)
    assert "2 series, one reading an hour" not in text
    assert "1 series, one reading an hour" in text
    assert "Read from all 240 rows, not a sample" in text
    job = dataset.job_id
    dataset = decide(owner_client, dataset, "import")
    assert (dataset.status, dataset.record_count) == (Dataset.Status.READY, 240)
    assert dataset.job_id == job
    assert frames.read_frame(dataset.current_version)["load"].sum() == 51600


def test_nothing_waits_after_the_import(owner, owner_client):
    dataset = decide(owner_client, staged(owner), "import")
    assert not dataset.is_reviewed
    assert owner_client.get(dataset.import_url)["Location"] == dataset.get_absolute_url()


def test_its_own_page_leads_to_the_mapper_until_it_is_imported(owner, owner_client):
    dataset = staged(owner)
    assert owner_client.get(dataset.get_absolute_url())["Location"] == dataset.import_url


def test_cells_that_were_not_read_are_counted_with_their_rows(owner, owner_client):
    text = page(owner_client, staged(owner, BAD))
    assert "1 of 84 cells" in text
    assert "1 of 28 cells are not numbers" in text
    assert "row 4&nbsp; <mark>n/a</mark>" in text.replace("\n", "")


@pytest.mark.parametrize(
    ("failing", "rows", "kind"), [("leave_out", 27, "integer"), ("text", 28, "text")]
)
def test_what_becomes_of_such_cells_is_decided(owner, owner_client, failing, rows, kind):
    dataset = decide(owner_client, staged(owner, BAD), **{"failing-c2": failing})
    dataset = decide(owner_client, dataset, "import")
    version = dataset.current_version
    assert (version.row_count, version.column("c2").type) == (rows, kind)


def test_what_the_form_sends_unchanged_is_no_decision(owner, owner_client):
    shown = {"header": "yes", "delimiter": ",", "encoding": "utf-8", "decimal": ".", "zone": ""}
    shown |= {"layout": "wide", "date_order": "ymd", "name-c2": "load", "type-c2": "number"}
    dataset = decide(owner_client, staged(owner, BAD), **shown, **{"failing-c2": "leave_out"})
    assert dataset.metadata["options"]["columns"]["c2"]["failing"] == "leave_out"
    assert dataset.metadata["options"]["delimiter"] is None
    job = dataset.job_id
    assert decide(owner_client, dataset, "import", **shown).job_id == job


def test_names_and_roles_change_without_another_reading(owner, owner_client):
    dataset = staged(owner)
    said = {"name-c2": "load_mw", "role-c2": "known", "name-c1": "time"}
    job = dataset.job_id
    dataset = decide(owner_client, dataset, "import", dataset_name="Electricity", **said)
    column = dataset.current_version.column("c2")
    assert (column.name, column.role) == ("load_mw", Column.Role.KNOWN)
    assert (dataset.name, dataset.job_id) == ("Electricity", job)


def test_a_column_may_be_left_out(owner, owner_client):
    dataset = decide(owner_client, staged(owner), **{"role-c3": "drop"})
    assert "left out" in page(owner_client, dataset)
    version = decide(owner_client, dataset, "import").current_version
    assert [column.key for column in version.columns.all()] == ["c1", "c2"]


def test_personal_data_are_found_and_hidden_everywhere_on_the_page(owner, owner_client):
    mails = "time,y,email\n" + "".join(
        f"2026-01-{day:02d},{day},anna{day}@netz.de\n" for day in range(1, 29)
    )
    dataset = staged(owner, mails)
    text = page(owner_client, dataset)
    assert "anna" not in text
    assert "a•••@n•••.de" in text
    version = decide(owner_client, dataset, "import").current_version
    assert version.column("c3").role == Column.Role.PERSONAL


def test_the_order_of_day_and_month_is_asked_when_nothing_decides_it(owner, owner_client):
    dataset = staged(owner, ORDERS)
    assert "Nothing in the dates says whether the day or the month comes first" in page(
        owner_client, dataset
    )
    dataset = decide(owner_client, dataset, date_order="mdy")
    version = decide(owner_client, dataset, "import").current_version
    assert version.profile["end"] == "2026-12-03T00:00:00"


def test_the_evidence_for_the_order_is_counted(owner, owner_client):
    text = page(owner_client, staged(owner, "day,y\n13/03/2026,1\n14/03/2026,2\n"))
    assert "2 dates have a first number above 12" in text


@pytest.mark.parametrize(
    ("how", "values"),
    [
        ("mean", [2, 6, 7]),
        ("sum", [4, 6, 7]),
        ("first", [1, 6, 7]),
        ("last", [3, 6, 7]),
        ("keep", [1, 3, 6, 7]),
    ],
)
def test_rows_with_the_same_time_are_asked_about(owner, owner_client, how, values):
    dataset = staged(owner, REPEATED)
    assert "1 row repeats a time: choose what becomes of it." in page(owner_client, dataset)
    dataset = decide(owner_client, dataset, repeated=how)
    version = decide(owner_client, dataset, "import").current_version
    assert frames.read_frame(version)["y"].tolist() == values


def test_words_for_no_value_in_text_are_asked_about(owner, owner_client):
    countries = "day,land\n" + "".join(
        f"2026-01-{day:02d},{'NA' if day % 2 else 'DE'}\n" for day in range(1, 9)
    )
    dataset = staged(owner, countries)
    assert "land holds NA as text. Say if that means: no value." in page(owner_client, dataset)
    dataset = decide(owner_client, dataset, **{"words-c2": "missing"})
    assert decide(owner_client, dataset, "import").current_version.column("c2").missing == 4


def test_the_zone_comes_from_the_settings_and_clock_changes_are_counted(owner, owner_client):
    owner.timezone = "Europe/Berlin"
    owner.save()
    hours = ["00:00", "01:00", "02:00", "02:00", "03:00", "04:00"]
    text = "time,y\n" + "".join(f"2026-10-25 {at},{place}\n" for place, at in enumerate(hours))
    dataset = staged(owner, text)
    shown = page(owner_client, dataset)
    assert "in Berlin time" in shown
    assert "Clocks change 1 time: no hour is lost, 1 is kept twice" in shown
    frame = frames.read_frame(decide(owner_client, dataset, "import").current_version)
    assert frame["time"].astype(str).tolist() == [
        "2026-10-24 22:00:00",
        "2026-10-24 23:00:00",
        "2026-10-25 00:00:00",
        "2026-10-25 01:00:00",
        "2026-10-25 02:00:00",
        "2026-10-25 03:00:00",
    ]


def test_days_need_no_zone_and_stay_as_they_are(owner, owner_client):
    owner.timezone = "Europe/Berlin"
    owner.save()
    version = decide(owner_client, staged(owner, BAD), "import").current_version
    assert version.profile["start"] == "2026-01-01T00:00:00"


def test_a_changed_reading_waits_again_when_its_counts_differ(owner, owner_client):
    dataset = staged(owner, BAD)
    dataset = decide(owner_client, dataset, "import", **{"failing-c2": "leave_out"})
    assert (dataset.is_staged, dataset.versions.count()) == (True, 0)
    assert "27" in page(owner_client, dataset)
    assert decide(owner_client, dataset, "import").record_count == 27


def test_a_changed_reading_with_the_same_counts_is_imported_at_once(owner, owner_client):
    hours = "time,y\n" + "".join(f"2026-01-01 {hour:02d}:00,{hour}\n" for hour in range(24))
    dataset = decide(owner_client, staged(owner, hours), "import", zone="Asia/Tokyo")
    assert dataset.is_ready
    assert dataset.current_version.profile["start"] == "2025-12-31T15:00:00"


def test_reset_forgets_every_decision(owner, owner_client):
    dataset = decide(owner_client, staged(owner), **{"name-c2": "x", "role-c3": "drop"})
    dataset = decide(owner_client, dataset, "reset")
    text = page(owner_client, dataset)
    assert 'name="name-c2" value="load"' in text
    assert "left out" not in text


def test_two_columns_of_one_name_are_refused_and_what_was_typed_stays(owner, owner_client):
    dataset = staged(owner)
    response = owner_client.post(dataset.import_url, {"action": "import", "name-c2": "note"})
    assert response.status_code == 422
    text = response.content.decode()
    assert "Two columns would be called note" in text
    assert 'name="name-c2" value="note"' in text


def test_words_cannot_be_a_target(owner, owner_client):
    response = owner_client.post(staged(owner).import_url, {"role-c3": "target"})
    assert response.status_code == 422
    assert "holds no numbers" in response.content.decode()


def test_a_choice_that_cannot_be_read_changes_nothing(owner, owner_client):
    dataset = staged(owner)
    response = owner_client.post(dataset.import_url, {"action": "read", "type-c3": "datetime"})
    assert response.status_code == 422
    assert "are not written as dates or times" in response.content.decode()
    dataset.refresh_from_db()
    assert decide(owner_client, dataset, "import").record_count == 240


def test_notes_above_the_header_are_skipped_and_said(owner, owner_client):
    text = page(owner_client, staged(owner, "Load of the grid\nmade on Monday\n" + HOURLY))
    assert "row 3, 2 notes above" in text
    assert "Read from all 240 rows" in text


def test_a_missing_header_is_asked_about_and_no_row_is_eaten(owner, owner_client):
    dataset = staged(owner, "2026-01-01,5\n2026-01-02,6\n2026-01-03,7\n")
    assert "The first row holds values, so the columns have no names yet." in page(
        owner_client, dataset
    )
    assert decide(owner_client, dataset, "import").record_count == 3


def test_discarding_leaves_nothing(
    owner, owner_client, own_files, django_capture_on_commit_callbacks
):
    dataset = staged(owner)
    assert [path for path in (own_files / "storage").rglob("*") if path.is_file()]
    with django_capture_on_commit_callbacks(execute=True):
        owner_client.post(reverse("datasets:discard", args=[dataset.pk]))
    assert not Dataset.objects.exists()
    assert not [path for path in (own_files / "storage").rglob("*") if path.is_file()]


def test_a_file_that_nobody_imports_is_swept_after_a_day(owner):
    old, young = staged(owner), staged(owner)
    Dataset.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(hours=25))
    assert upkeep.sweep_unconfirmed() == 1
    assert Dataset.objects.get().pk == young.pk


def test_it_counts_to_the_quota_and_is_not_listed_as_ready(owner, owner_client):
    dataset = staged(owner)
    assert quota.used_bytes(owner) >= dataset.file_size
    assert dataset not in Dataset.objects.ready()
    assert "Waits for you" in owner_client.get(reverse("datasets:list")).content.decode()


def test_a_stranger_finds_nothing(owner, stranger_client):
    dataset = staged(owner)
    for address in (dataset.import_url, reverse("datasets:discard", args=[dataset.pk])):
        assert stranger_client.post(address).status_code == 404
    assert stranger_client.get(dataset.import_url).status_code == 404
    assert Dataset.objects.exists()


def test_hostile_names_are_shown_as_text(owner, owner_client):
    text = page(owner_client, staged(owner, HOURLY.replace("note", "<img src=x onerror=a()>", 1)))
    assert "<img src=x" not in text


def test_a_wide_table_is_shown_some_columns_at_a_time(owner, owner_client):
    names = ",".join(f"y{place}" for place in range(300))
    rows = "\n".join(",".join("1" for _ in range(300)) for _ in range(3))
    dataset = staged(owner, f"{names}\n{rows}\n")
    assert page(owner_client, dataset).count("data-mapper-row") == 150
    second = owner_client.get(f"{dataset.import_url}?from=150").content.decode()
    assert 'name="name-c151"' in second
    assert decide(owner_client, dataset, "import").current_version.columns.count() == 300


def test_the_step_of_an_m4_file_is_chosen_and_dates_its_values(owner, owner_client):
    text = "V1,V2,V3,V4\nM1,1,2,3\nM2,4,5,6\n"
    dataset = staged(owner, text, name="train.csv")
    shown = page(owner_client, dataset)
    assert "M4 files hold no dates. With a step they are dated from 2000-01-01" in shown
    dataset = decide(owner_client, dataset, frequency="MS")
    assert "they begin with 2000-01-01" in page(owner_client, dataset)
    version = decide(owner_client, dataset, "import").current_version
    assert (version.frequency, version.profile["end"]) == ("MS", "2000-03-01T00:00:00")


def test_a_step_that_the_name_tells_can_be_taken_back(owner, owner_client):
    dataset = staged(owner, "V1,V2,V3,V4\nH1,1,2,3\n", name="Hourly-train.csv")
    dataset = decide(owner_client, dataset, frequency="")
    version = decide(owner_client, dataset, "import").current_version
    assert version.time_column == ""

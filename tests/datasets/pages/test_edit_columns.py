"""Names and roles of columns, edited in place and saved as a version."""

import pytest
from django.urls import reverse

from datasets.models import Dataset, Version
from datasets.versioning import version_jobs
from jobs.models import Job
from tests.datasets.made import read_dataset
from tests.factories import make_share


def at(name, dataset):
    return reverse(f"datasets:{name}", args=[dataset.pk])


def change(client, dataset, **said):
    asked = {name.replace("_", "-"): value for name, value in said.items()}
    return client.post(at("edit_columns", dataset), asked)


def newest(dataset):
    return Dataset.objects.get(pk=dataset.pk).current_version


def test_a_name_and_a_role_make_a_version_with_the_same_file(hourly, owner, owner_client):
    change(owner_client, hourly, name_c2="demand", role_c2="past", note="Not forecast here")
    version, first = newest(hourly), hourly.versions.get(number=1)
    assert (version.number, version.origin) == (2, Version.Origin.ROLES)
    assert (version.file_key, version.made_by) == (first.file_key, owner)
    column = version.column("c2")
    assert (column.name, column.role) == ("demand", "past")
    assert first.column("c2").name == "load"
    assert (version.diff["columns_renamed"], version.diff["columns_roles"]) == (1, 1)
    text = owner_client.get(at("versions", hourly)).content.decode()
    for words in ("1 column renamed", "1 role changed", "Not forecast here"):
        assert words in text


def test_another_time_puts_the_rows_into_its_order_as_a_job(owner, owner_client):
    lines = "".join(f"2026-01-{d:02d},2025-03-{29 - d:02d},{d}\n" for d in range(1, 9))
    dataset = read_dataset(owner, "day,billed,load\n" + lines)
    change(owner_client, dataset, role_c2="time")
    job = Job.objects.get(kind=version_jobs.COLUMNS)
    version_jobs.rewrite_columns(str(job.pk))
    version = newest(dataset)
    assert version.time_column == "c2"
    assert version.column("c1").role == "ignore"
    page = owner_client.get(at("data", dataset)).content.decode()
    body = page.split("<tbody>")[1]
    assert body.index("2025-03-21") < body.index("2025-03-28")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name_c2": "time"}, "Two columns would be called time"),
        ({"role_c3": "target"}, "it cannot be the target"),
        ({"role_c3": "king"}, "Choose another role"),
        ({"name_c2": "x" * 201}, "longer than 200 characters"),
        ({"role_c1": "ignore", "role_c3": "series"}, "needs a column of times"),
        ({"name_c2": "load"}, "Nothing is different"),
    ],
)
def test_what_does_not_fit_comes_back_with_a_sentence(hourly, owner_client, said, words):
    response = change(owner_client, hourly, **said)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert hourly.versions.count() == 1


def test_the_statistics_of_a_column_are_those_of_its_cells(hourly, owner_client):
    address = reverse("datasets:column_statistics", args=[hourly.pk, "c2"])
    text = owner_client.get(address).content.decode()
    for words in ("240", "100", "215", "330", "Most frequent", "Target"):
        assert words in text


def test_a_wide_table_is_listed_a_hundred_at_a_time_and_found_by_name(owner, owner_client):
    head = ",".join(f"v{number}" for number in range(1, 150))
    rows = "".join(f"2026-01-{day:02d}{',1' * 149}\n" for day in range(1, 9))
    dataset = read_dataset(owner, f"day,{head}\n{rows}")
    first = owner_client.get(at("columns", dataset)).content.decode()
    assert "columns 1–100 of 150" in first
    assert ">v140<" not in first
    assert ">v140<" in owner_client.get(at("columns", dataset) + "?q=v140").content.decode()
    assert (
        "columns 101–150"
        in owner_client.get(at("edit_columns", dataset) + "?columns=101").content.decode()
    )


def test_readers_may_not_and_strangers_find_nothing(
    hourly, collaborator, collaborator_client, stranger_client
):
    make_share(hourly, collaborator)
    assert change(collaborator_client, hourly, name_c2="x").status_code == 403
    assert change(stranger_client, hourly, name_c2="x").status_code == 404
    assert "Edit roles" not in collaborator_client.get(at("columns", hourly)).content.decode()

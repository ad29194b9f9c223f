"""A file that was refused: what is wrong where, and the ways out."""

import re

import pytest
from django.urls import reverse

from datasets import tasks
from datasets.models import Dataset
from datasets.receiving import uploads
from tests.datasets.made import read_dataset

HOURS = [f"2026-02-28 {hour:02d}:00" for hour in range(24)] + [
    f"2026-03-01 {hour:02d}:00" for hour in range(24)
]


def load(bad=None, at=24, sort=True):
    times = list(HOURS)
    if bad:
        times[at] = bad
    return "timestamp,load\n" + "".join(f"{time},{place}\n" for place, time in enumerate(times))


def page(client, dataset):
    return client.get(dataset.get_absolute_url()).content.decode()


def fix(client, dataset, key):
    response = client.post(reverse("datasets:read_again", args=[dataset.pk]), {"fix": key})
    dataset.refresh_from_db()
    if response.status_code == 302:
        tasks.ingest(str(dataset.job_id))
    return response, Dataset.objects.get(pk=dataset.pk)


def test_the_page_says_what_where_and_why(owner, owner_client):
    text = page(owner_client, read_dataset(owner, load("2026-02-30 00:00")))
    assert "was not imported: 1 date does not exist" in text
    told = re.sub(r"<[^>]+>", "", text)
    assert "Row 26, column timestamp holds 2026-02-30 00:00. February 2026 has 28 days." in told
    assert '<th scope="col" class="num">load</th>' in text
    assert "<mark>2026-02-30 00:00</mark>" in text
    assert "2026-02-28 22:00" in text
    assert "2026-03-01 02:00" in text
    assert "47 of 48" in text
    assert "48 numbers" in text


def test_a_row_with_too_many_cells_is_shown_in_a_whole_table(owner, owner_client):
    text = page(owner_client, read_dataset(owner, f"{load()}2026-03-02 00:00,1,2,3\n"))
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", text.split("</thead>")[1].split("</table>")[0])
    assert {row.count("<td") for row in rows} == {5}
    assert text.count("beyond the last column") == 2
    assert re.findall(r"<mark>(.*?)</mark>", text) == ["2", "3"]


def test_rows_with_too_many_cells_are_counted_and_may_be_left_out(owner, owner_client):
    rows = load().splitlines()
    rows[4] += ",9"
    rows[7] += ",,x"
    dataset = read_dataset(owner, "\n".join(rows))
    text = page(owner_client, dataset)
    assert "was not imported: 2 rows have too many cells" in text
    assert "Leave out the 2 rows with too many cells" in text
    assert "That is 2 of 48 rows." in text
    _, dataset = fix(owner_client, dataset, "leave_out_long")
    version = dataset.current_version
    assert (dataset.status, version.row_count) == (Dataset.Status.READY, 46)
    (found,) = [one for one in version.findings if one.code == "long_rows"]
    assert found.severity == "warn"
    assert found.sentence.endswith("were left out: rows 5, 8.")
    assert found.sentence in owner_client.get(dataset.get_absolute_url()).content.decode()


def test_a_single_row_with_too_many_cells_is_named(owner, owner_client):
    dataset = read_dataset(owner, load() + "2026-03-02 00:00,1,2\n")
    assert "Leave out row 50" in page(owner_client, dataset)
    _, dataset = fix(owner_client, dataset, "leave_out_long")
    (found,) = [one for one in dataset.current_version.findings if one.code == "long_rows"]
    assert found.sentence.endswith("was left out: row 50.")


def test_a_person_in_a_row_with_too_many_cells_stays_hidden(owner, owner_client):
    text = "day,email,n\n2026-01-01,ann@example.org,1\n2026-01-02,x,bob@example.org,2\n"
    shown = page(owner_client, read_dataset(owner, text))
    assert "4 cells but there are 3 columns" in shown
    assert "ann@" not in shown
    assert "bob@" not in shown


def test_the_only_value_that_fits_is_suggested_and_imports(owner, owner_client):
    dataset = read_dataset(owner, load("2026-02-30 00:00"))
    text = page(owner_client, dataset)
    assert "Use 2026-03-01 00:00" in text
    assert text.index("Use 2026-03-01 00:00") < text.index("Leave out row 26")
    _, dataset = fix(owner_client, dataset, "use")
    version = dataset.current_version
    assert (dataset.status, version.row_count) == (Dataset.Status.READY, 48)
    assert {found.code for found in version.findings} >= {"corrected"}
    assert "gaps" not in {found.code for found in version.findings}


def test_the_row_may_be_left_out(owner, owner_client):
    dataset = read_dataset(owner, load("2026-02-30 00:00"))
    assert "Leaves a gap of 1 hour" in page(owner_client, dataset)
    _, dataset = fix(owner_client, dataset, "leave_out")
    assert dataset.current_version.row_count == 47


def test_another_order_says_how_many_would_then_fail(owner, owner_client):
    text = page(owner_client, read_dataset(owner, load("2026-02-30 00:00")))
    assert "Dates are written year, day, month" in text
    assert "Reads 48 dates again as YYYY-DD-MM. 25 of them would then fail." in text


def test_several_bad_times_are_not_guessed(owner, owner_client):
    text = load("2026-02-30 00:00").replace("2026-02-28 05:00", "2026-02-31 05:00")
    shown = page(owner_client, read_dataset(owner, text))
    assert "2 dates do not exist" in shown
    assert "Leave out the 2 rows with such times" in shown
    assert "Use 2026" not in shown


def test_a_file_that_waited_for_review_is_imported_by_its_fix(owner, owner_client):
    content = [load("2026-02-30 00:00").encode()]
    dataset = uploads.receive(owner=owner, name="load.csv", content=content, review=True)
    tasks.ingest(str(dataset.job_id))
    _, dataset = fix(owner_client, dataset, "use")
    assert dataset.is_ready


def test_a_way_out_that_is_not_offered_is_refused(owner, owner_client):
    dataset = read_dataset(owner, load("2026-02-30 00:00"))
    response, dataset = fix(owner_client, dataset, "delete-everything")
    assert response.status_code == 422
    assert dataset.status == Dataset.Status.ERROR


def test_the_row_is_downloaded_without_formulas(owner, owner_client):
    text = load("2026-02-30 00:00").replace(",24\n", ",=1+1\n")
    dataset = read_dataset(owner, text)
    answer = owner_client.get(reverse("datasets:refused_row", args=[dataset.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content.decode().splitlines() == [
        "row,timestamp,load",
        "26,2026-02-30 00:00,'=1+1",
    ]


def test_a_bad_byte_offers_encodings(owner, owner_client):
    names = [f"2026-01-{day:02d},{'é' if day < 9 else 'e'}" for day in range(1, 29)]
    raw = ("day,name\n" + "\n".join(names) + "\n").encode()
    # Valid UTF-8 in the sample, a lone byte further down.
    rest = b"".join(b"2026-02-%02d,x%d\n" % (day % 28 + 1, day) for day in range(400_000))
    dataset = read_dataset(owner, raw + rest + b"2026-03-01,caf\xe9\n")
    text = page(owner_client, dataset)
    assert "which is not UTF-8" in text
    assert "Read it as Windows-1252" in text


def test_the_reference_for_support_can_be_copied(owner, owner_client):
    dataset = read_dataset(owner, load("2026-02-30 00:00"))
    text = page(owner_client, dataset)
    assert f"{str(dataset.job_id)[:8]}" in text
    assert 'data-copy="#reference"' in text


@pytest.mark.parametrize("address", ["datasets:detail", "datasets:refused_row"])
def test_a_stranger_finds_nothing(owner, stranger_client, address):
    dataset = read_dataset(owner, load("2026-02-30 00:00"))
    assert stranger_client.get(reverse(address, args=[dataset.pk])).status_code == 404

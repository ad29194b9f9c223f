"""The data grid."""

import re

import pytest
from django.urls import reverse

from datasets.views.shown import aligned, digits
from tests.datasets.made import read_dataset


def grid(client, dataset, query=""):
    return client.get(reverse("datasets:data", args=[dataset.pk]) + query)


def cells(response):
    body = response.content.decode().split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return [
        [
            re.sub(r"<[^>]+>", "", cell).strip()
            for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)
        ]
        for row in rows
    ]


def test_a_page_holds_a_hundred_rows_as_stored(hourly, owner_client):
    rows = cells(grid(owner_client, hourly))
    assert len(rows) == 100
    assert rows[0] == ["1", "2026-01-01 00:00", "100", "missing"]
    assert rows[1] == ["2", "2026-01-01 01:00", "110", "calm"]


def test_missing_cells_stand_where_the_values_of_their_column_stand(owner, owner_client):
    rows = "".join(f"2026-01-{day:02d},{day if day % 2 else ''},\n" for day in range(1, 9))
    dataset = read_dataset(owner, "day,load,note\n2026-01-09,9,calm\n" + rows)
    text = grid(owner_client, dataset).content.decode()
    assert '<td class="num cell-missing" data-key="c2">' in text
    assert '<td class="cell-missing" data-key="c3">' in text


def test_the_last_page_holds_the_rest(hourly, owner_client):
    response = grid(owner_client, hourly, "?page=3")
    assert len(cells(response)) == 40
    assert "page 3 of 3" in response.content.decode()


def test_the_head_says_range_mean_and_missing(hourly, owner_client):
    text = grid(owner_client, hourly).content.decode()
    for words in ("100 to 330", "mean 215", "120 missing", "1 Jan 2026 to 10 Jan 2026"):
        assert words in text


def test_sorting_is_announced_and_done_on_the_server(hourly, owner_client):
    response = grid(owner_client, hourly, "?sort=-c2")
    assert cells(response)[0][2] == "330"
    assert 'aria-sort="descending"' in response.content.decode()
    assert "load, largest first" in response.content.decode()


def test_filters_narrow_and_can_be_taken_away(hourly, owner_client):
    response = grid(owner_client, hourly, "?f=c2:lt:110&f=c3:missing:")
    text = response.content.decode()
    assert len(cells(response)) == 10
    assert "<b>10</b> of 240 rows match" in text
    assert "load under 110" in text
    assert "Remove the filter load under 110" in text


def test_the_filter_form_becomes_an_address_that_can_be_kept(hourly, owner_client):
    response = grid(owner_client, hourly, "?column=c2&operator=between&value=100&other=120")
    assert response.status_code == 302
    followed = owner_client.get(response["Location"])
    assert "load between 100 and 120" in followed.content.decode()


def test_find_looks_in_every_cell(hourly, owner_client):
    response = grid(owner_client, hourly, "?q=calm")
    assert "<b>120</b> of 240 rows match" in response.content.decode()


def test_no_match_says_so(hourly, owner_client):
    assert "No row matches" in grid(owner_client, hourly, "?q=zebra").content.decode()


@pytest.mark.parametrize("jump", ["150", "2026-01-07 05:00", "2026-01-07T05:00"])
def test_jump_opens_the_page_of_a_row_or_a_time_and_marks_it(hourly, owner_client, jump):
    text = grid(owner_client, hourly, f"?jump={jump}").content.decode()
    assert "page 2 of 3" in text
    marked = re.search(r'<tr aria-selected="true" id="marked"[^>]*>(.*?)</tr>', text, re.DOTALL)[1]
    assert ">150<" in marked


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?page=0", "0 is no whole number above 0. Use 1 or more."),
        ("?page=x", "x is no whole number"),
        ("?jump=soon", "soon is neither a row number nor a time"),
        ("?sort=c9", "c9"),
        ("?f=c9:lt:1", "c9"),
        ("?f=c2:like:1", "like"),
        ("?f=c2:lt:ten", "ten"),
        ("?f=nonsense", "nonsense"),
    ],
)
def test_bad_questions_are_answered_with_a_sentence(hourly, owner_client, query, words):
    response = grid(owner_client, hourly, query)
    assert response.status_code == 422
    assert words in response.content.decode()


def test_htmx_gets_the_grid_alone(hourly, owner_client):
    response = owner_client.get(
        reverse("datasets:data", args=[hourly.pk]),
        headers={"HX-Request": "true", "HX-Target": "grid"},
    )
    assert "<html" not in response.content.decode()
    assert 'id="grid"' in response.content.decode()


def test_values_are_shown_as_text(owner, owner_client):
    rows = "".join(f"2026-01-{day:02d},{day},<i>x</i>\n" for day in range(1, 9))
    dataset = read_dataset(owner, "day,load,note\n" + rows)
    text = grid(owner_client, dataset).content.decode()
    assert "&lt;i&gt;x&lt;/i&gt;" in text
    assert "<i>x</i>" not in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (17420, "17,420"),
        (-3, "−3"),
        (30.5310001373291, "30.531"),
        (-9.4, "−9.4"),
        (4812.5, "4,812.5"),
        (0.0, "0"),
        (0.000123456, "0.0001235"),
        (1e308, "1e+308"),
        (1234567.8, "1,234,568"),
    ],
)
def test_numbers_keep_their_digits_and_lose_the_noise(value, shown):
    assert digits(value) == shown


def test_the_points_of_a_column_stand_in_line():
    assert aligned([7.5, None, 9.0, 1234.25]) == ["7.50", None, "9.00", "1,234.25"]
    assert aligned([100, 110]) == ["100", "110"]


def test_a_row_number_without_times_is_asked_for(owner, owner_client):
    dataset = read_dataset(owner, "name,height\nann,1.7\nbob,1.8\n")
    response = grid(owner_client, dataset, "?jump=ann")
    assert response.status_code == 422
    assert "ann is not a row number. Enter 1 to 2." in response.content.decode()


def test_a_wide_table_is_shown_some_columns_at_a_time(owner, owner_client):
    head = ",".join(f"v{number}" for number in range(1, 100))
    line = ",".join(str(number) for number in range(1, 100))
    rows = "".join(f"2026-01-{day:02d},{line}\n" for day in range(1, 9))
    dataset = read_dataset(owner, f"day,{head}\n{rows}")
    first = grid(owner_client, dataset)
    assert "columns 1–40 of 100" in first.content.decode()
    assert len(cells(first)[0]) == 41
    last = grid(owner_client, dataset, "?columns=99")
    assert "columns 61–100 of 100" in last.content.decode()
    assert cells(last)[0][-1] == "99"


def test_the_overview_of_a_wide_table_leads_to_all_columns(owner, owner_client):
    head = ",".join(f"v{number}" for number in range(1, 100))
    rows = "".join(f"2026-01-{day:02d}{',1' * 99}\n" for day in range(1, 9))
    dataset = read_dataset(owner, f"day,{head}\n{rows}")
    assert "50 of 100 columns" in owner_client.get(dataset.get_absolute_url()).content.decode()
    text = owner_client.get(reverse("datasets:columns", args=[dataset.pk])).content.decode()
    assert ">v99<" in text

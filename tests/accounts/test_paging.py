"""Keyset paging of HTML lists."""

import base64
import json
from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.paging import keyset_page
from tests.accounts.things import Thing


def page(things, query="", **options):
    return keyset_page(things.all(), RequestFactory().get(f"/{query}"), **options)


@pytest.fixture
def seven(things, owner):
    now = timezone.now()
    rows = [things.create(owner=owner, name=str(number)) for number in range(7)]
    # Two share a time: the id must break the tie.
    for number, row in enumerate(rows):
        Thing.objects.filter(pk=row.pk).update(created_at=now + timedelta(hours=number // 2))
    return list(things.order_by("-created_at", "-id").values_list("name", flat=True))


def names(found):
    return [row.name for row in found.rows]


def test_forward_and_back_again_shows_each_row_once(things, seven):
    first = page(things, size=3)
    second = page(things, first.next, size=3)
    third = page(things, second.next, size=3)
    assert names(first) + names(second) + names(third) == seven
    assert (first.previous, third.next) == (None, None)
    back = page(things, third.previous, size=3)
    assert names(back) == names(second)
    assert names(page(things, back.previous, size=3)) == names(first)
    assert page(things, back.previous, size=3).previous is None


def test_a_row_added_meanwhile_moves_nothing(things, seven, owner):
    first = page(things, size=3)
    new = things.create(owner=owner, name="new")
    things.filter(pk=new.pk).update(created_at=timezone.now() + timedelta(days=1))
    assert names(page(things, first.next, size=3)) == seven[3:6]


def test_ascending_order_by_another_column(things, seven):
    first = page(things, order=("name", "id"), size=4)
    second = page(things, first.next, order=("name", "id"), size=4)
    assert names(first) + names(second) == sorted(seven)


def test_other_parameters_are_kept(things, seven):
    assert "q=a+b" in page(things, "?q=a+b&after=x", size=3).next


def test_an_empty_list_has_one_empty_page(things):
    assert page(things) == type(page(things))(rows=[], next=None, previous=None)


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        encoded([]),
        encoded({"a": 1}),
        encoded(["x", "y"]),
        encoded([None, None]),
        encoded([[1], {}]),
        encoded("ab"),
    ],
)
def test_a_cursor_that_makes_no_sense_is_page_one(things, seven, cursor):
    assert names(page(things, f"?after={cursor}", size=3)) == seven[:3]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40))
def test_no_cursor_breaks_the_page(things, seven, text):
    request = RequestFactory().get("/", {"before": text})
    assert len(keyset_page(things.all(), request, size=3).rows) <= 3


def test_a_page_costs_one_query(things, seven, django_assert_num_queries):
    with django_assert_num_queries(1):
        page(things, size=3)

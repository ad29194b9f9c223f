"""Rate limits of the API."""

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisAway
from rest_framework.test import APIClient

from accounts.throttling import AnonymousThrottle, PersonThrottle, ScopeThrottle

pytestmark = pytest.mark.django_db
LOGIN, ME = "/api/v1/auth/login/", "/api/v1/auth/me/"


@pytest.fixture(autouse=True)
def two_a_minute(monkeypatch):
    cache.clear()
    rates = {"anon": "2/min", "user": "2/min", "login": "2/min", "refresh": "2/min"}
    for throttle in (AnonymousThrottle, PersonThrottle, ScopeThrottle):
        monkeypatch.setattr(throttle, "THROTTLE_RATES", rates)
    yield
    cache.clear()


def assert_throttled(answer):
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer.json()["error"]["code"] == "throttled"


def test_a_person_who_asks_too_often_is_told_when_to_come_back(owner_api, collaborator_api):
    assert [owner_api.get(ME).status_code for _ in range(2)] == [200, 200]
    assert_throttled(owner_api.get(ME))
    assert collaborator_api.get(ME).status_code == 200


def test_sign_in_is_counted_by_address():
    for _ in range(2):
        assert APIClient().post(LOGIN, {"username": "x", "password": "x"}).status_code == 401
    assert_throttled(APIClient().post(LOGIN, {"username": "y", "password": "y"}))


def test_a_forged_address_does_not_start_a_new_count():
    for number in range(2):
        headers = {"X-Forwarded-For": f"192.0.2.{number}"}
        APIClient().post(LOGIN, {"username": "x", "password": "x"}, headers=headers)
    headers = {"X-Forwarded-For": "192.0.2.9"}
    assert_throttled(APIClient().post(LOGIN, {"username": "x", "password": "x"}, headers=headers))


class Away:
    def get(self, *args):
        raise RedisAway


def test_without_redis_reading_is_open_and_sign_in_shut(owner_api, monkeypatch):
    for throttle in (AnonymousThrottle, PersonThrottle, ScopeThrottle):
        monkeypatch.setattr(throttle, "cache", Away())
    assert owner_api.get(ME).status_code == 200
    assert APIClient().post(LOGIN, {"username": "x", "password": "x"}).status_code == 429

"""/health and /ready are open, and /ready tells the truth."""

import pytest
from django.db import DatabaseError
from redis.exceptions import ConnectionError as RedisAway

from config import health


def test_alive_asks_nobody(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_names_each_part(client):
    answer = client.get("/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "redis": "ok", "storage": "ok"}


class Broken:
    """Stands where a store was; whatever is asked of it fails."""

    def __init__(self, error):
        self.error = error

    def __getattr__(self, name):
        def fail(*args, **kwargs):
            raise self.error

        return fail


@pytest.mark.parametrize(
    ("part", "name", "error"),
    [
        ("database", "connection", DatabaseError()),
        ("redis", "cache", RedisAway()),
        ("storage", "default_storage", OSError()),
    ],
)
@pytest.mark.django_db
def test_a_part_that_does_not_answer_makes_it_503(client, monkeypatch, part, name, error):
    monkeypatch.setattr(health, name, Broken(error))
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()[part] == "failed"
    assert list(answer.json().values()).count("failed") == 2  # the part and the whole

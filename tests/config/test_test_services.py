"""The servers that every test run gets for itself."""

import os

import redis
from django.db import connection


def test_the_run_has_its_own_postgresql(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 160000


def test_the_run_has_its_own_valkey():
    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    client.set("greeting", "hello")
    assert client.get("greeting") == b"hello"
    client.close()

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection

from tests.accounts.things import Thing


@pytest.fixture
def things(db):
    """The table of Thing, gone with the test's transaction."""
    with connection.schema_editor() as editor:
        editor.create_model(Thing)
    ContentType.objects.clear_cache()
    yield Thing.objects
    ContentType.objects.clear_cache()


@pytest.fixture
def thing(things, owner):
    return things.create(owner=owner)


@pytest.fixture
def fresh_counters():
    """Rate limits start from nothing."""
    cache.clear()
    yield
    cache.clear()

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection

from accounts.models import Delivery
from accounts.notify import News, notify
from accounts.notifying import delivering
from tests.accounts.receiver import listening
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


@pytest.fixture
def receiver(settings):
    """A listed HTTP server on loopback that keeps what it is sent."""
    with listening() as found:
        settings.EGRESS_ALLOW = found.listed
        yield found


@pytest.fixture
def tell(django_capture_on_commit_callbacks):
    """`tell(person, **news)`: notify and let deliveries go out at once, as a worker would."""

    def make(people, *, kind="job.failed", title="It failed", **news):
        with django_capture_on_commit_callbacks(execute=False):
            rows = notify(people, News(kind, title, **news))
        for delivery in Delivery.objects.filter(notification__in=rows):
            delivering.deliver(delivery.pk)
        return rows

    return make

"""The cast, and a browser or API client in the hands of each.

owner has things, collaborator is given access to them, stranger has nothing to do with them;
viewer may only read what is shared, admin runs the place.
"""

import hypothesis
import pytest
from django.test import Client
from django.utils import timezone, translation
from rest_framework.test import APIClient

from accounts.models import User
from config import catalogues
from tests import by_file
from tests.factories import make_user

# What 25 examples do not find, 100 rarely do: `--hypothesis-profile=thorough` tries 300. A busy
# machine is no reason to fail.
hypothesis.settings.register_profile("quick", max_examples=25, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=300, deadline=None)
hypothesis.settings.load_profile("quick")


def pytest_configure(config):
    """Pages of tests speak Chinese too."""
    if catalogues.is_stale(catalogues.root()):
        catalogues.compile_all(catalogues.root())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Files stay whole, whatever the way of distributing is called."""
    config.option.loadscopereorder = False
    return by_file.ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """What takes longest begins."""
    items.sort(key=lambda item: by_file.turn_of(item.nodeid))


@pytest.fixture(autouse=True)
def plain_language_and_time():
    """Requests set the person's language and zone for their thread; no test inherits them."""
    with translation.override("en"), timezone.override(None):
        yield


@pytest.fixture
def owner(db):
    return make_user("olive")


@pytest.fixture
def collaborator(db):
    return make_user("colin")


@pytest.fixture
def stranger(db):
    return make_user("sam")


@pytest.fixture
def viewer(db):
    return make_user("vera", role=User.Role.VIEWER)


@pytest.fixture
def admin(db):
    return make_user("ada", role=User.Role.ADMIN)


def browser_of(user):
    """A signed-in browser."""
    client = Client()
    client.force_login(user)
    return client


def api_of(user):
    """A signed-in API client (session)."""
    client = APIClient()
    client.force_login(user)
    return client


@pytest.fixture
def anonymous_client():
    return Client()


@pytest.fixture
def owner_client(owner):
    return browser_of(owner)


@pytest.fixture
def collaborator_client(collaborator):
    return browser_of(collaborator)


@pytest.fixture
def stranger_client(stranger):
    return browser_of(stranger)


@pytest.fixture
def viewer_client(viewer):
    return browser_of(viewer)


@pytest.fixture
def admin_client(admin):
    return browser_of(admin)


@pytest.fixture
def anonymous_api():
    return APIClient()


@pytest.fixture
def owner_api(owner):
    return api_of(owner)


@pytest.fixture
def collaborator_api(collaborator):
    return api_of(collaborator)


@pytest.fixture
def stranger_api(stranger):
    return api_of(stranger)


@pytest.fixture
def viewer_api(viewer):
    return api_of(viewer)


@pytest.fixture
def admin_api(admin):
    return api_of(admin)

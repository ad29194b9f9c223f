"""Every actor knocks at every door; the sign beside it says who gets in."""

import re
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from operator import attrgetter

import pytest
from django.core.cache import cache
from django.core.signals import request_finished
from django.db import close_old_connections, models, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from accounts.jwt import sign_in
from accounts.models import Share, User
from accounts.ownership import Owned
from tests.conftest import browser_of
from tests.doors.house import built
from tests.doors.matrix import door_of
from tests.doors.routes import VERBS, all_routes
from tests.factories import make_share, make_token, make_user

OBJECTS = {"personal", "shared", "owner"}
REFUSED = {401, 403, 404, 405}


@dataclass(frozen=True)
class Knock:
    """One verb at one route."""

    route: object
    door: object
    verb: str

    @property
    def is_read(self):
        return (self.verb == "GET" and not self.door.edits) or self.door.reads

    @property
    def is_for_the_owner(self):
        acts = self.door.access == "owner" and not self.is_read
        return acts or self.verb in self.door.owner_verbs

    @property
    def is_api(self):
        return self.route.path.startswith("api/")

    def __str__(self):
        return f"{self.verb} {self.route.name}"


def knocks():
    for route in all_routes():
        door = door_of(route)
        if door and not route.is_socket and not door.skip and not is_inner_admin(route):
            verbs = ["GET"] if route.path.startswith("admin/") else door.methods
            yield from (Knock(route, door, verb) for verb in verbs)


def is_inner_admin(route):
    """Django's own forms behind its lists; the lists are knocked at."""
    return route.path.startswith("admin/") and not route.name.endswith((":index", "_changelist"))


KNOCKS = sorted(knocks(), key=str)
every_knock = pytest.mark.parametrize("knock", KNOCKS, ids=str)


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()


@pytest.fixture(scope="module")
def house(own_files, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), built([knock.door for knock in KNOCKS]) as made:
        yield made


@pytest.fixture
def row(db, house, knock):
    return house.rows[knock.door.object].row


@pytest.fixture
def owner(db, house, knock):
    return house.rows[knock.door.object].owner


@pytest.fixture
def stranger(db, house):
    return house.stranger


@pytest.fixture
def collaborator(db, house):
    return house.collaborator


@pytest.fixture
def viewer(db, house):
    return house.viewer


@pytest.fixture
def admin(db, house):
    return house.admin


@pytest.fixture
def client_for(house):
    """A client for this knock, signed in as a person or as nobody."""
    return lambda knock, person=None: house.client(APIClient if knock.is_api else Client, person)


def url_of(knock, row, missing=False):
    def value_of(path):
        value = attrgetter(path)(row)
        if not missing:
            return value
        return uuid.uuid4() if isinstance(value, uuid.UUID) else 2_000_000_000

    arguments = {name: value_of(path) for name, path in knock.door.args.items()}
    path = reverse(knock.route.name, kwargs={**knock.door.literal, **arguments})
    names = knock.door.in_query
    return path + knock.door.query + "".join(f"&{name}={value_of(names[name])}" for name in names)


def send(client, knock, url, **headers):
    """The answer; what it changed is undone."""
    with transaction.atomic():
        verb = getattr(client, knock.verb.lower())
        answer = (
            verb(url, headers=headers)
            if knock.verb == "GET"
            else verb(url, knock.door.data, headers=headers)
        )
        if getattr(answer, "streaming", False):
            let_go(answer)
        transaction.set_rollback(True)
    assert answer.status_code < 500
    return answer


def let_go(answer):
    """Close what it reads from, but not the connection, as the client does for other answers."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def lets_in(answer):
    goes_to_sign_in = answer.status_code == 302 and "/login/" in answer["Location"]
    return answer.status_code not in REFUSED and not goes_to_sign_in


def snapshot(row):
    return type(row)._base_manager.filter(pk=row.pk).values().first() if row else None


@every_knock
def test_anonymous(knock, row, client_for):
    answer = send(client_for(knock), knock, url_of(knock, row))
    if knock.door.access == "open":
        # Bad credentials are a 401 of an open door as well.
        assert answer.status_code in {200, 204, 302, 400, 401, 405} or answer.status_code == 422
    elif knock.is_api:
        assert answer.status_code == 401
        if answer["Content-Type"] == "application/json":
            assert set(answer.json()["error"]) == {"code", "message", "field", "hint"}
    else:
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]


@every_knock
def test_owner_or_any_person(knock, row, owner, client_for):
    answer = send(client_for(knock, owner), knock, url_of(knock, row))
    if knock.door.access == "staff":
        assert not lets_in(answer)
    else:
        assert lets_in(answer), answer.content[:500]


@every_knock
def test_staff_has_no_master_key(knock, row, admin, client_for):
    answer = send(client_for(knock, admin), knock, url_of(knock, row))
    if knock.door.access in OBJECTS:
        assert answer.status_code == 404
    else:
        assert lets_in(answer), answer.content[:500]


@pytest.mark.parametrize("knock", [k for k in KNOCKS if k.door.access in OBJECTS], ids=str)
def test_a_strangers_view_of_a_thing_is_that_of_nothing(knock, row, stranger, client_for):
    before = snapshot(row)
    client = client_for(knock, stranger)
    foreign = send(client, knock, url_of(knock, row))
    absent = send(client, knock, url_of(knock, row, missing=True))
    assert foreign.status_code == absent.status_code == 404
    assert plain(foreign) == plain(absent)
    assert snapshot(row) == before


def plain(answer):
    """The body without what differs from one request to the next."""
    text = answer.content.decode()
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|2000000000", "ID", text)
    return re.sub(r'(csrf[^>]*?(?:value|content)=")[^"]+|("X-CSRFToken": ")[^"]+', r"\1", text)


SHARED = [k for k in KNOCKS if k.door.access in {"shared", "owner"}]


def give(row, person, level):
    """Share the row, or the owned row it hangs on."""
    target = row if isinstance(row, Owned) else owned_above(row)
    make_share(target, person, level)


def owned_above(row):
    for field in row._meta.get_fields():
        if isinstance(field, models.ForeignKey) and issubclass(field.related_model, Owned):
            return getattr(row, field.name)
    raise AssertionError(f"{row!r} hangs on nothing that can be shared")


@pytest.mark.parametrize("knock", SHARED, ids=str)
def test_a_viewer_of_a_share_may_only_look(knock, row, collaborator, client_for):
    give(row, collaborator, Share.Level.VIEWER)
    before = snapshot(row)
    answer = send(client_for(knock, collaborator), knock, url_of(knock, row))
    if knock.is_read:
        assert lets_in(answer), answer.content[:500]
    else:
        assert answer.status_code == 403
        assert snapshot(row) == before


@pytest.mark.parametrize("knock", SHARED, ids=str)
def test_an_editor_of_a_share_may_change_it_but_not_act_as_owner(
    knock, row, collaborator, client_for
):
    give(row, collaborator, Share.Level.EDITOR)
    answer = send(client_for(knock, collaborator), knock, url_of(knock, row))
    if knock.is_for_the_owner:
        assert answer.status_code == 403
    else:
        assert lets_in(answer), answer.content[:500]


@pytest.mark.parametrize("knock", SHARED, ids=str)
def test_an_editor_with_the_role_viewer_may_only_look(knock, row, viewer, client_for):
    give(row, viewer, Share.Level.EDITOR)
    answer = send(client_for(knock, viewer), knock, url_of(knock, row))
    may_look = knock.is_read and not knock.door.for_creators
    assert lets_in(answer) if may_look else answer.status_code == 403


CREATING = [k for k in KNOCKS if k.door.for_creators or (k.door.creates and not k.is_read)]


@pytest.mark.parametrize("knock", CREATING, ids=str)
def test_the_role_viewer_creates_nothing(knock, row, viewer, client_for):
    if row is not None:
        give(row, viewer, Share.Level.VIEWER)
    assert send(client_for(knock, viewer), knock, url_of(knock, row)).status_code == 403


API = [k for k in KNOCKS if k.is_api and k.door.access not in {"open", "staff"}]
every_api_knock = pytest.mark.parametrize("knock", API, ids=str)


@every_api_knock
def test_a_reading_token_reads_only(knock, row, owner, client_for):
    _, secret = make_token(owner, ["read"])
    answer = send(client_for(knock), knock, url_of(knock, row), Authorization=f"Token {secret}")
    # A GET reads for a token, also where it shows a form.
    assert lets_in(answer) if knock.is_read else answer.status_code == 403


@every_api_knock
def test_a_token_of_a_deactivated_person_opens_nothing(knock, row, owner, client_for):
    _, secret = make_token(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    answer = send(client_for(knock), knock, url_of(knock, row), Authorization=f"Token {secret}")
    assert answer.status_code == 401


@every_api_knock
def test_an_expired_jwt_opens_nothing(knock, row, owner, client_for):
    token = AccessToken(sign_in(owner).access)
    token.set_exp(lifetime=-timedelta(seconds=1))
    answer = send(client_for(knock), knock, url_of(knock, row), Authorization=f"Bearer {token}")
    assert answer.status_code == 401


OURS = [k for k in KNOCKS if not k.door.foreign and k.verb == k.door.methods[0]]


@pytest.mark.parametrize("knock", OURS, ids=str)
def test_other_verbs_are_405(knock, row, owner, client_for):
    client = client_for(knock, owner)
    url = url_of(knock, row)
    for verb in set(VERBS) - set(knock.door.methods):
        assert send(client, replace(knock, verb=verb), url).status_code == 405


def test_a_deactivated_persons_browser_is_signed_out(db):
    person = make_user("dora")
    client = browser_of(person)
    User.objects.update(is_active=False)
    assert client.get("/account/").status_code == 302

"""Every write of the API refuses a name it does not know, at the top and inside, and says so."""

import pytest
from django.core.cache import cache

from accounts.known_names import Names, UnknownName, refuse_unknown
from accounts.parsing import names_of_operation
from tests.doors.test_doors import KNOCKS, OBJECTS, url_of

WRITES = [knock for knock in KNOCKS if knock.is_api and knock.verb in {"POST", "PUT", "PATCH"}]


def names_of(knock):
    actions = getattr(knock.route.callback, "actions", None) or {}
    action = actions.get(knock.verb.lower(), knock.verb.lower())
    return names_of_operation(knock.route.api_view, action, knock.verb)


# Their body is a file, which the document says.
OF_A_FILE = {"api:dataset-list", "api:dataset-upload", "api:upload-detail"}
# Announces a file by its headers; nothing of a body is ever read.
OF_HEADERS = {"api:upload-list"}
OF_JSON = [knock for knock in WRITES if knock.route.name not in OF_A_FILE | OF_HEADERS]


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()


@pytest.fixture
def row(owner, knock):
    return knock.door.make(owner) if knock.door.access in OBJECTS else None


def test_only_files_are_read_without_names():
    assert {knock.route.name for knock in WRITES if names_of(knock).is_free} == OF_A_FILE
    assert len(OF_JSON) > 60


@pytest.mark.parametrize("knock", OF_JSON, ids=str)
def test_every_sign_names_what_its_door_takes(knock):
    refuse_unknown(knock.door.data, names_of(knock), changes=knock.verb != "POST")


def typed(body):
    """The body with a word that is written wrongly."""
    wrong = {"windws": 3}
    return [{**wrong, **one} for one in body] if isinstance(body, list) else {**wrong, **body}


@pytest.mark.parametrize("knock", OF_JSON, ids=str)
def test_a_name_that_means_nothing_is_refused(knock, row, owner_api):
    names = names_of(knock)
    body = typed(knock.door.data or ([{}] if names.each else {}))
    answer = getattr(owner_api, knock.verb.lower())(url_of(knock, row), body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (400, "unknown_name", "windws")
    assert '"windws"' in error["message"]
    known = list((names.each or names).inner)
    assert all(name in error["hint"] for name in known)


def inner(names, path=()):
    """Every object inside a body: how to reach it, and what it may hold."""
    for name, held in names.inner.items():
        if held is not None:
            yield (*path, name), held
            yield from inner(held.each or held.any_name or held, (*path, name))


INNER = [
    pytest.param(names_of(knock), path, held, id=f"{knock} {'.'.join(path)}")
    for knock in OF_JSON
    for path, held in inner(names_of(knock).each or names_of(knock))
    if not held.is_free
]


@pytest.mark.parametrize(("names", "path", "held"), INNER)
def test_a_name_inside_that_means_nothing_is_refused(names, path, held):
    assert isinstance(names, Names)
    wrong = {"windws": 3}
    value = [wrong] if held.each else {"c1": wrong} if held.any_name else wrong
    for name in reversed(path):
        value = {name: value}
    with pytest.raises(UnknownName) as refused:
        refuse_unknown(value, names)
    assert refused.value.field.endswith(".windws")
    assert refused.value.field.startswith(".".join(path))

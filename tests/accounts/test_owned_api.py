"""The base of API resources: ownership, idempotency and the audit log come with it."""

import pytest
from django.urls import include, path
from rest_framework import serializers
from rest_framework.routers import SimpleRouter

from accounts.api_base import OwnedViewSet
from accounts.models import AuditEvent, Share
from tests.accounts.things import Thing
from tests.factories import make_share


class ThingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Thing
        fields = ("id", "name")


class ThingViewSet(OwnedViewSet):
    queryset = Thing.objects.all()
    serializer_class = ThingSerializer


router = SimpleRouter(use_regex_path=False)
router.register("things", ThingViewSet)
urlpatterns = [path("api/v1/", include(router.urls))]
handler404 = "config.error_pages.not_found"

pytestmark = pytest.mark.urls(__name__)
LIST = "/api/v1/things/"


@pytest.fixture
def url(thing):
    return f"{LIST}{thing.pk}/"


def test_the_owner_lists_reads_changes_and_deletes(owner_api, thing, url):
    assert [row["id"] for row in owner_api.get(LIST).json()["results"]] == [str(thing.pk)]
    assert owner_api.patch(url, {"name": "renamed"}).json()["name"] == "renamed"
    assert owner_api.delete(url).status_code == 204
    assert AuditEvent.objects.filter(action="thing.deleted", actor_name="olive").exists()


def test_a_stranger_gets_404_for_every_verb_like_for_a_missing_one(stranger_api, thing, url):
    missing = LIST + "00000000-0000-4000-8000-000000000000/"
    for verb in ("get", "put", "patch", "delete"):
        foreign, absent = getattr(stranger_api, verb)(url), getattr(stranger_api, verb)(missing)
        assert foreign.status_code == absent.status_code == 404
        assert foreign.content == absent.content
    assert stranger_api.get(LIST).json()["results"] == []
    thing.refresh_from_db()


def test_a_reader_reads_and_is_told_that_it_is_only_for_reading(
    collaborator, collaborator_api, thing, url
):
    make_share(thing, collaborator)
    assert collaborator_api.get(url).status_code == 200
    assert collaborator_api.patch(url, {"name": "x"}).status_code == 403
    assert collaborator_api.delete(url).status_code == 403


def test_an_editor_changes_but_only_the_owner_deletes(collaborator, collaborator_api, thing, url):
    make_share(thing, collaborator, Share.Level.EDITOR)
    assert collaborator_api.patch(url, {"name": "x"}).status_code == 200
    assert collaborator_api.delete(url).json()["error"]["code"] == "not_allowed"


def test_signed_out_is_asked_to_sign_in(anonymous_api, url):
    answer = anonymous_api.get(url)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_authenticated"


def test_a_viewer_cannot_create(viewer_api, things):
    assert viewer_api.post(LIST, {"name": "x"}).status_code == 403
    assert not things.exists()


def test_a_created_thing_belongs_to_its_maker(owner_api, owner, things):
    assert owner_api.post(LIST, {"name": "x"}).status_code == 201
    assert things.get().owner == owner


def once(api, key="k1", body=None):
    return api.post(LIST, body or {"name": "x"}, headers={"Idempotency-Key": key})


def test_the_same_key_makes_one_thing_and_gets_the_same_answer(owner_api, things):
    first, second = once(owner_api), once(owner_api)
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert things.count() == 1


def test_keys_of_two_people_are_apart(owner_api, collaborator_api, things):
    assert once(owner_api).json() != once(collaborator_api).json()
    assert things.count() == 2


def test_a_key_for_another_body_is_refused(owner_api, things):
    once(owner_api)
    answer = once(owner_api, body={"name": "y"})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "idempotency_key_reused"


def test_a_failed_request_leaves_its_key_free(owner_api, things):
    assert once(owner_api, body={"name": "x" * 51}).status_code == 400
    assert once(owner_api).status_code == 201


def test_a_request_while_the_first_one_runs_is_a_conflict(owner_api, owner, things):
    once(owner_api)
    owner.idempotency_keys.update(status=None)
    assert once(owner_api).status_code == 409


@pytest.mark.parametrize("key", ["x" * 201])
def test_a_bad_key_is_refused(owner_api, things, key):
    assert once(owner_api, key=key).status_code == 422


@pytest.mark.parametrize(
    ("verb", "where", "body", "status", "code"),
    [
        ("post", LIST, "{not json", 400, "parse_error"),
        ("put", LIST, "{}", 405, "method_not_allowed"),
        ("get", "/api/v1/nothing/", None, 404, "not_found"),
        ("get", LIST + "not-a-uuid/", None, 404, "not_found"),
        ("post", LIST, '{"name": ""}', 400, "blank"),
    ],
)
def test_every_error_has_the_one_shape(owner_api, things, verb, where, body, status, code):
    send = getattr(owner_api, verb)
    answer = send(where) if body is None else send(where, body, content_type="application/json")
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message", "field", "hint"}

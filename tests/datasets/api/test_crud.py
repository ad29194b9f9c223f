"""`/api/v1/datasets/`: list, read, rename, delete."""

import uuid

import pytest

from accounts.models import Share
from datasets.models import Dataset
from tests.datasets.made import make_dataset
from tests.factories import make_share, make_token

LIST = "/api/v1/datasets/"


def one(dataset, action=""):
    return f"{LIST}{dataset.pk}/{action}"


def names(response):
    return [row["name"] for row in response.json()["results"]]


def test_the_list_holds_own_and_shared_datasets(owner, collaborator, owner_api):
    make_dataset(owner, name="Load")
    make_share(make_dataset(collaborator, name="Wind"), owner)
    make_dataset(collaborator, name="Secret")
    assert names(owner_api.get(LIST)) == ["Wind", "Load"]


def test_a_dataset_carries_the_facts_of_its_version(owner, owner_api):
    content = owner_api.get(one(make_dataset(owner, name="Load"))).json()
    assert content["status"] == "ready"
    assert content["owner"] == "olive"
    assert content["version"]["row_count"] == 240
    assert content["version"]["frequency"] == "h"
    assert content["version"]["start"] == "2026-01-01T00:00:00"


def test_search_and_status_narrow_the_list(owner, owner_api):
    make_dataset(owner, name="Load of Berlin")
    make_dataset(owner, name="Load of Paris", status="error")
    assert names(owner_api.get(LIST, {"search": "berlin"})) == ["Load of Berlin"]
    assert names(owner_api.get(LIST, {"status": "error"})) == ["Load of Paris"]


def test_an_unknown_status_is_answered_with_the_known_ones(owner_api):
    error = owner_api.get(LIST, {"status": "done"}).json()["error"]
    assert error["field"] == "status"
    assert "uploading, processing, ready, error" in error["message"]


def test_the_cursor_walks_through_everything_once(owner, owner_api):
    for _ in range(7):
        make_dataset(owner)
    seen, address = [], f"{LIST}?page_size=3"
    while address:
        content = owner_api.get(address).json()
        seen += [row["id"] for row in content["results"]]
        address = content["next"]
    assert sorted(seen) == sorted(str(pk) for pk in Dataset.objects.values_list("pk", flat=True))


def test_a_rename_changes_the_name_and_nothing_else(owner, owner_api):
    dataset = make_dataset(owner, name="Load", description="as it was")
    said = {"name": " Wind \n power ", "status": "error", "owner": "sam", "record_count": 1}
    content = owner_api.patch(one(dataset), said).json()
    dataset.refresh_from_db()
    assert content["name"] == dataset.name == "Wind power"
    assert (dataset.description, dataset.status) == ("as it was", "ready")
    assert (dataset.owner, dataset.record_count) == (owner, 240)


@pytest.mark.parametrize("name", ["", "   ", None, "x" * 201, {"a": 1}])
def test_a_bad_name_is_refused_at_its_field(owner, owner_api, name):
    response = owner_api.patch(one(make_dataset(owner)), {"name": name})
    assert response.status_code in {400, 422}
    assert response.json()["error"]["field"] == "name"


def test_delete_removes_it(owner, owner_api):
    assert owner_api.delete(one(make_dataset(owner))).status_code == 204
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    "action", ["", "preview/", "profile/", "columns/", "versions/", "chart/", "rows/", "download/"]
)
def test_a_stranger_finds_nothing(owner, stranger_api, action):
    assert stranger_api.get(one(make_dataset(owner), action)).status_code == 404


@pytest.mark.parametrize(
    ("method", "action"), [("patch", ""), ("delete", ""), ("post", "read-again/")]
)
def test_a_stranger_changes_nothing(owner, stranger_api, method, action):
    dataset = make_dataset(owner)
    response = getattr(stranger_api, method)(one(dataset, action), {"name": "x"})
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("method", "action"), [("patch", ""), ("delete", ""), ("post", "read-again/")]
)
def test_a_person_who_may_look_may_not_change(
    owner, collaborator, collaborator_api, method, action
):
    dataset = make_dataset(owner, name="Load")
    make_share(dataset, collaborator)
    assert collaborator_api.get(one(dataset)).status_code == 200
    response = getattr(collaborator_api, method)(one(dataset, action), {"name": "x"})
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "not_allowed"


def test_an_editor_may_rename_but_not_delete(owner, collaborator, collaborator_api):
    dataset = make_dataset(owner)
    make_share(dataset, collaborator, Share.Level.EDITOR)
    assert collaborator_api.patch(one(dataset), {"name": "x"}).status_code == 200
    assert collaborator_api.delete(one(dataset)).status_code == 403


def test_signed_out_programs_are_told_how_to_sign_in(anonymous_api, db):
    response = anonymous_api.get(LIST)
    assert response.status_code == 401
    assert "Token alm_" in response.json()["error"]["hint"]


def test_a_token_that_may_read_may_not_write(owner, anonymous_api):
    dataset = make_dataset(owner)
    _, secret = make_token(owner, scopes=("read",))
    anonymous_api.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    assert anonymous_api.get(one(dataset)).status_code == 200
    assert anonymous_api.patch(one(dataset), {"name": "x"}).status_code == 403


@pytest.mark.parametrize("key", ["nonsense", uuid.uuid4(), "1"])
def test_an_id_that_does_not_exist_is_not_found(owner_api, key):
    assert owner_api.get(f"{LIST}{key}/").status_code == 404


@pytest.mark.parametrize("action", ["preview/", "rows/", "chart/", "profile/", "columns/"])
def test_a_file_that_is_still_read_answers_with_a_conflict(owner, owner_api, action):
    dataset = make_dataset(owner, status="processing")
    response = owner_api.get(one(dataset, action))
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "not_ready"


def test_more_datasets_cost_no_more_queries(owner, owner_api, django_assert_max_num_queries):
    for _ in range(40):
        make_dataset(owner)
    with django_assert_max_num_queries(6):
        owner_api.get(LIST)

"""The API describes itself, to signed-in people."""

import io

import pytest
import yaml
from django.core.management import call_command
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def schema():
    out, err = io.StringIO(), io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out, stderr=err)
    return yaml.safe_load(out.getvalue())


def test_the_schema_is_valid_and_draws_no_warning(schema):
    assert schema["info"]["title"] == "Almanac"


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/v1/datasets/", "get"),
        ("/api/v1/datasets/upload/", "post"),
        ("/api/v1/predictions/", "post"),
        ("/api/v1/jobs/{id}/cancel/", "post"),
        ("/api/v1/auth/login/", "post"),
    ],
)
def test_the_schema_names_what_the_documents_promise(schema, path, method):
    assert method in schema["paths"][path]


def test_every_action_says_what_it_does(schema):
    silent = [
        f"{method} {path}"
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post", "put", "patch", "delete"}
        and not (operation.get("description") or operation.get("summary"))
    ]
    assert silent == []


def test_strangers_do_not_see_the_schema(client):
    assert client.get(reverse("schema")).status_code == 401


def test_signed_in_people_can_browse_it(owner_client):
    page = owner_client.get(reverse("api-docs"))
    assert page.status_code == 200
    assert b"swagger-ui" in page.content
    assert owner_client.get(reverse("schema")).status_code == 200

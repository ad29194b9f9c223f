"""A token that may only read says so, and what to do."""

import pytest
from rest_framework.test import APIClient

from tests.factories import make_token

pytestmark = pytest.mark.django_db


def test_a_token_that_may_only_read_is_told_how_to_get_one_that_may_write(owner):
    _, secret = make_token(owner, ["read"])
    headers = {"Authorization": f"Token {secret}"}
    answer = APIClient().patch("/api/v1/auth/me/", {"name": "Changed"}, headers=headers)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (403, "not_allowed")
    assert error["message"] == "This token does not allow this."
    assert "read and write" in error["hint"]

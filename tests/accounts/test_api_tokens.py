"""Personal API tokens: shown once, hashed, scoped, ending."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiToken, AuditEvent, User
from tests.factories import make_token

ME = "/api/v1/auth/me/"
TOKENS = "/api/v1/auth/tokens/"


def call(secret, scheme="Token"):
    return APIClient().get(ME, headers={"Authorization": f"{scheme} {secret}"})


def patch(secret):
    headers = {"Authorization": f"Token {secret}"}
    return APIClient().patch(ME, {"name": "Changed"}, headers=headers)


def test_a_token_made_by_api_works_and_is_shown_once(owner_api, owner):
    made = owner_api.post(TOKENS, {"name": "notebook", "scopes": ["read"], "days": 30})
    assert made.status_code == 201
    secret = made.json()["token"]
    assert secret.startswith("alm_")
    assert call(secret).json()["username"] == "olive"
    listed = owner_api.get(TOKENS).json()["results"]
    assert [row["name"] for row in listed] == ["notebook"]
    assert secret not in str(listed)


@pytest.mark.parametrize("scheme", ["Token", "token", "Bearer"])
def test_both_spellings_of_the_header_work(owner, scheme):
    _, secret = make_token(owner)
    assert call(secret, scheme).status_code == 200


def test_only_the_hash_is_stored(owner):
    row, secret = make_token(owner)
    row.refresh_from_db()
    assert secret not in str(vars(row))
    assert row.prefix == secret[:8]


def test_a_reading_token_cannot_write_and_a_writing_one_can(owner):
    _, reader = make_token(owner, ["read"])
    _, writer = make_token(owner, ["write"])
    assert patch(reader).status_code == 403
    assert patch(writer).status_code == 200
    owner.refresh_from_db()
    assert owner.name == "Changed"


def test_an_ended_revoked_or_unknown_token_is_refused(owner):
    ended, ended_secret = make_token(owner)
    ApiToken.objects.filter(pk=ended.pk).update(expires_at=timezone.now())
    revoked, revoked_secret = make_token(owner)
    revoked.revoke()
    answers = [call(ended_secret), call(revoked_secret), call("alm_unknown")]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1


def test_deactivation_ends_tokens_at_once(owner):
    _, secret = make_token(owner)
    User.objects.update(is_active=False)
    assert call(secret).status_code == 401


def test_the_last_use_is_noted_at_most_once_a_minute(owner):
    row, secret = make_token(owner)
    call(secret)
    row.refresh_from_db()
    first = row.last_used_at
    assert timezone.now() - first < timedelta(seconds=5)
    call(secret)
    row.refresh_from_db()
    assert row.last_used_at == first


def test_revoking_by_api_is_recorded(owner_api, owner):
    row, secret = make_token(owner)
    assert owner_api.delete(f"{TOKENS}{row.pk}/").status_code == 204
    assert call(secret).status_code == 401
    assert AuditEvent.objects.filter(action="token.revoked", target_id=str(row.pk)).exists()


def test_a_stranger_cannot_revoke(stranger_api, owner):
    row, secret = make_token(owner)
    assert stranger_api.delete(f"{TOKENS}{row.pk}/").status_code == 404
    assert call(secret).status_code == 200


def test_a_token_cannot_make_tokens(owner):
    _, secret = make_token(owner)
    headers = {"Authorization": f"Token {secret}"}
    answer = APIClient().post(TOKENS, {"name": "heir", "scopes": ["write"]}, headers=headers)
    assert answer.status_code == 403
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    "bad", [{"name": ""}, {"scopes": []}, {"scopes": ["root"]}, {"days": 0}, {"days": 10**6}]
)
def test_a_bad_field_makes_no_token(owner_api, bad):
    answer = owner_api.post(TOKENS, {"name": "n", "scopes": ["read"], "days": 30, **bad})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"].split(".")[0] == next(iter(bad))
    assert not ApiToken.objects.exists()


def test_there_is_a_limit_to_tokens(owner_api, owner):
    for _ in range(50):
        make_token(owner)
    assert owner_api.post(TOKENS, {"name": "n"}).status_code == 409

"""JWT: sign in, refresh once, and lose everything when it matters."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import AuditEvent, RefreshFamily, User
from tests.factories import PASSWORD, make_user

AUTH = "/api/v1/auth/"

pytestmark = pytest.mark.usefixtures("fresh_counters")


@pytest.fixture
def person(db):
    return make_user("paula", password=PASSWORD)


@pytest.fixture
def pair(person):
    return sign_in(person.username).json()


def sign_in(name, password=PASSWORD):
    return APIClient().post(AUTH + "login/", {"username": name, "password": password})


def me(access):
    return APIClient().get(AUTH + "me/", headers={"Authorization": f"Bearer {access}"})


def refresh(token):
    return APIClient().post(AUTH + "refresh/", {"refresh": token})


def test_sign_in_by_user_name_or_email_gives_a_working_pair(person):
    for name in ("paula", "PAULA@example.org"):
        answer = sign_in(name)
        assert answer.status_code == 200
        assert me(answer.json()["access"]).json()["username"] == "paula"


def test_access_lasts_five_minutes(pair):
    token = AccessToken(pair["access"])
    assert token.lifetime == timedelta(minutes=5)
    assert token["exp"] - token["iat"] == 300


def test_wrong_password_unknown_name_and_deactivated_sound_the_same(person):
    make_user("gone", password=PASSWORD, is_active=False)
    answers = [sign_in("paula", "wrong"), sign_in("nobody"), sign_in("gone")]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["error"]["code"] == "wrong_credentials"


def test_refresh_gives_a_new_pair(pair):
    fresh = refresh(pair["refresh"]).json()
    assert fresh["refresh"] != pair["refresh"]
    assert me(fresh["access"]).status_code == 200


def test_a_reused_refresh_token_ends_the_whole_family(pair):
    fresh = refresh(pair["refresh"]).json()
    assert refresh(pair["refresh"]).status_code == 401
    assert refresh(fresh["refresh"]).status_code == 401
    assert me(fresh["access"]).status_code == 401
    assert AuditEvent.objects.filter(action="jwt.refresh_reused").exists()


def test_one_family_falls_without_the_others(person, pair):
    other = sign_in("paula").json()
    refresh(pair["refresh"])
    refresh(pair["refresh"])
    assert me(other["access"]).status_code == 200


def test_logout_ends_access_and_refresh(pair):
    assert APIClient().post(AUTH + "logout/", {"refresh": pair["refresh"]}).status_code == 204
    assert me(pair["access"]).status_code == 401
    assert refresh(pair["refresh"]).status_code == 401


def test_a_new_password_ends_all(person, pair):
    person.set_password("another long passphrase")
    person.save()
    assert me(pair["access"]).status_code == 401
    assert refresh(pair["refresh"]).status_code == 401


def test_deactivation_ends_all_at_once(person, pair):
    User.objects.update(is_active=False)
    assert me(pair["access"]).status_code == 401
    assert refresh(pair["refresh"]).status_code == 401


def test_an_expired_access_token_is_refused(person, pair):
    token = AccessToken(pair["access"])
    token.set_exp(lifetime=-timedelta(seconds=1))
    assert me(str(token)).status_code == 401


@pytest.mark.parametrize("junk", ["", "x", "a.b.c", "alm_", "é"])
def test_junk_is_refused_in_the_one_shape(db, junk):
    answer = refresh(junk)
    assert answer.status_code in {400, 401}
    assert set(answer.json()["error"]) == {"code", "message", "field", "hint"}


def test_an_access_token_is_no_refresh_token_and_the_other_way_round(pair):
    assert refresh(pair["access"]).status_code == 401
    assert me(pair["refresh"]).status_code == 401


def test_a_token_signed_by_someone_else_is_refused(pair, settings):
    head, body, _ = pair["access"].split(".")
    assert me(f"{head}.{body}.{'A' * 43}").status_code == 401


def test_five_wrong_passwords_lock_the_account_for_a_while(person):
    answers = [sign_in("paula", "wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers[:5]] == [401] * 5
    assert answers[5].status_code == 429
    assert int(answers[5]["Retry-After"]) > 0
    assert sign_in("paula").status_code == 429


def test_sign_in_leaves_no_second_way_back_after_end_of_family(pair):
    RefreshFamily.objects.revoke()
    assert me(pair["access"]).status_code == 401

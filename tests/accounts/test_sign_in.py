"""Signing in, out, up, and resetting a password in the browser."""

import re

import pytest
from django.core import mail

from accounts.models import AuditEvent, User
from tests.conftest import browser_of
from tests.factories import PASSWORD, make_user

LOGIN = "/accounts/login/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]


@pytest.fixture
def person():
    return make_user("paula", password=PASSWORD)


def sign_in(client, name="paula", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": name, "password": password, **more})


@pytest.mark.parametrize("name", ["paula", "paula@example.org", "PAULA@EXAMPLE.ORG"])
def test_user_name_or_email_opens_the_door(client, person, name):
    assert sign_in(client, name).status_code == 302
    assert client.get("/account/").status_code == 200
    assert AuditEvent.objects.filter(action="session.started", actor=person).exists()


def words(response):
    page = re.sub(r"<(head|script).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return " ".join(page.split())


def test_wrong_password_and_unknown_name_sound_the_same(client, person):
    wrong, unknown = sign_in(client, "paula", "wrong"), sign_in(client, "nobody", "wrong")
    assert words(wrong) == words(unknown)
    assert "_auth_user_id" not in client.session


def test_too_many_wrong_passwords_close_the_door_for_a_while(client, person):
    for _ in range(6):
        sign_in(client, "paula", "wrong")
    sign_in(client)
    assert "_auth_user_id" not in client.session


def test_too_many_tries_from_one_address_get_429_and_a_time(client, person):
    answers = [sign_in(client, f"nobody{number}", "x") for number in range(21)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "60"


def test_the_session_id_changes_at_sign_in(client, person):
    client.get(LOGIN)
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_kept_signed_in_only_when_asked(client, person):
    sign_in(client)
    assert client.session.get_expire_at_browser_close()
    client.logout()
    sign_in(client, remember="on")
    assert not client.session.get_expire_at_browser_close()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example"])
def test_sign_in_does_not_send_people_to_other_sites(client, person, target):
    answer = client.post(f"{LOGIN}?next={target}", {"login": "paula", "password": PASSWORD})
    assert "evil" not in answer["Location"]


def test_signing_out_takes_a_post(client, person):
    sign_in(client)
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/account/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/account/").status_code == 302


def test_sign_up_is_closed_by_default(client):
    form = {"email": "n@example.org", "username": "n", "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post("/accounts/signup/", form)
    assert answer.status_code == 200
    assert not User.objects.exists()


def test_sign_up_where_open(client, settings):
    settings.SIGNUP_OPEN = True
    form = {
        "email": "nina@example.org",
        "username": "nina",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    assert client.post("/accounts/signup/", form).status_code == 302
    assert User.objects.get().role == User.Role.ANALYST
    assert client.get("/account/").status_code == 200


def reset_path():
    return re.search(r"/accounts/password/reset/key/\S+", mail.outbox[0].body).group()


def test_a_forgotten_password_is_reset_by_mail_and_ends_other_sessions(client, person):
    elsewhere = browser_of(person)
    client.post("/accounts/password/reset/", {"email": "paula@example.org"})
    form_page = client.get(reset_path(), follow=True)
    form = {"password1": "another fine passphrase", "password2": "another fine passphrase"}
    client.post(form_page.redirect_chain[-1][0], form)
    assert sign_in(client, password="another fine passphrase").status_code == 302
    assert elsewhere.get("/account/").status_code == 302


def test_a_reset_link_works_once(client, person):
    client.post("/accounts/password/reset/", {"email": "paula@example.org"})
    page = client.get(reset_path(), follow=True)
    form = {"password1": "another fine passphrase", "password2": "another fine passphrase"}
    client.post(page.redirect_chain[-1][0], form)
    again = client.get(reset_path(), follow=True)
    assert again.context["token_fail"]


def test_asking_for_a_reset_does_not_tell_who_has_an_account(client, person):
    known = client.post("/accounts/password/reset/", {"email": "paula@example.org"}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "no@example.org"}, follow=True)
    assert words(known) == words(unknown)
    assert len(mail.outbox) == 1


def test_changing_the_password_keeps_this_browser_and_ends_the_others(client, person):
    sign_in(client)
    elsewhere = browser_of(person)
    form = {
        "oldpassword": PASSWORD,
        "password1": "another fine passphrase",
        "password2": "another fine passphrase",
    }
    client.post("/accounts/password/change/", form)
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert AuditEvent.objects.filter(action="password.changed").exists()


@pytest.mark.parametrize(
    "path",
    [
        "login/",
        "logout/",
        "signup/",
        "password/reset/",
        "password/reset/done/",
        "password/change/",
        "password/reset/key/x-y/",
        "password/reset/key/done/",
        "inactive/",
        "email/",
        "confirm-email/",
        "confirm-email/none/",
        "reauthenticate/",
        "sessions/",
    ],
)
def test_every_page_of_sign_in_renders(client, person, path):
    if not path.startswith(("login", "signup")):
        sign_in(client)
    assert client.get(f"/accounts/{path}", follow=True).status_code == 200


def test_the_legend_says_the_shortest_and_the_longest_day(client):
    text = client.get(LOGIN).content.decode()
    assert "7 h 44 min" in text
    assert "16 h 43 min" in text

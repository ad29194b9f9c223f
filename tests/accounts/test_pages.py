"""The account page: profile, tokens, sessions, switches."""

import uuid

import pytest
from django.test import Client

from accounts.jwt import sign_in
from accounts.models import ApiToken, RefreshFamily, User
from tests.conftest import browser_of
from tests.factories import make_token, make_user

ACCOUNT = "/account/"
PROFILE = {"name": "Olive", "language": "zh-hans", "timezone": "Europe/Berlin", "theme": "dark"}
HTMX = {"HX-Request": "true"}


def test_the_page_shows_who_one_is(owner_client):
    page = owner_client.get(ACCOUNT).content.decode()
    assert "olive@example.org" in page
    assert 'value="olive"' in page


def test_signed_out_goes_to_sign_in(client, db):
    answer = client.get(ACCOUNT)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/account/")


def test_a_signed_out_fragment_takes_the_whole_page_to_sign_in(client, db):
    headers = {**HTMX, "HX-Current-URL": "http://testserver/account/?a=1"}
    answer = client.post("/account/profile/", headers=headers)
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Faccount%2F"


def test_the_profile_is_saved(owner_client, owner):
    owner_client.post("/account/profile/", {**PROFILE, "keyboard_shortcuts": "on"})
    owner.refresh_from_db()
    assert (owner.name, owner.language, owner.timezone, owner.theme, owner.keyboard_shortcuts) == (
        "Olive",
        "zh-hans",
        "Europe/Berlin",
        "dark",
        True,
    )


def test_a_new_language_or_theme_reloads_the_page_and_a_new_name_does_not(owner_client):
    answer = owner_client.post("/account/profile/", PROFILE, headers=HTMX)
    assert answer["HX-Refresh"] == "true"
    answer = owner_client.post("/account/profile/", {**PROFILE, "name": "O"}, headers=HTMX)
    assert "HX-Refresh" not in answer


def test_role_and_email_are_not_ones_own_to_change(owner_client, owner):
    owner_client.post("/account/profile/", {**PROFILE, "role": "admin", "email": "x@example.org"})
    owner.refresh_from_db()
    assert (owner.role, owner.email) == ("analyst", "olive@example.org")


@pytest.mark.parametrize(
    ("field", "value"),
    [("theme", "pink"), ("timezone", "Mars/Base"), ("language", "tlh"), ("name", "x" * 151)],
)
def test_a_bad_setting_is_refused(owner_client, owner, field, value):
    answer = owner_client.post("/account/profile/", {**PROFILE, field: value})
    assert answer.status_code == 422
    owner.refresh_from_db()
    assert getattr(owner, field) != value


def test_pages_speak_the_persons_language(owner_client, owner):
    assert owner_client.get(ACCOUNT)["Content-Language"] == "en"
    User.objects.update(language="zh-hans")
    assert owner_client.get(ACCOUNT)["Content-Language"] == "zh-hans"


def test_a_token_is_shown_once(owner_client, owner):
    form = {"name": "notebook", "access": "write", "lifetime": "30"}
    answer = owner_client.post("/account/tokens/", form)
    token = ApiToken.objects.get(owner=owner)
    page = answer.content.decode()
    secret = page.split("alm_")[1].split("<")[0]
    assert ApiToken.objects.matching(f"alm_{secret}").get() == token
    assert token.scopes == ["read", "write"]
    assert "no-store" in answer["Cache-Control"]
    assert secret not in owner_client.get(ACCOUNT).content.decode()


def test_a_token_can_be_revoked_by_its_owner_only(owner_client, stranger_client, owner):
    token, _ = make_token(owner)
    url = f"/account/tokens/{token.pk}/revoke/"
    assert stranger_client.post(url).status_code == 404
    assert ApiToken.objects.for_list(owner).exists()
    assert owner_client.post(url).status_code == 302
    assert not ApiToken.objects.for_list(owner).exists()
    assert owner_client.post(url).status_code == 404
    assert owner_client.post(f"/account/tokens/{uuid.uuid4()}/revoke/").status_code == 404


def session_rows(user):
    return user.usersession_set.order_by("pk")


def test_sessions_are_listed_and_one_can_be_ended(owner_client, owner):
    elsewhere = browser_of(owner)
    page = owner_client.get(ACCOUNT).content.decode()
    assert page.count("/end/") == 2  # form action and htmx of the one other session
    other = session_rows(owner).exclude(session_key=owner_client.session.session_key).get()
    assert owner_client.post(f"/account/sessions/{other.pk}/end/").status_code == 302
    assert elsewhere.get(ACCOUNT).status_code == 302
    assert owner_client.get(ACCOUNT).status_code == 200


def test_a_stranger_cannot_end_a_session(owner_client, stranger_client, owner):
    mine = session_rows(owner).get()
    assert stranger_client.post(f"/account/sessions/{mine.pk}/end/").status_code == 404
    assert owner_client.get(ACCOUNT).status_code == 200


def test_log_out_everywhere_else_ends_browsers_and_api_sign_ins(owner_client, owner):
    elsewhere = browser_of(owner)
    sign_in(owner)
    owner_client.post("/account/sessions/end-others/")
    assert elsewhere.get(ACCOUNT).status_code == 302
    assert not RefreshFamily.objects.alive().exists()
    assert owner_client.get(ACCOUNT).status_code == 200


def test_deactivation_ends_the_session_at_once(owner_client, owner):
    User.objects.update(is_active=False)
    assert owner_client.get(ACCOUNT).status_code == 302


def test_theme_and_language_switch_for_a_person(owner_client, owner):
    owner_client.post("/account/theme/", {"theme": "dark"})
    answer = owner_client.post("/account/language/", {"language": "zh-hans"}, headers=HTMX)
    owner.refresh_from_db()
    assert (owner.theme, owner.language) == ("dark", "zh-hans")
    assert answer["HX-Refresh"] == "true"


def test_the_language_switches_without_an_account(client, db):
    client.post("/account/language/", {"language": "zh-hans", "next": "/accounts/login/"})
    assert client.get("/accounts/login/")["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_a_switch_does_not_send_people_to_other_sites(owner_client, target):
    answer = owner_client.post("/account/theme/", {"theme": "dark", "next": target})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("wrong", ["post"])
def test_the_account_page_only_answers_get(owner_client, wrong):
    assert getattr(owner_client, wrong)(ACCOUNT).status_code == 405


def test_a_form_without_its_token_is_refused(owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post("/account/theme/", {"theme": "dark"}).status_code == 403


def test_a_viewer_has_an_account_page_too(viewer_client):
    assert viewer_client.get(ACCOUNT).status_code == 200


def test_html_in_a_name_is_only_text(db):
    user = make_user("mallory", name='"><script>x</script>')
    assert "<script>x" not in browser_of(user).get(ACCOUNT).content.decode()

"""The link with which the first administrator is made."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from accounts.models import SetupToken, User
from accounts.setup import setup_link

BASE = "http://127.0.0.1:8000"
FORM = {
    "username": "ada",
    "email": "ada@example.org",
    "password1": "a long enough passphrase",
    "password2": "a long enough passphrase",
}


def without_csrf(response):
    """The page without the token that is new in every answer."""
    return re.sub(rb'(csrf[^>]*?(?:content|value)=")[^"]+', rb"\1", response.content)


@pytest.fixture
def link(db):
    return urlsplit(setup_link(BASE)).path


def test_the_link_makes_the_first_administrator_and_signs_in(client, link):
    answer = client.post(link, FORM)
    assert answer.status_code == 302
    ada = User.objects.get()
    assert (ada.username, ada.role, ada.is_staff) == ("ada", User.Role.ADMIN, True)
    assert client.get("/api/v1/auth/me/").json()["username"] == "ada"


def test_the_page_shows_its_form(client, link):
    page = client.get(link)
    assert page.status_code == 200
    assert "password1" in page.content.decode()


def test_only_its_fingerprint_is_kept(link):
    secret = link.split("/")[2]
    kept = SetupToken.objects.get()
    assert secret not in str(vars(kept))
    assert len(kept.token_hash) == 64


def test_after_use_every_link_is_the_same_404(client, link):
    client.post(link, FORM)
    client.logout()
    used, unknown = client.get(link), client.get("/setup/nothing/")
    assert used.status_code == unknown.status_code == 404
    assert without_csrf(used) == without_csrf(unknown)
    assert client.post(link, {**FORM, "username": "eve", "email": "eve@x.org"}).status_code == 404
    assert User.objects.count() == 1


def test_no_link_once_an_administrator_exists(admin):
    assert setup_link(BASE) is None


def test_a_deactivated_administrator_does_not_open_setup_again(admin):
    User.objects.update(is_active=False)
    assert setup_link(BASE) is None


def test_a_new_link_ends_the_old_one(client, link):
    fresh = urlsplit(setup_link(BASE)).path
    assert client.get(link).status_code == 404
    assert client.get(fresh).status_code == 200


def test_a_link_ends_after_a_day(client, link):
    SetupToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(link).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("password1", "short"), ("password2", "another"), ("email", "no"), ("username", "a b")],
)
def test_a_bad_field_makes_no_account(client, link, field, value):
    answer = client.post(link, {**FORM, field: value})
    assert answer.status_code == 422
    assert not User.objects.exists()

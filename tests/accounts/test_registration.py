"""Making an account by oneself, where the installation allows it."""

import pytest
from django.core import mail
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import make_user

REGISTER = "/api/v1/auth/register/"
NEW = {"username": "nina", "email": "nina@example.org", "password": "a long enough passphrase"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]


@pytest.fixture
def open_signup(settings):
    settings.SIGNUP_OPEN = True


def register(**changes):
    return APIClient().post(REGISTER, {**NEW, **changes})


def test_closed_by_default():
    answer = register()
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "signup_closed"
    assert not User.objects.exists()


@pytest.mark.usefixtures("open_signup")
def test_a_new_person_is_an_analyst_and_can_sign_in():
    assert register().status_code == 201
    assert User.objects.get().role == User.Role.ANALYST
    body = {"username": "nina", "password": NEW["password"]}
    assert APIClient().post("/api/v1/auth/login/", body).status_code == 200


@pytest.mark.usefixtures("open_signup")
def test_a_known_email_gets_the_same_answer_and_a_mail():
    make_user("owner", email="nina@example.org")
    known = register()
    assert known.status_code == 201
    assert User.objects.count() == 1
    assert mail.outbox[0].to == ["nina@example.org"]
    User.objects.all().delete()
    assert register().content == known.content


@pytest.mark.usefixtures("open_signup")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", ""),
        ("username", "a\x00b"),
        ("email", "nope"),
        ("password", "short"),
        ("password", "123456789012"),
        ("password", "nina@example.org"),
    ],
)
def test_a_bad_field_is_named(field, value):
    answer = register(**{field: value})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field
    assert not User.objects.exists()


@pytest.mark.usefixtures("open_signup")
def test_a_taken_name_is_refused_whatever_its_case():
    make_user("nina", email="other@example.org")
    assert register(username="NINA").json()["error"]["field"] == "username"


@pytest.mark.usefixtures("open_signup")
def test_a_role_cannot_be_asked_for():
    answer = register(role="admin", is_active=False)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "role")
    assert not User.objects.exists()

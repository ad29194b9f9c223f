"""Django's admin: staff only, searchable, no secrets, nothing changed without a trace."""

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.urls import reverse

from accounts import audit
from accounts.models import ApiToken, AuditEvent, User
from tests.factories import make_token

OURS = [
    model
    for model in django_admin.site._registry
    if model._meta.app_label in {"accounts", "usersessions", "account"}
]


def changelist(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_every_list_opens_and_searches(admin_client, model):
    assert django_admin.site._registry[model].get_search_fields(None)
    assert admin_client.get(changelist(model), {"q": "a"}).status_code == 200


def test_every_accounts_model_is_there():
    assert set(apps.get_app_config("accounts").get_models()) <= set(OURS)


def test_only_staff_get_in(owner_client, client, db):
    assert owner_client.get("/admin/", follow=True).status_code == 403
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def test_the_admin_form_cannot_be_used_to_guess_passwords(client, db):
    answer = client.post("/admin/login/", {"username": "ada", "password": "x"})
    assert answer["Location"].startswith("/accounts/login/")


def test_secrets_are_not_shown(admin_client, owner):
    token, _ = make_token(owner)
    page = admin_client.get(reverse("admin:accounts_apitoken_change", args=[token.pk]))
    assert token.token_hash not in page.content.decode()
    person = admin_client.get(reverse("admin:accounts_user_change", args=[owner.pk]))
    assert owner.password not in person.content.decode()


def test_the_audit_log_is_read_only(admin_client, owner):
    entry = audit.record(owner, "x")
    url = reverse("admin:accounts_auditevent_change", args=[entry.pk])
    assert admin_client.get(url).status_code == 200
    assert admin_client.post(url, {"action": "y"}).status_code == 403
    assert admin_client.get(reverse("admin:accounts_auditevent_add")).status_code == 403


def test_a_new_person_is_made_and_recorded(admin_client):
    form = {
        "username": "nina",
        "email": "nina@example.org",
        "role": "viewer",
        "password1": "a long enough passphrase",
        "password2": "a long enough passphrase",
    }
    assert admin_client.post(reverse("admin:accounts_user_add"), form).status_code == 302
    assert User.objects.get(username="nina").role == User.Role.VIEWER
    assert AuditEvent.objects.filter(action="admin.user.added", actor_name="ada").exists()


def test_deactivating_is_recorded_and_spares_oneself(admin_client, admin, owner):
    form = {"action": "deactivate", "_selected_action": [str(owner.pk), str(admin.pk)]}
    admin_client.post(reverse("admin:accounts_user_changelist"), form)
    assert User.objects.filter(is_active=True).get() == admin
    assert AuditEvent.objects.filter(action="user.deactivated").count() == 1


def test_a_token_can_be_revoked(admin_client, owner):
    token, _ = make_token(owner)
    form = {"action": "revoke", "_selected_action": [str(token.pk)]}
    admin_client.post(reverse("admin:accounts_apitoken_changelist"), form)
    assert not ApiToken.objects.for_list(owner).exists()


def test_a_new_password_can_be_set_for_a_person(admin_client, owner):
    url = reverse("admin:auth_user_password_change", args=[owner.pk])
    form = {"password1": "another fine passphrase", "password2": "another fine passphrase"}
    assert admin_client.get(url).status_code == 200
    admin_client.post(url, {**form, "usable_password": "true"})
    owner.refresh_from_db()
    assert owner.check_password("another fine passphrase")

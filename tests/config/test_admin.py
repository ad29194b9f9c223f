"""Django's admin knows every model of ours and can search it."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

OURS = ("accounts", "jobs", "datasets", "forecasting")
MODELS = [model for app in OURS for model in apps.get_app_config(app).get_models()]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_is_in_the_admin_and_searchable(model):
    assert admin.site.is_registered(model)
    assert admin.site.get_model_admin(model).search_fields


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_list_opens_and_answers_a_search(model, admin_client):
    meta = model._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    assert admin_client.get(url, {"q": "anything"}).status_code == 200

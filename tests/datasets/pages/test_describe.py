"""Renaming and describing."""

import pytest
from django.urls import reverse

from accounts.models import Share
from tests.datasets.made import make_dataset
from tests.factories import make_share


@pytest.fixture
def dataset(owner):
    return make_dataset(owner, name="Load")


def address(dataset):
    return reverse("datasets:describe", args=[dataset.pk])


def test_the_owner_renames_and_describes(dataset, owner_client):
    said = {"name": "  Electricity\n load ", "description": "Berlin, hourly"}
    response = owner_client.post(address(dataset), said)
    dataset.refresh_from_db()
    assert response["Location"] == dataset.get_absolute_url()
    assert (dataset.name, dataset.description) == ("Electricity load", "Berlin, hourly")


def test_the_dialog_is_the_form_alone(dataset, owner_client):
    text = owner_client.get(address(dataset), headers={"HX-Request": "true"}).content.decode()
    assert text.lstrip().startswith("<dialog")
    assert 'value="Load"' in text


def test_a_stranger_finds_nothing(dataset, stranger_client):
    assert stranger_client.post(address(dataset), {"name": "x"}).status_code == 404


def test_a_person_who_may_look_may_not_rename(dataset, collaborator, collaborator_client):
    make_share(dataset, collaborator)
    assert collaborator_client.post(address(dataset), {"name": "x"}).status_code == 403
    dataset.refresh_from_db()
    assert dataset.name == "Load"


def test_an_editor_may_rename(dataset, collaborator, collaborator_client):
    make_share(dataset, collaborator, Share.Level.EDITOR)
    assert collaborator_client.post(address(dataset), {"name": "Wind"}).status_code == 302


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": ""}, "Give the dataset a name"),
        ({"name": "x" * 201}, "200"),
        ({"name": "x", "description": "y" * 4001}, "4001 characters. Use 4000 or fewer."),
    ],
)
def test_what_is_wrong_is_said_at_the_field(dataset, owner_client, said, words):
    response = owner_client.post(address(dataset), said)
    assert response.status_code == 422
    assert words in response.content.decode().replace("4,00", "400")
    dataset.refresh_from_db()
    assert dataset.name == "Load"

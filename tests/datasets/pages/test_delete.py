"""Deleting a dataset with its files."""

import pytest
from django.urls import reverse

from accounts.models import Share
from datasets.models import Dataset
from tests.datasets.made import make_dataset
from tests.factories import make_share


@pytest.fixture
def dataset(owner):
    return make_dataset(owner, name="Load")


def address(dataset):
    return reverse("datasets:delete", args=[dataset.pk])


def test_the_question_names_what_goes_with_it(dataset, owner_client):
    text = owner_client.get(address(dataset)).content.decode()
    assert "Delete Load?" in text
    assert "240 rows" in text
    assert "This cannot be undone." in text


def test_asking_deletes_nothing(dataset, owner_client):
    owner_client.get(address(dataset), headers={"HX-Request": "true"})
    assert Dataset.objects.filter(pk=dataset.pk).exists()


def test_the_owner_deletes_it(dataset, owner_client):
    response = owner_client.post(address(dataset))
    assert response["Location"] == reverse("datasets:list")
    assert not Dataset.objects.exists()


def test_its_files_go_with_it(hourly, owner_client, own_files, django_capture_on_commit_callbacks):
    assert [p for p in (own_files / "storage").rglob("*") if p.is_file()]
    with django_capture_on_commit_callbacks(execute=True):
        owner_client.post(address(hourly))
    assert [p for p in (own_files / "storage").rglob("*") if p.is_file()] == []


def test_a_stranger_finds_nothing(dataset, stranger_client):
    assert stranger_client.post(address(dataset)).status_code == 404
    assert Dataset.objects.exists()


@pytest.mark.parametrize("level", [Share.Level.VIEWER, Share.Level.EDITOR])
def test_only_the_owner_may(dataset, collaborator, collaborator_client, level):
    make_share(dataset, collaborator, level)
    assert collaborator_client.post(address(dataset)).status_code == 403
    assert Dataset.objects.exists()

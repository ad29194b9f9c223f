"""Finding datasets: in the search, and by staff."""

import pytest
from django.urls import reverse

from accounts.models import User
from datasets.models import Dataset
from datasets.search import find
from tests.datasets.given import read, upload
from tests.factories import make_share, make_user

TABLE = "day,y\n2026-01-01,1\n2026-01-02,2\n"


def titles(user, text):
    return [
        hit.title for group in find(user, text) if group.name == "datasets" for hit in group.hits
    ]


def test_people_find_their_own_and_what_is_shared_with_them(owner, collaborator, stranger):
    dataset = upload(owner, TABLE, name="Berlin load 2026.csv")
    upload(stranger, TABLE, name="Berlin secrets.csv")
    make_share(dataset, collaborator)
    assert titles(owner, "berlin") == ["Berlin load 2026"]
    assert titles(collaborator, "load BERLIN") == ["Berlin load 2026"]
    assert titles(owner, "paris") == []


def test_the_list_costs_the_same_however_long_it_is(owner, django_assert_num_queries):
    for _ in range(3):
        read(owner, TABLE)
    with django_assert_num_queries(2):
        assert [dataset.current_version.number for dataset in Dataset.objects.for_list(owner)] == [
            1
        ] * 3


@pytest.mark.parametrize("model", ["dataset", "version", "column"])
def test_staff_search_every_model(admin_client, owner, model):
    version = read(owner, TABLE)
    text = "y" if model == "column" else version.dataset.name
    answer = admin_client.get(reverse(f"admin:datasets_{model}_changelist"), {"q": text})
    assert answer.status_code == 200
    assert version.dataset.name in answer.content.decode()


def test_the_admin_of_a_dataset_opens(admin_client, owner):
    dataset = read(owner, TABLE).dataset
    answer = admin_client.get(reverse("admin:datasets_dataset_change", args=[dataset.pk]))
    assert answer.status_code == 200


def test_deleting_in_the_admin_takes_the_files_along(
    admin_client, owner, own_files, django_capture_on_commit_callbacks
):
    dataset = read(owner, TABLE).dataset
    address = reverse("admin:datasets_dataset_delete", args=[dataset.pk])
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(address, {"post": "yes"})
    assert not Dataset.objects.exists()
    assert not [path for path in own_files.rglob("*") if path.is_file()]
    assert User.objects.filter(pk=owner.pk).exists()
    assert make_user()

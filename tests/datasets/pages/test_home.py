"""Home."""

import re

import pytest
from django.urls import reverse

from datasets.models import Dataset
from tests.datasets.made import make_dataset

HOME = reverse("datasets:home")
SAMPLE = reverse("datasets:sample")


def test_a_new_person_sees_a_drop_zone_and_samples_and_nothing_else_to_learn(owner_client):
    text = owner_client.get(HOME).content.decode()
    assert "Drop a file. See a forecast in about a second." in text
    assert len(re.findall(r'name="sample" value="', text)) >= 3
    assert "Pick up where you left off" not in text


def test_recent_data_waits_for_the_person(owner, owner_client):
    make_dataset(owner, name="Load", record_count=17420)
    text = owner_client.get(HOME).content.decode()
    assert "Pick up where you left off" in text
    assert "17,420 rows, hourly" in text


def test_home_shows_only_what_is_mine(owner, stranger_client):
    make_dataset(owner, name="Load of Berlin")
    assert "Load of Berlin" not in stranger_client.get(HOME).content.decode()


def test_one_click_makes_a_sample_into_a_dataset(owner, owner_client):
    key = re.search(r'name="sample" value="([^"]+)"', owner_client.get(HOME).content.decode())[1]
    response = owner_client.post(SAMPLE, {"sample": key})
    dataset = Dataset.objects.get(owner=owner)
    assert response["Location"] == dataset.get_absolute_url()


def test_an_unknown_sample_is_refused_in_a_sentence(owner_client):
    response = owner_client.post(SAMPLE, {"sample": "moon"})
    assert response.status_code == 422
    assert "There is no sample with this name" in response.content.decode()


def test_a_viewer_cannot_make_a_sample(viewer_client):
    assert viewer_client.post(SAMPLE, {"sample": "electricity"}).status_code == 403
    assert not Dataset.objects.exists()


@pytest.mark.parametrize("address", [HOME, SAMPLE])
def test_signed_out_people_go_to_sign_in(client, db, address):
    assert "next=" in client.get(address)["Location"]


def test_home_costs_few_queries_however_much_there_is(
    owner, owner_client, django_assert_max_num_queries
):
    for _ in range(30):
        make_dataset(owner)
    with django_assert_max_num_queries(11):
        owner_client.get(HOME)

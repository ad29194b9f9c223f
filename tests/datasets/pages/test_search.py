"""The palette."""

from django.urls import reverse

from tests.datasets.made import make_dataset

SEARCH = reverse("datasets:search")
HTMX = {"HX-Request": "true"}


def found(client, text):
    return client.get(SEARCH, {"q": text}, headers=HTMX).content.decode()


def test_data_is_found_by_name(owner, owner_client):
    dataset = make_dataset(owner, name="Electricity load")
    text = found(owner_client, "electr")
    assert f'href="{dataset.get_absolute_url()}"' in text
    assert "Electricity load" in text
    assert "<html" not in text


def test_nobody_finds_what_is_not_theirs(owner, stranger_client):
    make_dataset(owner, name="Electricity load")
    assert "Electricity load" not in found(stranger_client, "electr")


def test_an_empty_box_offers_commands(owner_client):
    text = found(owner_client, "")
    assert "Commands" in text
    assert reverse("datasets:upload") in text


def test_nothing_found_says_what_to_try(owner_client):
    text = found(owner_client, "<zebra>")
    assert "Nothing is called “&lt;zebra&gt;”. Try one word of the name." in text


def test_a_very_long_question_is_cut(owner_client):
    assert owner_client.get(SEARCH, {"q": "x" * 5000}, headers=HTMX).status_code == 200


def test_without_the_script_it_is_a_page(owner_client):
    assert "<html" in owner_client.get(SEARCH, {"q": "load"}).content.decode()


def test_signed_out_people_find_nothing(client, db):
    assert client.get(SEARCH, {"q": "load"}).status_code == 302

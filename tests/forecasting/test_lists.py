"""Lists of forecasts and models, and the cards that other pages ask for."""

import pytest
from django.urls import reverse

from datasets.search import find
from forecasting import racing, tasks
from forecasting.engine.errors import TrainingError
from forecasting.models import TrainedModel
from tests.conftest import browser_of
from tests.datasets.made import make_dataset
from tests.factories import make_share
from tests.forecasting.made import answered, ready_to_race, share, start_forecast

pytestmark = pytest.mark.django_db
LIST, MODELS = "forecasting:list", "forecasting:models"


def page(client, name, *args, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_forecasts_are_listed_newest_first_with_leader_and_score(owner, owner_client):
    first = answered(owner)
    second = start_forecast(owner, make_dataset(owner), name="Second")
    html = page(owner_client, LIST)
    assert html.index("Second") < html.index(first.name)
    assert "Linear" in html
    assert "Waiting" in html
    assert second.get_absolute_url() in html


def test_the_list_is_searched_by_name_and_dataset_and_narrowed_by_state(owner, owner_client):
    start_forecast(owner, make_dataset(owner, name="Solar"), name="Sun")
    start_forecast(owner, make_dataset(owner, name="Wind"), name="Breeze")
    assert "Breeze" not in page(owner_client, LIST, q="sol")
    assert "Sun" in page(owner_client, LIST, q="sol")
    assert "Nothing matches “nothing”" in page(owner_client, LIST, q="nothing")
    assert "Sun" in page(owner_client, LIST, state="running")
    assert "No forecast is in this state" in page(owner_client, LIST, state="failed")


def test_without_forecasts_there_is_one_next_action(owner, owner_client):
    assert reverse("datasets:upload") in page(owner_client, LIST)
    make_dataset(owner)
    html = page(owner_client, LIST)
    assert "No forecasts yet" in html
    assert reverse("forecasting:new") in html


def test_a_long_list_has_pages(owner, owner_client):
    dataset = make_dataset(owner)
    for number in range(51):
        start_forecast(owner, dataset, name=f"Number {number}")
    html = page(owner_client, LIST)
    assert "Number 50" in html
    assert "Number 0<" not in html
    assert 'rel="next"' in html


def test_the_list_costs_the_same_for_one_and_for_many(
    owner, owner_client, django_assert_max_num_queries
):
    dataset = make_dataset(owner)
    for _ in range(15):
        start_forecast(owner, dataset)
    with django_assert_max_num_queries(14):
        page(owner_client, LIST)


def test_others_see_what_is_shared_with_them_only(owner, collaborator, stranger_client):
    task = start_forecast(owner, make_dataset(owner), name="Ours")
    share(task, collaborator)
    assert "Ours" in page(browser_of(collaborator), LIST)
    assert "by olive" in page(browser_of(collaborator), LIST)
    assert "Ours" not in page(stranger_client, LIST)


def test_a_dataset_page_asks_for_its_forecasts(owner, owner_client, stranger_client, collaborator):
    task = answered(owner)
    url = reverse("forecasting:for_dataset", args=[task.dataset_id])
    assert task.name in owner_client.get(url).content.decode()
    assert stranger_client.get(url).status_code == 404
    make_share(task.dataset, collaborator)
    html = browser_of(collaborator).get(url).content.decode()
    assert "No forecast was made from this dataset yet." in html


def test_home_asks_for_the_newest(owner, owner_client, stranger_client):
    task = answered(owner)
    html = page(owner_client, "forecasting:recent_card")
    assert html.startswith("<tbody>")
    assert task.name in html
    assert 'class="spark' in html
    assert task.name not in page(stranger_client, "forecasting:recent_card")


def test_before_the_first_forecast_there_are_no_models(owner_client):
    assert "No models yet" in page(owner_client, MODELS)


def test_the_card_of_a_model_says_how_good_it_is_and_where_it_comes_from(owner, owner_client):
    task = answered(owner)
    html = page(owner_client, "forecasting:model", task.model_id)
    assert "MASE, 6 windows" in html
    assert "leads its forecast" in html
    assert f"Meant for {task.dataset.name}, up to 24 hours ahead" in html
    assert task.version.content_hash[:8] in html
    assert task.get_absolute_url() in html
    assert reverse("forecasting:model_download", args=[task.model_id]) in html


def test_the_card_of_a_model_that_failed_leads_to_its_forecast(owner, owner_client, monkeypatch):
    task = ready_to_race(owner, "window_mean")
    row = TrainedModel.objects.create(
        owner=owner,
        name="LSTM",
        type="lstm",
        dataset=task.dataset,
        version=task.version,
        job=task.training_job,
    )

    def refuse(*_given, **_choices):
        raise TrainingError("Training broke down in epoch %(epoch)s. Lower it.", epoch=1)
        yield

    monkeypatch.setattr(racing, "race", refuse)
    tasks.train_forecast(str(task.training_job_id))
    html = page(owner_client, "forecasting:model", row.pk)
    assert "Training broke down in epoch 1." in html
    assert task.get_absolute_url() in html
    assert "<dt>MASE</dt>" in html
    assert "<dt>Started</dt>" in html


def test_settings_of_a_model_read_alike_in_both_languages(owner, owner_client):
    task = answered(owner)
    row = task.model
    row.parameters |= {"max_windows": 80000, "learning_rate": 0.001, "loss": "mae"}
    row.save(update_fields=["parameters"])
    for language in ("en", "zh-hans"):
        address = reverse("forecasting:model", args=[row.pk])
        html = owner_client.get(address, headers={"accept-language": language}).content.decode()
        for shown in ("80,000", "0.001", "mae"):
            assert f"<dd>{shown}</dd>" in html


def test_strangers_find_no_model(owner, stranger_client):
    task = answered(owner)
    for name in ("forecasting:model", "forecasting:model_download"):
        assert stranger_client.get(reverse(name, args=[task.model_id])).status_code == 404


def test_the_palette_finds_forecasts_and_models_of_this_person(owner, stranger):
    task = answered(owner)
    found = {group.name: [hit.url for hit in group.hits] for group in find(owner, task.name)}
    assert found["forecasts"] == [task.get_absolute_url()]
    assert task.model.get_absolute_url() in found["models"]
    assert all(group.name not in {"forecasts", "models"} for group in find(stranger, task.name))
    assert all(group.name != "forecasts" for group in find(owner, "nothing like it"))

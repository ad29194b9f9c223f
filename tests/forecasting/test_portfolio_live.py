"""The list of series while a race goes on: it follows the race, and says what it shows."""

import re

import pytest

from forecasting import tasks
from tests.forecasting.made import again, answered, ready_to_race, share
from tests.forecasting.test_portfolio import look, shops

pytestmark = pytest.mark.django_db


def scored_of(html):
    """What a page says of the numbers that it shows."""
    return re.search(r'id="forecast-state" data-scored="([^"]*)"', html)[1]


@pytest.fixture
def racing(owner):
    return ready_to_race(owner, "window_mean", dataset=shops(owner, stores=3, days=120))


def test_the_list_follows_the_job_that_races(owner_client, racing):
    html = look(owner_client, racing, sort="mase", q="shop")
    live = re.search(r'<div hidden id="portfolio-live"[^>]*>', html)[0]
    assert f'data-live-job="{racing.training_job_id}"' in live
    assert "portfolio-live.js" in html
    assert "updated live" in html
    # The report of the race holds the first tab, which must not take the place of this one.
    only = re.search(r'data-live-only="([^"]+)"', live)[1].split()
    assert "forecast" not in only
    assert {"forecast-state", "forecast-actions"} <= set(only)


def test_what_a_report_says_changes_when_a_model_is_scored(owner, owner_client, racing):
    before = scored_of(look(owner_client, racing))
    assert scored_of(look(owner_client, racing)) == before
    report = owner_client.get(f"/jobs/{racing.training_job_id}/fragment/").content.decode()
    assert scored_of(report) == before
    tasks.train_forecast(str(racing.training_job_id))
    after = again(racing)
    assert after.results.filter(name="window_mean").exists()
    assert scored_of(look(owner_client, after)) != before


def test_one_who_may_only_read_asks_now_and_then(collaborator, collaborator_client, racing):
    share(racing, collaborator)
    html = look(collaborator_client, racing)
    live = re.search(r'<div hidden id="portfolio-live"[^>]*>', html)[0]
    assert "data-live-job" not in live
    assert 'hx-trigger="every 4s"' in live
    assert 'hx-select="#forecast-state"' in live


@pytest.mark.parametrize("door", ["finish", "cancel"])
def test_who_ends_it_from_the_list_stays_there(owner_client, racing, door):
    page = f"{racing.get_absolute_url()}series/?q=shop+1&sort=mase"
    heads = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": f"http://testserver{page}"}
    answer = owner_client.post(f"{racing.get_absolute_url()}{door}/", **heads)
    assert answer["HX-Redirect"] == page


@pytest.mark.parametrize("where", ["http://testserver/jobs/", "https://elsewhere.example/", ""])
def test_from_elsewhere_ending_leads_to_the_forecast(owner_client, racing, where):
    heads = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": where}
    answer = owner_client.post(f"{racing.get_absolute_url()}cancel/", **heads)
    assert answer["HX-Redirect"] == racing.get_absolute_url()


def test_at_the_end_nothing_follows_any_more(owner, owner_client):
    html = look(owner_client, answered(owner, shops(owner, stores=3), horizon=7))
    assert "portfolio-live" not in html
    assert "updated live" not in html

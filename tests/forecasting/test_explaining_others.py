"""Series of which the model learned nothing: said so, and never explained by another series."""

import pytest

from accounts.problems import Problem
from forecasting import backtests, stood_in
from forecasting.engine.errors import EngineError
from forecasting.explaining import explain_jobs
from forecasting.models import Explanation
from forecasting.models.explanation import EDITION
from forecasting.stood_in import StoodIn
from tests.forecasting.made import answered
from tests.forecasting.test_portfolio import shops as many_shops
from tests.forecasting.test_scant_series import ONE, shops

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(owner):
    return answered(owner, shops(owner, "new"), horizon=7)


@pytest.mark.parametrize("tab", ["components", "drivers", "why"])
def test_pages_that_explain_say_that_another_rule_answers(owner_client, task, tab):
    page = f"{task.get_absolute_url()}{tab}/"
    html = owner_client.get(page, {"series": "new"}).content.decode()
    assert html.count(ONE) == 1
    assert "No model answers for new" in html
    assert "/explain/" not in html
    assert "/explain/" in owner_client.get(page, {"series": "a"}).content.decode()


def test_asking_for_it_is_refused_with_the_reason_and_starts_nothing(owner_client, owner_api, task):
    api = f"/api/v1/predictions/{task.pk}/explanation/"
    answer = owner_api.post(f"{api}?series=new")
    assert answer.status_code == 422
    assert ONE in answer.content.decode()
    told = owner_api.get(api, {"series": "new"}).json()
    assert (told["series"], told["ready"], told["found"]) == ("new", False, None)
    assert told["stood_in"].startswith(ONE)
    assert owner_api.get(api, {"series": "a"}).json()["stood_in"] == ""
    owner_client.post(f"{task.get_absolute_url()}explain/?series=new", {"to": "components"})
    assert not Explanation.objects.exists()


def test_what_was_kept_of_another_series_is_not_shown(owner_client, task):
    result = task.results.ranked().first()
    sections = {"parts": [{"template": "Of another series.", "details": {}}]}
    Explanation.objects.create(
        result=result, series="new", found={"edition": EDITION, "sections": sections}
    )
    html = owner_client.get(
        f"{task.get_absolute_url()}components/", {"series": "new"}
    ).content.decode()
    assert "Of another series" not in html


def test_its_residuals_are_those_of_nobody_else(owner_client, owner_api, task):
    page = f"{task.get_absolute_url()}residuals/"
    html = owner_client.get(page, {"series": "new"}).content.decode()
    assert html.count(ONE) == 1
    assert "No model answers for new" in html
    told = owner_api.get(f"/api/v1/predictions/{task.pk}/residuals/", {"series": "new"}).json()
    assert (told["series"], told["values"]) == ("new", 0)
    assert told["stood_in"].startswith(ONE)


def test_a_series_that_its_model_gave_up_on_is_not_explained_either(owner, owner_client):
    task = answered(owner, shops(owner), horizon=7)
    result = task.results.ranked().first()
    why = EngineError(stood_in.NOT_FITTED, model=result.name)
    result.metrics["stood_in"] = StoodIn({"b": why}).keep(task)
    result.save(update_fields=["metrics"])
    html = owner_client.get(f"{task.get_absolute_url()}drivers/", {"series": "b"}).content.decode()
    assert "It repeats its last season instead." in html
    assert "/explain/" not in html


def test_the_engine_is_never_asked_about_another_series(task):
    result = task.results.ranked().select_related("model").first()
    with pytest.raises(EngineError, match="new"):
        explain_jobs.find(result, "new")


def test_a_series_far_down_a_long_list_has_its_own_residuals(owner, owner_api):
    task = answered(owner, many_shops(owner, stores=210, days=130), horizon=30)
    result = task.results.ranked().first()
    assert explain_jobs.series_of(result, "shop 209") == "shop 209"
    told = owner_api.get(f"/api/v1/predictions/{task.pk}/residuals/", {"series": "shop 209"}).json()
    own = backtests.residuals(result, "shop 209")["residual"]
    assert told["series"] == "shop 209"
    assert told["mean"] == pytest.approx(own.mean())
    nobody = owner_api.get(f"/api/v1/predictions/{task.pk}/residuals/", {"series": "shop 999"})
    assert nobody.json()["series"] == "shop 1"


def test_a_problem_says_what_to_do(task):
    result = task.results.ranked().select_related("model").first()
    with pytest.raises(Problem, match="Choose another series"):
        explain_jobs.start(result, "new")

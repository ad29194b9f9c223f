"""The registry in the browser: lines with champion and challenger, cards, promotion, comparison."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from forecasting import wording
from forecasting.models import Alias, ModelLine, TrainedModel
from forecasting.registry import cards, comparing, promoting, shown
from tests.datasets.made import read_dataset
from tests.forecasting.made import answered, hourly_dataset, share

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
LOADING = """
import sys
import forecasting.engine as tfb
model = tfb.load(sys.argv[1])
print(model.predict().to_frame().to_json(orient="split", date_format="iso"))
assert "django" not in sys.modules and "torch" not in sys.modules
"""


def page(client, view, /, *args, **query):
    answer = client.get(reverse(f"forecasting:{view}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client, view, /, *args, **data):
    return client.post(reverse(f"forecasting:{view}", args=args), data)


@pytest.fixture
def twice(owner):
    """Two forecasts of the same: a champion and a challenger."""
    dataset = hourly_dataset(owner)
    return answered(owner, dataset), answered(owner, dataset)


def line_of(task):
    return ModelLine.objects.get(dataset=task.dataset)


def test_a_line_shows_champion_challenger_and_how_they_compare(twice, owner_client):
    html = page(owner_client, "models")
    assert "load-24h" in html
    assert "Champion against challenger" in html
    assert "shared windows" in html
    assert "Promote v4" in html
    assert "v1 became the first champion" in html
    assert "v4 challenges the champion" in html


def test_lines_are_searched_and_narrowed(owner, owner_client):
    task = answered(owner)
    assert "load-24h" in page(owner_client, "models", q="load-24")
    assert "load-24h" in page(owner_client, "models", q="linear")
    assert "No model fits" in page(owner_client, "models", q="nothing")
    assert "load-24h" in page(owner_client, "models", state="steady")
    assert "No model fits" in page(owner_client, "models", state="attention")
    TrainedModel.objects.filter(pk=task.model_id).update(accuracy=-0.2)
    html = page(owner_client, "models", state="attention")
    assert "Worse than naive" in html


def test_the_list_costs_the_same_for_one_and_for_many(
    owner, owner_client, django_assert_max_num_queries
):
    dataset = hourly_dataset(owner)
    for horizon in (6, 12, 24, 48):
        answered(owner, dataset, horizon=horizon)
    with django_assert_max_num_queries(22):
        page(owner_client, "models")


def test_a_long_list_has_pages(owner, owner_client):
    task = answered(owner)
    for number in range(51):
        ModelLine.objects.create(
            owner=owner,
            name=f"line-{number}",
            key=str(number),
            dataset=task.dataset,
            horizon=1,
            frequency="h",
        )
    html = page(owner_client, "models")
    assert 'rel="next"' in html
    assert ">line-50<" in html
    assert ">line-0<" not in html


def test_others_see_lines_of_models_that_are_shared_with_them(
    owner, collaborator, collaborator_client, stranger_client
):
    task = answered(owner)
    assert "load-24h" not in page(collaborator_client, "models")
    share(task.model, collaborator)
    assert "load-24h" in page(collaborator_client, "models")
    assert "load-24h" not in page(stranger_client, "models")


def test_a_press_promotes_the_challenger_and_another_takes_it_back(twice, owner, owner_client):
    first, second = twice
    answer = post(owner_client, "model_promote", second.model_id)
    assert answer.status_code == 302
    assert line_of(first).champion.model == second.model
    assert AuditEvent.objects.filter(action="model.promoted", actor=owner).count() == 1
    assert "v4 became champion, replacing v1" in page(owner_client, "model_events")
    assert "by olive" in page(owner_client, "model_events")
    post(owner_client, "line_roll_back", line_of(first).pk)
    assert line_of(first).champion.model == first.model


def test_a_promotion_returns_to_the_page_it_came_from_and_to_no_other_site(twice, owner_client):
    here = post(owner_client, "model_promote", twice[1].model_id, next="/models/")
    assert here["Location"] == "/models/"
    away = post(owner_client, "model_promote", twice[0].model_id, next="https://evil.example/")
    assert away["Location"] == twice[0].model.get_absolute_url()


def test_a_version_is_made_challenger_and_withdrawn(owner, owner_client):
    task = answered(owner)
    naive = task.results.get(type="naive").model
    post(owner_client, "model_promote", naive.pk, alias="challenger")
    assert line_of(task).challenger.model == naive
    post(owner_client, "line_withdraw", line_of(task).pk)
    assert line_of(task).challenger is None


def test_a_refused_promotion_is_a_sentence(owner, owner_client):
    answer = post(owner_client, "model_promote", answered(owner).model_id)
    assert answer.status_code == 409
    assert "is the champion already" in answer.content.decode()


def test_readers_of_a_model_may_not_promote_it(owner, collaborator, collaborator_client):
    task = answered(owner)
    share(task.model, collaborator)
    assert post(collaborator_client, "model_promote", task.model_id).status_code == 403


def test_the_card_has_snippets_environment_and_history(owner, owner_client):
    task = answered(owner)
    html = page(owner_client, "model", task.model_id)
    assert "tfb.load(&quot;load-24h-v1.zip&quot;)" in html
    assert f"/api/v1/models/{task.model_id}/predict/" in html
    assert "v1 became the first champion" in html
    assert "numpy" in html


def test_name_and_notes_are_kept_and_shown(owner, owner_client):
    task = answered(owner)
    answer = post(
        owner_client, "model_describe", task.model_id, name="Load of the north", notes="Check <b>"
    )
    assert answer.status_code == 302
    html = page(owner_client, "model", task.model_id)
    assert "Load of the north" in html
    assert "Check &lt;b&gt;" in html
    empty = post(owner_client, "model_describe", task.model_id, name=" ", notes="")
    assert empty.status_code == 422
    assert "such as load-7d" in empty.content.decode()


def test_a_model_in_use_is_not_deleted_and_another_one_is(owner, owner_client):
    task = answered(owner)
    assert post(owner_client, "model_delete", task.model_id).status_code == 409
    naive = task.results.get(type="naive").model
    assert "Delete load-24h v3?" in page(owner_client, "model_delete", naive.pk)
    assert post(owner_client, "model_delete", naive.pk).status_code == 302
    assert not TrainedModel.objects.filter(pk=naive.pk).exists()


def test_the_download_loads_in_three_lines_without_django(owner, owner_client, tmp_path):
    task = answered(owner)
    row = task.results.get(type="linear").model
    answer = owner_client.get(reverse("forecasting:model_download", args=[row.pk]))
    assert 'filename="load-24h-v1.zip"' in answer["Content-Disposition"]
    path = tmp_path / "load-24h-v1.zip"
    path.write_bytes(answer.content)
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert names == ["model.json", "model.safetensors", "card.md"]
    done = subprocess.run(
        [sys.executable, "-c", LOADING, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    table = json.loads(done.stdout)
    mean = [one[table["columns"].index("linear")] for one in table["data"]]
    [stored] = row.results.get().predictions["series"]
    assert mean == pytest.approx(stored["mean"], rel=1e-9)


def test_the_card_as_markdown_carries_the_numbers_and_no_markup_of_others(owner, owner_client):
    task = answered(owner)
    row = task.results.get(type="linear").model
    cards.describe(row, {"notes": "# not a heading | <script>"})
    text = page(owner_client, "model_markdown", row.pk)
    assert text.startswith("# load-24h v1\n")
    assert task.version.content_hash in text
    assert f"| MASE | {row.metrics['mase']:.4g}"[:14] in text
    assert "\\# not a heading | \\<script\\>" in text


def test_two_models_are_compared_setting_by_setting_and_window_by_window(owner, owner_client):
    task = answered(owner)
    linear, naive = (task.results.get(type=kind).model for kind in ("linear", "naive"))
    html = page(owner_client, "model_compare", a=linear.pk, b=naive.pk)
    assert "v1 Linear is" in html
    assert "more accurate than v3 Naive over 6 shared windows" in html
    assert "p = " in html or "p &lt; " in html
    assert "lookback" in html
    assert "True" not in html


def test_the_test_of_a_comparison_is_that_of_diebold_and_mariano(owner):
    """Errors 1, 2, 3, 4 against 2, 4, 5, 7: the gaps are -1, -2, -2, -3.

    Their mean is -2, their variance (1 + 0 + 0 + 1) / 4 = 1/2, that of the mean 1/8. With n = 4 and
    one step the correction is sqrt(3 / 4): t = -2 sqrt(3/4) / sqrt(1/8) = -sqrt(24) = -4.899 with
    3 degrees of freedom, two-sided p = 0.0163.
    """
    task = answered(owner)
    pair = [task.results.get(type=kind).model for kind in ("linear", "naive")]
    for row, errors in zip(pair, ((1, 2, 3, 4), (2, 4, 5, 7)), strict=True):
        row.metrics["windows"] = [
            {"cutoff": f"2026-01-{day:02d}T00:00:00", "mae": error, "coverage": {}}
            for day, error in enumerate(errors, 1)
        ]
        row.save()
    compared = comparing.compare(*pair)
    assert compared.test.statistic == pytest.approx(-4.899, abs=1e-3)
    assert compared.test.p_value == pytest.approx(0.0163, abs=1e-4)
    assert compared.gain == pytest.approx(1 - 10 / 18)
    assert compared.is_sure
    assert compared.verdict == (
        "v1 Linear is 44% more accurate than v3 Naive over 4 shared windows. "
        "That is more than luck, p = 0.016."
    )


def test_models_of_other_questions_say_why_their_windows_are_no_match(owner):
    one, other = answered(owner), answered(owner, horizon=6)
    compared = comparing.compare(one.model, other.model)
    assert compared.windows == []
    assert "different datasets" in compared.verdict


def test_the_page_offers_datasets_that_fit_and_says_why_others_do_not(owner, owner_client):
    task = answered(owner)
    rows = "\n".join(f"2026-01-{day:02d},{day}" for day in range(1, 29))
    read_dataset(owner, f"day,sales\n{rows}\n", name="sales.csv")
    html = page(owner_client, "model_use", task.model_id)
    assert "has steps of 1 day" in html
    assert "disabled" in html
    other = hourly_dataset(owner, hours=300, columns=("wind",))
    answer = post(owner_client, "model_use", task.model_id, dataset=other.pk)
    assert answer.status_code == 302
    assert "/forecasts/" in answer["Location"]


def test_everything_works_over_rest_too(twice, owner_api):
    first, second = twice
    line = line_of(first)
    lines = owner_api.get("/api/v1/model-lines/").json()["results"]
    assert lines[0]["champion"] == str(first.model_id)
    assert lines[0]["challenger"] == str(second.model_id)
    said = owner_api.get(f"/api/v1/models/{second.model_id}/").json()
    assert (said["number"], said["alias"], said["line"]) == (4, "challenger", str(line.pk))
    assert said["data_hash"] == second.version.content_hash
    changed = owner_api.patch(f"/api/v1/models/{second.model_id}/", {"notes": "Good"})
    assert changed.json()["notes"] == "Good"
    moved = owner_api.post(f"/api/v1/models/{second.model_id}/promote/").json()
    assert (moved["number"], moved["replaced_number"], moved["actor"]) == (4, 1, "olive")
    champion = owner_api.post(f"/api/v1/model-lines/{line.pk}/predict/").json()
    assert champion["number"] == 4
    back = owner_api.post(f"/api/v1/model-lines/{line.pk}/roll-back/").json()
    assert back["number"] == 1
    history = owner_api.get(f"/api/v1/model-lines/{line.pk}/history/").json()
    assert [one["reason"] for one in history] == ["rollback", "hand", "leads", "first"]
    versions = owner_api.get(f"/api/v1/model-lines/{line.pk}/versions/").json()
    assert [one["number"] for one in versions] == [6, 5, 4, 3, 2, 1]
    renamed = owner_api.patch(f"/api/v1/model-lines/{line.pk}/", {"name": "North"})
    assert renamed.json()["name"] == "North"
    pair = f"/api/v1/models/{first.model_id}/compare/?with={second.model_id}"
    assert len(owner_api.get(pair).json()["windows"]) == 6


def test_a_batch_is_a_job_whose_result_is_read_like_any_forecast(owner, owner_api):
    task = answered(owner)
    other = hourly_dataset(owner, hours=300, columns=("wind",))
    url = f"/api/v1/models/{task.model_id}/predict-batch/"
    answer = owner_api.post(url, {"dataset": str(other.pk)})
    assert answer.status_code == 202
    assert answer.json()["job"]["kind"] == "forecast_reuse"
    refused = owner_api.post(url, {"dataset": str(other.pk), "targets": ["time"]})
    assert refused.status_code == 422


def test_strangers_lend_nothing(owner, stranger_api, collaborator_api, collaborator, viewer_api):
    task = answered(owner)
    url = f"/api/v1/models/{task.model_id}/predict-batch/"
    assert stranger_api.post(url).status_code == 404
    assert viewer_api.post(url).status_code == 404
    share(task.model, collaborator)
    assert collaborator_api.post(url).status_code == 404
    mine = hourly_dataset(collaborator, hours=300, columns=("wind",))
    assert collaborator_api.post(url, {"dataset": str(mine.pk)}).status_code == 202


def test_an_alias_moves_once_when_two_press_together(twice):
    first, second = twice
    promoting.promote(second.model.registered, alias=Alias.CHAMPION)
    with pytest.raises(promoting.Conflict):
        promoting.promote(second.model.registered, alias=Alias.CHAMPION)
    assert line_of(first).promotions.filter(number=4, alias=Alias.CHAMPION).count() == 1


@pytest.mark.parametrize(
    ("one", "other", "wins"),
    [
        # As people read them, 83 % and 77 % are both three away from 80 %.
        (0.828, 0.774, (False, False)),
        (0.83, 0.78, (False, True)),
        (0.80, 0.95, (True, False)),
    ],
)
def test_coverage_wins_by_what_people_see_of_its_distance_from_the_level(one, other, wins):
    fact = shown._fact("In the 80% band", one, other, wording.percent, goal=0.8)
    assert (fact.one_wins, fact.other_wins) == wins

"""Ask what would be: by page, by API; keep it, compare it, share it, delete it."""

import numpy as np
import pytest
from django.test.html import Element, parse_html
from django.urls import reverse

from accounts.models import Share
from forecasting.models import Scenario
from forecasting.scenarios.forms import FIELDS
from tests.datasets.made import read_dataset
from tests.forecasting.made import raced, share

pytestmark = pytest.mark.django_db
HOURS, HORIZON = 240, 24
BAND = ("lo-80", "mean", "hi-80")


def plan_text():
    """Load is 100 plus three times the plan, which is known a day longer than the load."""
    lines = ["time,load,plan"]
    plan = np.random.default_rng(1).integers(0, 20, HOURS + HORIZON)
    for hour in range(HOURS + HORIZON):
        day, clock = divmod(hour, 24)
        load = f"{100 + 3 * plan[hour]}" if hour < HOURS else ""
        lines.append(f"2026-01-{day + 1:02d} {clock:02d}:00,{load},{plan[hour]}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def task(owner):
    dataset = read_dataset(owner, plan_text(), name="plan.csv")
    keys = {column.name: column.key for column in dataset.current_version.columns.all()}
    return raced(
        owner,
        "linear_stack",
        dataset=dataset,
        targets=[keys["load"]],
        names=["load"],
        covariates={"known": [keys["plan"]], "past": []},
        windows=2,
    )


def url(task, tail=""):
    return f"/api/v1/predictions/{task.pk}/scenarios/{tail}"


def ask(client, task, *changes, model="linear_stack", **more):
    body = {"changes": list(changes), "model": model, **more}
    return client.post(url(task, "preview/"), body, content_type="application/json")


def change(column, how, value, **steps):
    return {"column": column, "how": how, "value": value, **steps}


def span(column, begin, end, how="add", value=1):
    return {"column": column, "how": how, "value": value, "from": begin, "to": end}


def stored(column, how, value, first, last):
    """As a change of the eleventh of January is kept."""
    times = {"from": f"2026-01-11T{first - 1:02d}:00:00", "to": f"2026-01-11T{last - 1:02d}:00:00"}
    return change(column, how, float(value), first=first, last=last) | times


def test_nothing_changed_changes_nothing(owner_client, task):
    said = ask(owner_client, task).json()
    assert said["mean"] == said["base"]
    assert said["total_change"] == said["peak_change"] == 0
    zero = ask(owner_client, task, change("plan", "add", 0)).json()
    np.testing.assert_allclose(zero["mean"], zero["base"], rtol=1e-12)


def test_one_more_of_the_plan_is_three_more_of_the_load(owner_client, task):
    said = ask(owner_client, task, change("plan", "add", 2, first=5, last=8)).json()
    moved = np.array(said["difference"])
    np.testing.assert_allclose(moved[4:8], 6, atol=1.0)
    np.testing.assert_allclose(np.delete(moved, range(4, 8)), 0, atol=0.5)


def test_ten_percent_more_demand_and_an_outage_lie_on_the_answer(owner_client, task):
    said = ask(
        owner_client,
        task,
        change("load", "scale", 1.1),
        change("load", "set", 0, first=3, last=4),
    ).json()
    base, mean = np.array(said["base"]), np.array(said["mean"])
    assert mean[2] == mean[3] == 0
    np.testing.assert_allclose(np.delete(mean, [2, 3]), np.delete(base, [2, 3]) * 1.1)
    assert said["total"] == pytest.approx(np.delete(base, [2, 3]).sum() * 1.1)
    assert said["lo-80"][2] == said["hi-80"][2] == 0


def test_an_outage_is_written_by_its_hours_and_a_day_is_a_whole_day(owner_client, task):
    out = span("load", "2026-01-11 08:00", "2026-01-11T12:00", "set", 0)
    said = ask(owner_client, task, out).json()
    assert [hour for hour, load in enumerate(said["mean"]) if load == 0] == [8, 9, 10, 11, 12]
    # Between two steps a change begins with the next and ends with the one before.
    out = span("load", "2026-01-11 07:30", "2026-01-11 09:59", "set", 0)
    said = ask(owner_client, task, out).json()
    assert [hour for hour, load in enumerate(said["mean"]) if load == 0] == [8, 9]
    day = ask(owner_client, task, span("load", "2026-01-11", "2026-01-11", "set", 0)).json()
    assert set(day["mean"]) == {0}


def test_a_negative_factor_turns_a_band_upside_down_and_keeps_it_one(owner_client, task):
    said = ask(owner_client, task, change("load", "scale", -1)).json()
    np.testing.assert_allclose(said["mean"], -np.array(said["base"]))
    assert all(lo <= mid <= hi for lo, mid, hi in zip(*(said[k] for k in BAND), strict=True))
    assert said["total_change"] == pytest.approx(-2)


def test_a_changed_past_of_the_target_is_shown_to_the_model(owner_client, task):
    said = ask(owner_client, task, change("load", "scale", 5, first=-23, last=0), model="naive")
    assert said.json()["mean"][0] == pytest.approx(5 * said.json()["base"][0])


def test_a_model_that_looks_at_no_covariates_says_so_and_which_does(owner_client, task):
    answer = ask(owner_client, task, change("plan", "add", 2), model="naive")
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "covariates_unused"
    assert "looks at no covariates" in error["message"]
    assert "does: choose it" in error["message"]
    page = owner_client.get(reverse("forecasting:whatif", args=[task.pk]) + "?model=naive")
    assert "looks at no covariates" in page.content.decode()


def test_what_does_not_fit_is_said_in_a_sentence(owner_client, task):
    said = [
        ([change("rain", "add", 1)], "no column rain"),
        ([change("plan", "grow", 1)], "Change 1: choose add, scale or set"),
        ([change("plan", "add", "much")], "value must be a number"),
        ([change("plan", "add", 1, first=5, last=2)], "(step 5) to Sun 11 Jan 01:00 (step 2)"),
        ([change("plan", "add", 1, last=99)], "no later than Sun 11 Jan 23:00 (step 24)"),
        ([span("plan", "2026-01-11 08:00", "2026-01-12")], "to 2026-01-12 (step 48)"),
        ([span("plan", "2026-01-11 08:00", "2026-01-11 06:00")], "begin before it ends"),
        ([span("plan", "Tuesday", "")], "Tuesday is not a time. Write it as 2026-01-11 00:00"),
        ([change("plan", "add", 1, first=3, **{"from": "2026-01-11 08:00"})], "first says 3"),
        ([change("plan", "add", 1)] * 201, "too many"),
    ]
    for changes, words in said:
        answer = ask(owner_client, task, *changes)
        assert answer.status_code == 422
        assert words in answer.json()["error"]["message"]


def test_scenarios_are_kept_read_renamed_and_deleted(owner_client, task):
    body = {"changes": [change("plan", "add", 2)], "model": "linear_stack", "name": " Busy  day "}
    made = owner_client.post(url(task), body, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["name"] == "Busy day"
    again = owner_client.post(url(task), body, content_type="application/json")
    assert "already" in again.json()["error"]["message"]
    one = url(task, f"{made.json()['id']}/")
    assert owner_client.get(one).json()["answer"]["total_change"] > 0
    [listed] = owner_client.get(url(task)).json()
    assert listed["changes"][0]["value"] == 2
    new = owner_client.patch(one, {"name": "Calm"}, content_type="application/json")
    assert new.json()["name"] == "Calm"
    assert owner_client.delete(one).status_code == 204
    assert not Scenario.objects.exists()


def keep(client, task, name, *changes, model="linear_stack"):
    body = {"changes": list(changes), "model": model, "name": name}
    return client.post(url(task), body, content_type="application/json").json()


def test_a_scenario_is_replaced_whole_or_in_part(owner_client, task):
    made = keep(owner_client, task, "Busy", change("load", "scale", 2))
    keep(owner_client, task, "Calm", change("load", "scale", 0.5))
    one = url(task, f"{made['id']}/")
    body = {"name": "Twice", "model": "naive", "changes": [change("load", "scale", 3)]}
    whole = owner_client.patch(one, body, content_type="application/json").json()
    assert (whole["id"], whole["name"], whole["model"]) == (made["id"], "Twice", "naive")
    assert whole["answer"]["total_change"] == pytest.approx(2)
    part = {"changes": [change("load", "scale", 4)]}
    answer = owner_client.patch(one, part, content_type="application/json").json()
    assert (answer["name"], answer["model"]) == ("Twice", "naive")
    assert answer["answer"]["total_change"] == pytest.approx(3)
    for wrong, words in (
        ({"name": "Calm"}, "called Calm already"),
        ({"changes": []}, "Nothing is changed yet"),
        ({"model": "oracle"}, "No model oracle"),
    ):
        said = owner_client.patch(one, wrong, content_type="application/json")
        assert said.status_code == 422
        assert words in said.json()["error"]["message"]
    kept = owner_client.get(one).json()
    assert (kept["name"], kept["answer"]["total_change"]) == ("Twice", pytest.approx(3))


def test_putting_a_scenario_replaces_all_of_it_or_nothing(
    owner_client, viewer, viewer_client, task
):
    made = keep(owner_client, task, "Busy", change("load", "scale", 2), model="naive")
    keep(owner_client, task, "Calm", change("load", "scale", 0.5))
    one = url(task, f"{made['id']}/")

    def put(client=owner_client, **body):
        return client.put(one, body, content_type="application/json")

    said = put(name="  Half ", changes=[change("load", "scale", 0.5)]).json()
    assert "error" not in said, said
    leader = task.results.ranked().first().name
    # What is left out is the usual again, and not what it was.
    assert (said["id"], said["name"], said["model"]) == (made["id"], "Half", leader)
    assert said["answer"]["total_change"] == pytest.approx(-0.5)
    for body, words in (
        ({"changes": [change("load", "scale", 3)]}, "Give the scenario a name"),
        ({"name": "Half", "changes": []}, "Nothing is changed yet"),
        ({"name": "Half"}, "Send changes as a list"),
        ({"name": "Calm", "changes": [change("load", "scale", 3)]}, "called Calm already"),
        ({"name": "Half", "changes": [change("load", "scale", 3)], "model": "x"}, "No model x"),
    ):
        answer = put(**body)
        assert answer.status_code == 422, body
        assert words in answer.json()["error"]["message"]
    kept = owner_client.get(one).json()
    assert (kept["name"], kept["answer"]["total_change"]) == ("Half", pytest.approx(-0.5))
    share(task, viewer)
    body = {"name": "Mine", "changes": [change("load", "scale", 3)]}
    assert put(viewer_client, **body).status_code == 403


def test_scenarios_are_compared_as_numbers_and_as_a_file(owner_client, task):
    twice = keep(owner_client, task, "=Twice", change("load", "scale", 2))
    keep(owner_client, task, "Calm", change("load", "scale", 0.5))
    both = owner_client.get(url(task, "compare/")).json()
    assert [one["name"] for one in both["scenarios"]] == ["=Twice", "Calm"]
    assert [one["total_change"] for one in both["scenarios"]] == pytest.approx([1, -0.5])
    assert len(both["ds"]) == HORIZON
    one = owner_client.get(url(task, f"compare/?id={twice['id']}")).json()
    assert [row["name"] for row in one["scenarios"]] == ["=Twice"]
    lines = owner_client.get(url(task, "compare/?as=csv")).content.decode().splitlines()
    assert lines[0] == "scenario,model,series,ds,base,mean,difference"
    assert len(lines) == 1 + 2 * HORIZON
    name, _, series, ds, base, mean, _ = lines[1].split(",")
    assert (name, series, ds) == ("'=Twice", "load", "2026-01-11T00:00:00")
    assert float(mean) == pytest.approx(2 * float(base))
    unknown = owner_client.get(url(task, "compare/?id=none"))
    assert "no scenario none" in unknown.json()["error"]["message"]


def test_whoever_sees_the_forecast_sees_its_scenarios_and_only_editors_keep_them(
    client, owner_client, task, owner, stranger, collaborator
):
    body = {"changes": [change("load", "scale", 2)], "model": "naive", "name": "Twice"}
    made = owner_client.post(url(task), body, content_type="application/json").json()
    client.force_login(stranger)
    assert client.get(url(task)).status_code == 404
    assert ask(client, task).status_code == 404
    share(task, collaborator)
    client.force_login(collaborator)
    assert [one["name"] for one in client.get(url(task)).json()] == ["Twice"]
    assert ask(client, task, change("load", "scale", 2)).status_code == 200
    assert client.delete(url(task, f"{made['id']}/")).status_code == 403
    assert client.post(url(task), body, content_type="application/json").status_code == 403
    Share.objects.filter(person=collaborator).update(level=Share.Level.EDITOR)
    assert client.delete(url(task, f"{made['id']}/")).status_code == 204


def test_the_page_moves_with_its_sliders_and_keeps_what_is_saved(owner_client, task):
    page = reverse("forecasting:whatif", args=[task.pk])
    query = "?model=linear_stack"
    first = owner_client.get(page + query).content.decode()
    assert 'name="slide.plan"' in first
    said = {"slide.plan": "5", "target_scale": "0"}
    moved = owner_client.post(f"{page}outcome/{query}", said).content.decode()
    assert "Peak becomes" in moved
    assert "whatif-figure" in moved
    wrong = owner_client.post(f"{page}outcome/{query}", {"slide.plan": "much"}).content.decode()
    assert "much is not a number" in wrong
    owner_client.post(f"{page}keep/{query}", said | {"name": "Busy"})
    row = Scenario.objects.get()
    assert row.changes == [stored("plan", "add", 5.0, 1, HORIZON)]
    assert "Busy" in owner_client.get(page).content.decode()
    owner_client.post(reverse("forecasting:whatif_delete", args=[row.pk]))
    assert not Scenario.objects.exists()


def elements(node):
    """Every element of a page, in its order."""
    for child in node.children:
        if isinstance(child, Element):
            yield child
            yield from elements(child)


def fields(page):
    """What a browser would send at first: values by name."""
    found = {}
    [form] = [one for one in elements(parse_html(page)) if ("id", "whatif") in one.attributes]
    for one in elements(form):
        said = dict(one.attributes)
        if one.name == "select":
            options = [(dict(option.attributes), option) for option in elements(one)]
            said, option = next((pair for pair in options if "selected" in pair[0]), options[0])
            value = said.get("value", "".join(map(str, option.children)))
            found.setdefault(dict(one.attributes)["name"], []).append(value)
        elif one.name == "input" and "name" in said:
            found.setdefault(said["name"], []).append(said.get("value", ""))
    return found


def link_to(page, words):
    """Where a link with these words leads."""
    [link] = [
        one for one in elements(parse_html(page)) if one.name == "a" and words in one.children
    ]
    return dict(link.attributes)["href"]


def test_a_kept_scenario_is_opened_in_the_fields_it_was_made_with(
    client, owner_client, task, stranger
):
    changes = [
        change("plan", "add", 5, first=1, last=HORIZON),
        change("load", "scale", 1.1, first=1, last=HORIZON),
        change("plan", "set", 3, first=2, last=4),
    ]
    body = {"changes": changes, "model": "linear_stack", "name": "Busy"}
    made = owner_client.post(url(task), body, content_type="application/json").json()
    page = reverse("forecasting:whatif", args=[task.pk])
    kept = link_to(owner_client.get(page).content.decode(), "Busy")
    opened = owner_client.get(kept).content.decode()
    said = fields(opened)
    assert float(said["slide.plan"][0]) == 5
    assert said["target_scale"] == ["10"]
    times = ["2026-01-11T01:00", "2026-01-11T03:00"]
    assert [said[name][0] for name in FIELDS] == ["plan", "set", "3.0", *times]
    assert "Peak becomes" in opened
    assert said.pop("name") == ["Busy"]

    # Saved as it is, and then with less, under the name it has: one row, read again the same.
    query = "?model=linear_stack"
    owner_client.post(f"{page}keep/{query}", said | {"name": "Busy"})
    row = Scenario.objects.get()
    assert str(row.pk) == made["id"]
    assert row.changes == [stored(*one.values()) for one in changes]
    owner_client.post(f"{page}keep/{query}", said | {"name": "Busy", "value": ""})
    assert len(Scenario.objects.get().changes) == 2
    owner_client.post(f"{page}keep/{query}", said | {"name": "Calm"})
    assert set(Scenario.objects.values_list("name", flat=True)) == {"Busy", "Calm"}
    assert owner_client.get(f"{page}?scenario=none").status_code == 404
    client.force_login(stranger)
    assert client.get(f"{page}?scenario={row.pk}").status_code == 404


def test_the_result_has_a_card_that_answers_at_once(client, owner_client, task, stranger):
    result = owner_client.get(task.get_absolute_url()).content.decode()
    card = reverse("forecasting:whatif_card", args=[task.pk])
    assert card in result
    said = owner_client.get(f"{card}?model=linear_stack").content.decode()
    assert 'name="slide.plan"' in said
    assert reverse("forecasting:whatif", args=[task.pk]) in said
    assert 'id="whatif-peak"' in said
    task.results.update(model=None)
    assert "slide.plan" not in owner_client.get(card).content.decode()
    client.force_login(stranger)
    assert client.get(card).status_code == 404

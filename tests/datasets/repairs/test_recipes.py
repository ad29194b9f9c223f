"""Recipes: the same again, for data that come later, refused where they do not fit."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.problems import Conflict
from datasets.frames import read_frame
from datasets.models import Version
from datasets.problems import DatasetProblem
from datasets.quality.reports import report_of
from datasets.repairs import repair_jobs
from datasets.repairs.applying import apply_recipe, keep_for_new_data, repair_new_data
from datasets.repairs.preview import preview
from datasets.repairs.proposing import propose
from datasets.repairs.recipe import read_recipe
from datasets.versioning.versions import undo
from tests.datasets.given import read, read_kept, upload

REPAIR = [
    {"step": "sort"},
    {"step": "deduplicate", "settings": {"how": "mean"}},
    {"step": "fill", "settings": {"method": "linear"}},
]
GAPPED = "time,load\n" + "".join(
    f"2026-01-01 {h:02d}:00,{h * 10}\n" for h in (0, 1, 2, 5, 5, 6, 7, 8, 9, 10)
)


@pytest.fixture
def first(owner):
    return read(owner, GAPPED)


def test_a_recipe_makes_the_next_version_and_says_what_it_did(first, owner):
    version = apply_recipe(first, REPAIR, made_by=owner, note="tidy")
    assert read_frame(version)["load"].tolist() == [h * 10 for h in range(11)]
    assert (version.number, version.parent, version.origin) == (2, first, "repair")
    assert version.diff["steps"] == {"rows_merged": 1, "rows_added": 2, "values_filled": 2}
    assert (version.diff["rows_added"], version.diff["rows_removed"]) == (2, 1)
    assert report_of(version)["right"] == 1.0
    assert version.recipe == [{**step, "settings": step.get("settings", {}), "on": True}
                              for step in REPAIR]  # fmt: skip


def test_the_same_recipe_on_the_same_version_gives_the_same_content(first, owner):
    one = apply_recipe(first, REPAIR, made_by=owner)
    undo(first.dataset, owner)
    undone = first.dataset.versions.get(number=3)
    again = apply_recipe(undone, REPAIR, made_by=owner)
    assert again.content_hash == one.content_hash
    assert undone.content_hash == first.content_hash


def test_steps_that_are_off_do_nothing(first, owner):
    steps = [{**REPAIR[1], "on": False}, REPAIR[0]]
    version = apply_recipe(first, steps, made_by=owner)
    assert version.row_count == first.row_count


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.data(),
    count=st.integers(8, 40),
    slope=st.integers(-9, 9),
    step=st.sampled_from(["h", "15min", "D"]),
)
def test_any_shuffled_duplicated_gapped_series_repairs_to_the_regular_one(
    owner, data, count, slope, step
):
    import pandas as pd  # noqa: PLC0415

    times = pd.date_range("2026-01-01", periods=count, freq=step)
    whole = [(at.strftime("%Y-%m-%d %H:%M"), 100 + slope * place) for place, at in enumerate(times)]
    # First and last stay, as nothing says what came before or after; half of the steps stay.
    inner = data.draw(st.sets(st.integers(1, count - 2), max_size=max(1, count // 5)))
    kept = [row for place, row in enumerate(whole) if place not in inner]
    doubled = data.draw(st.lists(st.sampled_from(kept), max_size=5))
    shuffled = data.draw(st.permutations(kept + doubled))
    text = "time,load\n" + "".join(f"{at},{value}\n" for at, value in shuffled)
    recipe = [*REPAIR[:2], {"step": "resample", "settings": {"frequency": step}}, REPAIR[2]]
    version = apply_recipe(read(owner, text), recipe, made_by=owner)
    frame = read_frame(version)
    assert [at.strftime("%Y-%m-%d %H:%M") for at in frame["time"]] == [at for at, _ in whole]
    assert frame["load"].tolist() == pytest.approx([value for _, value in whole])


def test_repair_all_proposes_steps_in_the_order_in_which_they_must_run(first):
    steps = propose(report_of(first)["findings"])
    assert [step["step"] for step in steps] == ["deduplicate", "fill"]
    assert read_recipe(steps) == steps


def test_an_ignored_finding_is_not_repaired(first):
    findings = report_of(first)["findings"]
    assert [s["step"] for s in propose(findings, ["gaps"])] == ["deduplicate"]


def test_a_preview_counts_and_shows_the_place_but_saves_nothing(first):
    found = preview(first, read_recipe(REPAIR), look=2)
    assert found.totals == {"rows_merged": 1, "rows_added": 2, "values_filled": 2}
    assert (found.rows_before, found.rows_after) == (10, 11)
    window = found.window
    assert [window.after[1][row] for row in window.marked] == [30, 40]
    assert window.before[1] == [0, 10, 20, None, None, *range(50, 110, 10)]
    assert Version.objects.count() == 1


def test_a_preview_explains_a_step_that_cannot_run_and_shows_the_rest(first):
    steps = [{"step": "smooth", "settings": {"columns": ["gone"]}}, *REPAIR]
    found = preview(first, read_recipe(steps), look=1)
    assert "there is no column gone" in str(found.done[0].problem)
    assert found.totals["values_filled"] == 2


def test_a_large_version_is_previewed_around_the_place(owner, monkeypatch):
    monkeypatch.setattr("datasets.repairs.preview.MOST_CELLS", 1_000)
    text = "time,load\n" + "".join(
        f"2026-{m:02d}-{d:02d} {h:02d}:00,{'' if (m, d, h) == (2, 3, 4) else h}\n"
        for m in range(1, 7) for d in range(1, 29) for h in range(24))  # fmt: skip
    version = read(owner, text)
    found = preview(version, [{"step": "fill", "settings": {"rows": False}, "on": True}], look=0)
    assert (found.is_part, found.rows_before) == (True, 2000)
    assert found.window.start == "2026-02-03 04:00:00"


def test_new_data_go_through_the_recipe_of_their_dataset(owner):
    dataset = upload(owner, GAPPED)
    read_kept(dataset)
    keep_for_new_data(dataset, [*REPAIR, {"step": "edit", "settings": {"cells": []}}])
    assert [step["step"] for step in dataset.recipe] == ["sort", "deduplicate", "fill"]
    fresh = read_kept(dataset)
    fresh.dataset.refresh_from_db()
    repaired = repair_new_data(fresh)
    assert (repaired.number, repaired.parent) == (3, fresh)
    assert repaired.row_count == 11


def test_a_recipe_that_does_not_fit_new_data_leaves_them_with_a_note(first):
    first.dataset.recipe = [{"step": "smooth", "settings": {"columns": ["gone"]}, "on": True}]
    first.dataset.save()
    assert repair_new_data(first) == first
    assert first.note.startswith("The recipe did not fit these rows: Step 1, Smooth")


def test_rows_that_arrive_start_the_recipe_by_themselves(
    first, django_capture_on_commit_callbacks, monkeypatch
):
    sent = []
    monkeypatch.setattr("jobs.running.send", lambda pk, **more: sent.append(more["task"]))
    first.dataset.recipe = read_recipe(REPAIR)
    first.dataset.save()
    with django_capture_on_commit_callbacks(execute=True):
        repair_jobs._on_new_data(first)
    assert sent == ["datasets.repair"]
    repaired = Version(dataset=first.dataset, origin=Version.Origin.REPAIR)
    repair_jobs._on_new_data(repaired)
    assert len(sent) == 1


def test_a_recipe_that_is_none_is_refused(first, owner):
    for wrong, words in [("sort", "list of steps"), ([{"step": "x"}], "there is no step x"),
                         ([{"step": "sort", "settings": 3}], "must be an object")]:  # fmt: skip
        with pytest.raises(DatasetProblem, match=words):
            read_recipe(wrong)
    with pytest.raises(DatasetProblem, match="at most 50 steps"):
        read_recipe([{"step": "sort"}] * 51)


def test_an_older_version_cannot_be_repaired_any_more(first, owner):
    apply_recipe(first, REPAIR, made_by=owner)
    with pytest.raises(Conflict, match="Version 2 was made meanwhile"):
        apply_recipe(first, REPAIR, made_by=owner)

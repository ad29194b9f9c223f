"""Versions, champion and challenger: who takes which place, by whom, and back again."""

import pytest

from accounts.models import AuditEvent
from accounts.problems import Conflict
from forecasting import starting
from forecasting.engine.frequency import Frequency
from forecasting.models import (
    Alias,
    ModelLine,
    ModelPromotion,
    ModelVersion,
    PredictionTask,
    TrainedModel,
)
from forecasting.registry import promoting, removing
from forecasting.registry.lines import name_of, short_span
from tests.forecasting.made import answered, hourly_dataset

pytestmark = pytest.mark.django_db
Reason = ModelPromotion.Reason


def line_of(task):
    return ModelLine.objects.get(dataset=task.dataset)


def version_of(task, kind):
    return ModelVersion.objects.get(model=task.results.get(type=kind).model)


def test_the_first_forecast_numbers_its_models_and_its_leader_becomes_champion(owner):
    task = answered(owner)
    line = line_of(task)
    assert (line.name, line.horizon, line.owner) == ("load-24h", 24, owner)
    assert [version.number for version in line.versions.all()] == [3, 2, 1]
    assert line.champion.model == task.model
    assert line.challenger is None
    assert line.promotions.get().reason == Reason.FIRST


def test_the_environment_is_written_down(owner):
    environment = version_of(answered(owner), "linear").environment
    assert environment["device"] == "cpu"
    assert {"python", "almanac", "numpy"} <= set(environment)
    assert "torch" not in environment


def test_the_leader_of_a_later_forecast_challenges(owner):
    dataset = hourly_dataset(owner)
    first, second = answered(owner, dataset), answered(owner, dataset)
    line = line_of(first)
    assert line.champion.model == first.model
    assert line.challenger.model == second.model
    assert line.challenger.number == version_of(second, second.model.type).number > 3


def test_another_horizon_is_another_line(owner):
    dataset = hourly_dataset(owner)
    answered(owner, dataset, horizon=24)
    answered(owner, dataset, horizon=48)
    names = ModelLine.objects.filter(dataset=dataset).values_list("name", flat=True)
    assert sorted(names) == ["load-24h", "load-2d"]


def test_a_promotion_moves_the_alias_and_is_written_down(owner):
    task = answered(owner)
    champion, other = task.model.registered, version_of(task, "naive")
    promoting.promote(other, actor=owner, evidence={"p": 0.03})
    line = line_of(task)
    assert line.champion == other
    note = line.promotions.order_by("-created_at").first()
    assert (note.version, note.replaced, note.actor) == (other, champion, owner)
    assert (note.reason, note.evidence) == (Reason.HAND, {"p": 0.03})
    event = AuditEvent.objects.get(action="model.promoted", actor=owner)
    assert event.details["version"] == other.number
    assert event.details["replaced"] == champion.number


def test_a_promotion_is_taken_back_by_a_roll_back(owner):
    task = answered(owner)
    champion, other = task.model.registered, version_of(task, "naive")
    promoting.promote(other, actor=owner)
    promoting.roll_back(line_of(task), actor=owner)
    line = line_of(task)
    assert line.champion == champion
    assert line.promotions.order_by("-created_at").first().reason == Reason.ROLLBACK


def test_without_an_earlier_champion_there_is_nothing_to_roll_back(owner):
    with pytest.raises(Conflict, match="no earlier champion"):
        promoting.roll_back(line_of(answered(owner)), actor=owner)


def test_a_challenger_that_wins_leaves_its_place(owner):
    task = answered(owner)
    other = version_of(task, "naive")
    promoting.promote(other, alias=Alias.CHALLENGER, actor=owner)
    assert line_of(task).challenger == other
    promoting.promote(other, actor=owner)
    line = line_of(task)
    assert (line.champion, line.challenger) == (other, None)


def test_a_challenger_can_be_withdrawn(owner):
    task = answered(owner)
    promoting.promote(version_of(task, "naive"), alias=Alias.CHALLENGER, actor=owner)
    promoting.withdraw(line_of(task), actor=owner)
    assert line_of(task).challenger is None
    with pytest.raises(Conflict, match="has no challenger"):
        promoting.withdraw(line_of(task), actor=owner)


def test_what_makes_no_sense_is_refused(owner):
    task = answered(owner)
    champion = task.model.registered
    with pytest.raises(Conflict, match="champion already"):
        promoting.promote(champion, actor=owner)
    with pytest.raises(Conflict, match="choose another version to challenge"):
        promoting.promote(champion, alias=Alias.CHALLENGER, actor=owner)
    other = version_of(task, "naive")
    TrainedModel.objects.filter(pk=other.model_id).update(status=TrainedModel.Status.ERROR)
    with pytest.raises(Conflict, match="cannot forecast"):
        promoting.promote(ModelVersion.objects.get(pk=other.pk), actor=owner)


def test_who_was_chosen_by_hand_is_not_replaced_by_itself(owner):
    dataset = hourly_dataset(owner)
    first = answered(owner, dataset)
    answered(owner, dataset)
    chosen = version_of(first, "naive")
    promoting.promote(chosen, alias=Alias.CHALLENGER, actor=owner)
    answered(owner, dataset)
    assert line_of(first).challenger == chosen


def test_a_model_in_use_is_not_deleted(owner):
    task = answered(owner)
    with pytest.raises(Conflict, match=r"load-24h v\d is the champion"):
        removing.delete_model(task.model, actor=owner)
    promoting.promote(version_of(task, "naive"), actor=owner)
    with pytest.raises(Conflict, match=f"answers the forecast {task.name}"):
        removing.delete_model(task.model, actor=owner)


def test_a_model_nobody_uses_is_deleted_with_its_files(
    owner, own_files, django_capture_on_commit_callbacks
):
    row = answered(owner).results.get(type="naive").model
    folder = own_files / "storage" / row.model_path
    assert (folder / "model.json").exists()
    with django_capture_on_commit_callbacks(execute=True):
        removing.delete_model(row, actor=owner)
    assert not folder.exists()
    assert not TrainedModel.objects.filter(pk=row.pk).exists()


def test_a_number_is_never_given_twice(owner):
    dataset = hourly_dataset(owner)
    task = answered(owner, dataset)
    last = ModelVersion.objects.get(line=line_of(task), number=3)
    TrainedModel.objects.filter(pk=last.model_id).delete()
    answered(owner, dataset)
    assert [v.number for v in line_of(task).versions.order_by("number")] == [1, 2, 4, 5, 6]


def test_a_deleted_forecast_takes_its_models_and_its_line(owner):
    task = answered(owner)
    starting.delete(PredictionTask.objects.with_jobs().get(pk=task.pk))
    assert not TrainedModel.objects.exists()
    assert not ModelLine.objects.exists()


def test_a_deleted_forecast_leaves_the_champion_that_somebody_chose(owner):
    task = answered(owner)
    chosen = version_of(task, "naive")
    promoting.promote(chosen, actor=owner)
    starting.delete(PredictionTask.objects.with_jobs().get(pk=task.pk))
    assert TrainedModel.objects.get() == chosen.model
    assert ModelLine.objects.get().champion == chosen


@pytest.mark.parametrize(
    ("steps", "frequency", "text"),
    [
        (24, "h", "24h"),
        (25, "h", "25h"),
        (168, "h", "7d"),
        (96, "15min", "24h"),
        (14, "D", "14d"),
        (5, "B", "5b"),
        (13, "W", "13w"),
        (12, "M", "12m"),
        (8, "Q", "24m"),
        (5, "Y", "5y"),
    ],
)
def test_a_span_in_short(steps, frequency, text):
    assert short_span(steps, Frequency.parse(frequency)) == text


def test_a_line_is_named_after_its_targets():
    assert name_of(["Net load", "wind", "sun"], 48, "h") == "Net-load-and-2-2d"
    assert name_of(["销量"], 7, "D") == "销量-7d"

"""Alert rules for tests, and forecasts that were answered with numbers of one's own."""

from accounts.models import Notification
from forecasting.models import AlertRule, PredictionResult, PredictionTask
from tests.forecasting.made import again, start_forecast


def rule_on(task, **fields):
    """A saved rule on a forecast: its 80% interval passes 950 within the horizon."""
    fields = {"kind": "forecast", "limit": 950.0, "clear_after": 1, **fields}
    return AlertRule.objects.create(owner=task.owner, dataset=task.dataset, task=task, **fields)


def give_answer(task, *, mean, spread=10.0, series="load"):
    """Let the leader answer these numbers."""
    leader = task.results.ranked().first()
    times = [f"2026-05-05T{hour:02d}:00:00" for hour in range(len(mean))]
    leader.predictions = {
        "points": len(mean),
        "labels": [series],
        "series": [
            {
                "id": series,
                "times": times,
                "mean": mean,
                "lower": {"80": [v - spread for v in mean], "95": [v - 2 * spread for v in mean]},
                "upper": {"80": [v + spread for v in mean], "95": [v + 2 * spread for v in mean]},
            }
        ],
    }
    leader.save()
    return leader


def quiet_forecast(owner):
    """A forecast of 24 hours that was answered: 80% up to 110, 95% up to 120."""
    waiting = start_forecast(owner)
    PredictionTask.objects.filter(pk=waiting.pk).update(status="completed")
    PredictionResult.objects.create(task=waiting, name="linear", type="linear", rank=1)
    done = again(waiting)
    give_answer(done, mean=[100.0] * 24)
    return done


def told(person):
    """Titles and texts of the alerts a person was told."""
    return list(Notification.objects.of(person).of_kind("alert").values_list("title", "body"))

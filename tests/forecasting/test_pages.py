"""Pages render in every state (smoke while others are written)."""

import pytest
from django.urls import reverse

from forecasting import tasks
from forecasting.models import PredictionTask
from tests.forecasting.made import answered, start_forecast, hourly_dataset

pytestmark = pytest.mark.django_db


def test_pages(owner, owner_client):
    d = hourly_dataset(owner, columns=("load", "wind"))
    r = owner_client.get(reverse("forecasting:new") + f"?dataset={d.pk}")
    assert r.status_code == 200, r.content
    r = owner_client.get(reverse("forecasting:contract") + f"?dataset={d.pk}&horizon=9000&targets=c2")
    assert b"9,000 hours is too long for 480 rows. Use 120 or fewer." in r.content, r.content.decode()
    r = owner_client.get(reverse("forecasting:preview") + f"?dataset={d.pk}&horizon=24&targets=c2")
    assert r.status_code == 200
    task = start_forecast(owner, d)
    assert owner_client.get(task.get_absolute_url()).status_code == 200
    tasks.instant_forecast(str(task.instant_job_id))
    for name in ("detail", "backtest", "data", "chart", "snippet", "rename", "delete"):
        r = owner_client.get(reverse(f"forecasting:{name}", args=[task.pk]))
        assert r.status_code == 200, name
    for what in ("predictions", "metrics"):
        for kind in ("csv", "json"):
            r = owner_client.get(reverse("forecasting:export", args=[task.pk]) + f"?what={what}&as={kind}")
            assert r.status_code == 200
            print(r.content.decode()[:400])
    task = PredictionTask.objects.get(pk=task.pk)
    for name in ("list", "models", "recent_card"):
        assert owner_client.get(reverse(f"forecasting:{name}")).status_code == 200
    assert owner_client.get(reverse("forecasting:for_dataset", args=[d.pk])).status_code == 200
    r = owner_client.get(reverse("forecasting:model", args=[task.model_id])); assert r.status_code == 200
    r = owner_client.get(reverse("forecasting:model_download", args=[task.model_id])); assert r.status_code == 200
    r = owner_client.post(reverse("forecasting:new"), {"dataset": d.pk, "targets": "c2", "targets_shown": "1", "horizon": "2 days", "quality": "balanced"})
    assert r.status_code == 302
    r = owner_client.get(task.get_absolute_url())
    print(r.content.decode()[r.content.decode().index("<main"):][:9000])

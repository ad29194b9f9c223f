"""A failed import is told to each reader in their own language, whoever it failed for."""

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from datasets.models import Dataset
from datasets.versioning import appending, version_jobs
from jobs.models import Job
from jobs.running import running
from tests.datasets.made import HOURLY, read_dataset
from tests.factories import make_share

BAD = HOURLY + '2026-01-11 00:00,1,"calm\n'
ENGLISH, CHINESE = "quote opened in row 242 is never closed", "第 242 行的引号没有闭合"


@pytest.fixture
def failed(owner):
    return read_dataset(owner, BAD)


def test_the_sentence_follows_the_reader_and_not_the_owner(failed):
    job = Job.objects.get()
    for said in (failed.error_sentence, job.failure):
        assert ENGLISH in said
    with translation.override("zh-hans"):
        for said in (failed.error_sentence, job.failure):
            assert CHINESE in said
            assert ENGLISH not in said


def test_pages_and_answers_speak_the_language_of_who_asks(failed, owner, owner_client, owner_api):
    User.objects.filter(pk=owner.pk).update(language="zh-hans")
    addresses = (reverse("datasets:home"), reverse("jobs:list"), failed.get_absolute_url())
    for address in addresses:
        text = owner_client.get(address).content.decode()
        assert CHINESE in text
        assert ENGLISH not in text
    told = owner_api.get(f"/api/v1/datasets/{failed.pk}/", headers={"accept-language": "zh-hans"})
    assert CHINESE in told.json()["error"]


def test_what_was_stored_before_there_were_codes_is_still_shown(failed):
    Dataset.objects.update(metadata={"error": "It was written so."})
    Job.objects.update(detail={}, error="It was written so.")
    assert Dataset.objects.get().error_sentence == "It was written so."
    assert Job.objects.get().failure == "It was written so."


@pytest.mark.parametrize(
    "kept",
    [
        {"words": "refusal", "code": "long_row", "params": {}},
        {"words": "nobody", "code": "long_row", "params": {}},
        {"words": "refusal"},
    ],
    ids=["details lack", "nobody has words", "half"],
)
def test_parts_that_nobody_can_say_any_more_fall_back_to_the_text(failed, kept):
    Job.objects.update(detail={"failure": kept}, error="It was written so.")
    assert Job.objects.get().failure == "It was written so."


def test_rows_that_could_not_be_added_are_told_so_too(owner):
    dataset, text = read_dataset(owner), "time,load\n2026-02-01 00:00,7\n"
    arrived = appending.keep(dataset, name="more.csv", content=[text.encode()])
    job = version_jobs.start_appending(dataset, owner, arrived, appending.ASK)
    version_jobs.append_rows(str(job.pk))
    job.refresh_from_db()
    assert "has no column note" in job.failure
    with translation.override("zh-hans"):
        assert "has no column" not in job.failure
        assert "note" in job.failure


def test_a_fault_of_ours_is_told_in_every_language(owner):
    job = Job.objects.create(owner=owner, kind="test", title="Test")
    with pytest.raises(ZeroDivisionError), running(job.pk):
        raise ZeroDivisionError
    job.refresh_from_db()
    assert "did not expect" in job.failure
    with translation.override("zh-hans"):
        assert "did not expect" not in job.failure


def test_a_collaborator_reads_it_in_their_own_language(failed, collaborator, client):
    make_share(failed, collaborator)
    User.objects.filter(pk=collaborator.pk).update(language="zh-hans")
    client.force_login(User.objects.get(pk=collaborator.pk))
    assert CHINESE in client.get(failed.get_absolute_url()).content.decode()

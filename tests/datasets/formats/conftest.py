"""What every refused or accepted upload must keep to."""

import resource
import time

import pytest
from django.core.files.storage import default_storage

from accounts.problems import Problem
from datasets.models import Dataset
from tests.datasets import given

LONGEST_SECONDS = 5.0


def seconds_used():
    """Of a processor, by this process and those it started: others may keep the machine busy."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@pytest.fixture
def rule_g(owner, settings):
    """`rule_g(content, name)` → version, or the sentence of a refusal, in five seconds of work.

    After a refusal nothing is left: no version, no work folder, and no file without its row.
    """

    def outcome(content, name, **more):
        began = seconds_used()
        refused = None
        try:
            result = given.read(owner, content, name=name, **more)
        except Problem as problem:
            refused = problem
        if refused:
            result = str(refused)
            assert refused.status in {413, 422}
            assert name in result
            assert not Dataset.objects.filter(versions__isnull=False).exists()
        assert seconds_used() - began < LONGEST_SECONDS
        assert not list((settings.VAR_DIR / "work").iterdir())
        stored = (
            default_storage.listdir("datasets")[0] if default_storage.exists("datasets") else []
        )
        assert set(stored) == {str(pk) for pk in Dataset.objects.values_list("pk", flat=True)}
        return result

    return outcome

"""States change only along legal ways, together with what follows them."""

import itertools

import pytest

from jobs import moves, registry
from jobs.models import Job, JobEvent

pytestmark = pytest.mark.django_db
PAIRS = list(itertools.product(Job.State.values, repeat=2))


@pytest.mark.parametrize(("start", "to"), PAIRS)
def test_each_pair_of_states_is_either_a_legal_move_or_refused(make_job, start, to):
    job = make_job()
    Job.objects.filter(pk=job.pk).update(state=start)
    if to in moves.LEGAL[start]:
        assert moves.move(job.pk, start=[start], to=to).state == to
    else:
        with pytest.raises(ValueError, match="cannot go from"):
            moves.move(job.pk, start=[start], to=to)
        job.refresh_from_db()
        assert job.state == start


def test_a_claimed_job_cannot_be_claimed_again(make_job):
    job = make_job()
    assert moves.claim(job.pk).attempt == 1
    assert moves.claim(job.pk) is None


def test_a_late_loser_cannot_overwrite_the_winner(make_job):
    job = make_job()
    first = moves.claim(job.pk)
    moves.move(job.pk, start=["running"], to="queued", by=first.attempt)
    second = moves.claim(job.pk)
    assert second.attempt == 2
    assert moves.finish(first, to="succeeded") is None
    assert moves.record(job.pk, by=first.attempt, progress=0.9) is None
    assert moves.finish(second, to="failed", error="x").state == "failed"


def test_hooks_run_in_the_same_transaction_as_the_job_row(make_job, monkeypatch):
    def refuse(job):
        raise RuntimeError("the domain row could not be written")

    monkeypatch.setitem(registry._hooks, "count", [refuse])
    job = make_job()
    with pytest.raises(RuntimeError):
        moves.claim(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempt, job.seq) == ("queued", 0, 0)


def test_every_write_grows_the_sequence_number(make_job):
    job = moves.claim(make_job().pk)
    numbers = [moves.record(job.pk, by=1, progress=n / 5).seq for n in range(5)]
    assert numbers == [2, 3, 4, 5, 6]


def test_milestones_are_kept_in_order(make_job):
    job = moves.claim(make_job().pk)
    for word in ("first", "second", "third"):
        moves.milestone(job, word, {})
    assert [e.message for e in JobEvent.objects.filter(job=job)] == ["first", "second", "third"]


def test_cancelling_a_waiting_job_ends_it_at_once(make_job):
    job = make_job()
    assert moves.cancel(job).state == "cancelled"
    assert moves.claim(job.pk) is None


def test_cancelling_an_ended_job_changes_nothing(make_job):
    job = moves.claim(make_job().pk)
    moves.finish(job, to="succeeded")
    assert moves.cancel(job) is None
    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == ("succeeded", False)

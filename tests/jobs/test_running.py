"""`running` brackets the work: how the block ends decides the end state."""

import pytest

from accounts.problems import Problem
from jobs import moves, stopping
from jobs.models import Job
from jobs.running import running
from tests.jobs import work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_stop():
    stopping.forget()
    yield
    stopping.forget()


def test_work_that_ends_well_succeeds(make_job):
    job = make_job()
    with running(job.pk) as run:
        run.report(0.4, "under way", rows=7)
    job.refresh_from_db()
    assert (job.state, job.progress, job.percent) == ("succeeded", 1.0, 100)
    assert job.detail == {"rows": 7}
    assert job.finished_at is not None


def test_a_redelivered_message_returns_quietly(make_job):
    job = make_job()
    with running(job.pk) as first, running(job.pk) as second:
        assert first is not None
        assert second is None
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("succeeded", 1)


def test_a_problem_fails_the_job_with_its_sentence(make_job):
    job = make_job(work.refuse)
    with running(job.pk):
        raise Problem("Row 7 has no date. Add one.")
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "Row 7 has no date. Add one.")


def test_an_unexpected_error_is_raised_and_told_without_internals(make_job):
    job = make_job(work.break_)
    with pytest.raises(ZeroDivisionError), running(job.pk):
        raise ZeroDivisionError("secret internals")
    job.refresh_from_db()
    assert job.state == "failed"
    assert "secret" not in job.error
    assert "Try again" in job.error


def test_reports_are_written_at_most_once_in_the_set_time_and_the_last_is_kept(make_job, settings):
    settings.JOB_REPORT_SECONDS = 3600
    job = make_job()
    with running(job.pk) as run:
        run.report(0.1, "first")
        written = Job.objects.get(pk=job.pk)
        for n in range(2, 90):
            run.report(n / 100, f"step {n}")
        assert Job.objects.get(pk=job.pk).seq == written.seq
        run.flush()
        kept = Job.objects.get(pk=job.pk)
        assert (kept.message, kept.progress) == ("step 89", 0.89)


def test_what_waits_stays_when_the_next_report_says_nothing_of_it(make_job, settings):
    settings.JOB_REPORT_SECONDS = 3600
    job = make_job()
    with running(job.pk) as run:
        run.report(0.1)
        run.report(0.2, "racing", eta=9, race={"linear": "done"})
        run.report(0.3)
        run.flush()
        kept = Job.objects.get(pk=job.pk)
        assert (kept.progress, kept.message, kept.eta) == (0.3, "racing", None)
        assert kept.detail["race"] == {"linear": "done"}


def test_cancel_takes_effect_at_the_next_report(make_job, settings):
    settings.JOB_REPORT_SECONDS = 0
    job, steps = make_job(), []
    with running(job.pk) as run:
        for step in range(10):
            steps.append(step)
            if step == 3:
                moves.cancel(Job.objects.get(pk=job.pk))
            run.report(step / 10)
    job.refresh_from_db()
    assert (job.state, steps) == ("cancelled", [0, 1, 2, 3])


def test_checkpoints_stay_between_attempts_and_go_at_the_end(make_job):
    job = make_job()
    stopping.request()
    with running(job.pk) as run:
        (run.checkpoint_dir / "half").write_text("kept")
        folder = run.checkpoint_dir
        run.raise_if_cancelled()
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("queued", 0)
    assert (folder / "half").read_text() == "kept"
    stopping.forget()
    with running(job.pk) as run:
        assert (run.checkpoint_dir / "half").exists()
    assert not folder.exists()


def test_an_attempt_that_lost_its_job_ends_quietly_and_changes_nothing(make_job, settings):
    settings.JOB_REPORT_SECONDS = 0
    job = make_job()
    with running(job.pk) as run:
        moves.move(job.pk, start=["running"], to="queued", by=1)
        moves.claim(job.pk)
        run.report(0.99, "too late")
        raise AssertionError("the report of a lost job must not return")
    job.refresh_from_db()
    assert (job.state, job.attempt, job.message) == ("running", 2, "")

"""How workers are set up: one redelivery, plain messages, nothing heavy imported ahead."""

import subprocess
import sys

from django.conf import settings

from config.celery import app


def test_the_queue_carries_plain_json_both_ways_and_keeps_no_results():
    conf = app.conf
    assert (conf.task_serializer, conf.result_serializer) == ("json", "json")
    assert list(conf.accept_content) == ["json"]
    assert conf.task_ignore_result


def test_only_the_database_sends_a_job_again():
    conf = app.conf
    assert conf.broker_transport_options["visibility_timeout"] > conf.task_time_limit
    assert conf.task_time_limit > conf.task_soft_time_limit
    assert conf.task_acks_late
    assert not conf.task_reject_on_worker_lost
    assert not conf.worker_cancel_long_running_tasks_on_connection_loss


def test_a_worker_takes_no_message_that_it_cannot_start():
    assert app.conf.worker_prefetch_multiplier == 1


def test_quick_work_finds_its_libraries_loaded_and_torch_is_not_among_them():
    code = (
        "import sys, config.celery as c, django; django.setup(); c.import_ahead();"
        "print(*[n for n in ('numpy', 'pandas', 'scipy', 'torch') if n in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=settings.BASE_DIR,
    )
    assert found.stdout.split() == ["numpy", "pandas", "scipy"]

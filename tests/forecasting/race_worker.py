"""A worker that dies in the middle of a race: `python -m tests.forecasting.race_worker JOB`.

It kills itself without any goodbye as soon as the slow model of the race has begun.
"""

import os
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")


def main(job):
    django.setup()

    from forecasting import racing, tasks  # noqa: PLC0415 -- after the set-up
    from tests.forecasting import slow_model  # noqa: PLC0415

    slow_model.register()
    begin = racing.Listener._starts

    def die_with_the_slow_one(listener, event):
        begin(listener, event)
        if event.model == slow_model.NAME:
            os.kill(os.getpid(), signal.SIGKILL)

    racing.Listener._starts = die_with_the_slow_one
    tasks.train_forecast(job)


if __name__ == "__main__":
    main(sys.argv[1])

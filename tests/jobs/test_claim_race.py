"""Two workers never run one job."""

import threading

import pytest
from django.db import connection

from jobs import moves

RACES = 100
WORKERS = 4


@pytest.mark.django_db(transaction=True)
def test_a_hundred_races_have_exactly_one_winner_each(make_job):
    jobs = [make_job().pk for _ in range(RACES)]
    gate, wins = threading.Barrier(WORKERS), {pk: [] for pk in jobs}

    def worker(number):
        try:
            for pk in jobs:
                gate.wait()
                if moves.claim(pk) is not None:
                    wins[pk].append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=(n,)) for n in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {len(winners) for winners in wins.values()} == {1}

"""How often a part that dies is started again."""

from config.supervisor.restart import Deaths, RestartPolicy


def test_each_wait_is_twice_as_long_and_the_sixth_death_in_a_minute_is_the_last():
    deaths = Deaths(RestartPolicy())
    assert [deaths.delay_after(now) for now in (0, 1, 3, 6, 11, 20)] == [0.5, 1, 2, 4, 8, None]
    assert deaths.count == 6


def test_deaths_older_than_a_minute_are_forgiven():
    deaths = Deaths(RestartPolicy())
    assert deaths.delay_after(0) == 0.5
    assert deaths.delay_after(60) == 1
    assert deaths.delay_after(120.5) == 0.5
    assert deaths.delay_after(300) == 0.5

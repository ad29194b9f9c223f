import numpy as np

from forecasting.engine.windows import inputs, scored_steps, strided_origins, targets

COLUMN = np.arange(10.0)


def test_inputs_end_before_the_origin_and_targets_begin_at_it():
    origins = np.array([3, 7])
    assert inputs(COLUMN, origins, 3).tolist() == [[0, 1, 2], [4, 5, 6]]
    seen = np.ones(10, dtype=bool)
    answer = targets(COLUMN, seen, origins, np.array([0, 2]), end=9)
    assert answer[0].tolist() == [3, 5]
    assert answer[1, 0] == 7
    assert np.isnan(answer[1, 1])


def test_a_short_past_repeats_its_oldest_value():
    assert inputs(COLUMN, np.array([2]), 4).tolist() == [[0, 0, 0, 1]]


def test_unobserved_targets_are_not_numbers():
    seen = np.arange(10) != 4
    answer = targets(COLUMN, seen, np.array([3]), np.array([0, 1]), end=10)
    assert np.isnan(answer).tolist() == [[False, True]]


def test_origins_are_spread_to_both_ends():
    assert strided_origins(5, 100, 4).tolist() == [5, 36, 67, 99]
    assert strided_origins(5, 8, 100).tolist() == [5, 6, 7]
    assert strided_origins(5, 5, 3).tolist() == []


def test_scored_steps_hold_the_first_two_days_and_the_last_step():
    steps = scored_steps(720)
    assert steps[:48].tolist() == list(range(48))
    assert steps[-1] == 719
    assert len(steps) <= 146
    assert scored_steps(5).tolist() == [0, 1, 2, 3, 4]

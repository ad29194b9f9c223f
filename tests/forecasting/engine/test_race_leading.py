"""Who leads a race: gains that may be luck do not count."""

from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.race.leading import held_back, leader, margin

KINDS = {n: n for n in ("naive", "linear", "linear_stack", "auto_ets", "ensemble", "lightgbm")}


def leads(**scores):
    return leader(scores, KINDS)


def test_among_simple_models_the_smallest_error_leads():
    assert leads(naive=1.0, linear=0.9, linear_stack=0.899) == "linear_stack"


def test_an_ensemble_has_to_save_three_percent_and_trees_five():
    assert leads(linear=1.0, ensemble=0.971) == "linear"
    assert leads(linear=1.0, ensemble=0.969) == "ensemble"
    assert leads(linear=1.0, lightgbm=0.951) == "linear"
    assert leads(linear=1.0, lightgbm=0.949) == "lightgbm"


def test_what_trees_have_to_save_is_measured_at_the_leader_so_far():
    # 0.93 saves 7 % of the linear model's error, but only 3.1 % of the ensemble's.
    assert leads(linear=1.0, ensemble=0.96, lightgbm=0.93) == "ensemble"
    assert leads(linear=1.0, ensemble=0.98, lightgbm=0.93) == "lightgbm"


def test_an_unknown_model_counts_as_one_that_can_learn_anything():
    assert margin("my_own_net") == margin("lightgbm") == 0.05


def test_a_perfect_simple_model_is_not_replaced():
    assert leads(naive=0.0, lightgbm=0.0) == "naive"


def test_alone_everybody_leads():
    assert leads(lightgbm=2.0) == "lightgbm"


def test_why_the_smallest_error_does_not_lead_is_said():
    said = held_back({"naive": 2.0, "lightgbm": 1.97}, KINDS)
    assert str(said) == (
        "lightgbm had 1.5% less error than naive on these windows; a gain that small may be luck, "
        "so the simpler model leads. It would have to be 5%."
    )
    assert held_back({"naive": 2.0, "lightgbm": 1.5}, KINDS) is None


@given(st.dictionaries(st.sampled_from(sorted(KINDS)), st.floats(0.01, 10), min_size=1))
def test_no_simpler_model_is_better_than_the_leader(scores):
    found = leader(scores, KINDS)
    for name, score in scores.items():
        if margin(name) <= margin(found):
            assert score >= scores[found]
        assert score >= scores[found] * (1 - margin(name))

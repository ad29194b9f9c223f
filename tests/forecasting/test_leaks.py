"""What nobody can know at a cutoff never reaches a forecast from it: the future is changed, no
number moves.
"""

import numpy as np
import pandas as pd
import pytest

from forecasting import backtests, results
from tests.datasets.made import read_dataset
from tests.forecasting.made import raced

pytestmark = pytest.mark.django_db
HOURS, HORIZON = 200, 12
MODELS = (
    {"type": "linear_stack"},
    {"type": "lightgbm", "settings": {"rounds": 15}},
    {"type": "linear"},
)


def power_text(*, ahead=0, temp=lambda hour, own: own, after=lambda hour: hour % 11):
    """Load that follows the temperature of its hour and is known for HOURS of them."""
    lines = ["time,load,temp"]
    random = np.random.default_rng(3)
    own = np.round(10 + 5 * random.normal(size=HOURS), 2)
    for hour in range(HOURS + ahead):
        day, clock = divmod(hour, 24)
        load = f"{100 + 20 * (clock > 7) + 3 * own[hour] + hour % 3:.2f}" if hour < HOURS else ""
        value = temp(hour, own[hour]) if hour < HOURS else after(hour)
        lines.append(f"2026-01-{day + 1:02d} {clock:02d}:00,{load},{value}")
    return "\n".join(lines) + "\n"


def numbers(task):
    """Every forecast and every past window of every model."""
    found = {}
    for result in task.results.all():
        table = results.table_of(result)
        found[result.name] = table.drop(columns=["unique_id", "ds"])
        if result.backtest_path:
            found[f"{result.name} past"] = backtests.read(result)
    return found


def asked(owner, text, kind, **how):
    dataset = read_dataset(owner, text, name="power.csv")
    keys = {column.name: column.key for column in dataset.current_version.columns.all()}
    how |= {"targets": [keys["load"]], "names": ["load"], "horizon": HORIZON}
    beside = {"known": [], "past": []} | {kind: [keys["temp"]]}
    return raced(owner, *MODELS, dataset=dataset, covariates=beside, **how)


def test_rows_of_a_past_covariate_after_the_last_target_change_no_number(owner):
    before = numbers(asked(owner, power_text(ahead=24), "past"))
    after = numbers(asked(owner, power_text(ahead=24, after=lambda hour: 1e6 - hour), "past"))
    assert len(before) >= 2 * len(MODELS)
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, after[name], check_exact=True, obj=name)


@pytest.mark.parametrize("kind", ["past", pytest.param("known", marks=pytest.mark.slow)])
def test_what_came_after_a_cutoff_changes_no_window_before_it(owner, kind):
    """The newest window is changed: only a model that looked ahead would have known."""
    cut = HOURS - HORIZON

    def changed(hour, own):
        return own if hour < cut else 500 + hour

    before = numbers(asked(owner, power_text(), kind, windows=3))
    after = numbers(asked(owner, power_text(temp=changed), kind, windows=3))
    names = [name for name in before if name.endswith(" past")]
    assert {"linear_stack past", "lightgbm past", "linear past"} <= set(names)
    for name in names:
        said = [column for column in before[name] if column == "mean" or "-" in str(column)]
        np.testing.assert_array_equal(
            before[name][said].to_numpy(), after[name][said].to_numpy(), err_msg=name
        )

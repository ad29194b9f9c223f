"""Growing trees round by round, within the time there is and as long as it helps."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.engine.boosting.booster import Booster
from forecasting.engine.budget import TimeBudget
from forecasting.engine.watch import Watch


@dataclass(frozen=True)
class Growth:
    """``rounds`` to use, its ``loss`` on held-out rows (None without), and what ended the growth:
    rounds, patience, time, or nothing left to split."""

    rounds: int
    loss: float | None
    ended_by: str


def grow(
    booster: Booster, rounds: int, watch: Watch, budget: TimeBudget, patience: int = 0
) -> Growth:
    """Up to ``rounds`` rounds; with ``patience`` the held-out rows say when to stop.

    At least one round. A stop request raises Cancelled after the round under way.
    """
    best, best_round, done, ended_by = float("inf"), 0, 0, "rounds"
    while done < rounds:
        splits = booster.advance()
        done += 1
        watch.report(done / rounds)
        if patience:
            loss = booster.loss()
            if loss < best:
                best, best_round = loss, done
            elif done - best_round >= patience:
                ended_by = "patience"
                break
        if not splits:
            ended_by = "no split"
            break
        if budget.left() <= 0:
            ended_by = "time"
            break
    return Growth(best_round, best, ended_by) if patience else Growth(done, None, ended_by)

"""Where detectors agree: events that overlap in time, at the same number of alarms a week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forecasting.engine.anomalies.events import JOINED_OVER, Event


@dataclass(frozen=True)
class Agreement:
    """``shared`` of the events of two detectors meet; ``share`` is Jaccard's index of them.

    ``first`` and ``second`` count all events of each; two that one event of the other spans count
    as one meeting for each side.
    """

    first: int
    second: int
    first_met: int
    second_met: int

    @property
    def share(self) -> float:
        """From 0 (never the same) to 1 (always); NaN where neither found anything."""
        met = min(self.first_met, self.second_met)
        either = self.first + self.second - met
        return met / either if either else float("nan")


def agreement(first: Sequence[Event], second: Sequence[Event]) -> Agreement:
    """Of two detectors on the same rows."""
    return Agreement(len(first), len(second), _met(first, second), _met(second, first))


def seen_by(events: Mapping[str, Sequence[Event]]) -> dict[str, list[int]]:
    """For every detector and each of its events: how many detectors saw it, itself included."""
    return {
        name: [
            1 + sum(_meets(event, others) for other, others in events.items() if other != name)
            for event in own
        ]
        for name, own in events.items()
    }


def _met(events: Sequence[Event], others: Sequence[Event]) -> int:
    return sum(_meets(event, others) for event in events)


def _meets(event: Event, others: Sequence[Event]) -> bool:
    return any(
        other.label == event.label
        and other.first <= event.last + JOINED_OVER
        and event.first <= other.last + JOINED_OVER
        for other in others
    )

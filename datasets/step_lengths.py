"""How long one step of a frequency may take: months and clocks are not all alike."""

from __future__ import annotations

from forecasting.engine.frequency import Frequency


def longest_step(frequency: Frequency) -> float:
    """The longest time, in microseconds, that one step may take."""
    if frequency.unit == "B":
        return (frequency.multiple + 2) * 86_400e6
    if frequency.step_months:
        return frequency.step_months * 31 * 86_400e6 + 3_600e6
    return frequency.step_seconds * 1e6


def shortest_step(frequency: Frequency) -> float:
    """The shortest time, in microseconds, that one step may take."""
    if frequency.step_months:
        return frequency.step_months * 28 * 86_400e6 - 3_600e6
    if frequency.unit == "B":
        return frequency.multiple * 86_400e6
    return frequency.step_seconds * 1e6

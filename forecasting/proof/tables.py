"""Past windows as plain values: what programs read, and what the page shows."""

from __future__ import annotations

from typing import Any

from forecasting.proof.scores import Proof, Score, gain, skill


def summary(own: Proof, naive: Proof | None) -> dict[str, Any]:
    """All windows together, each by itself, and each step ahead."""
    return {
        "whole": {**_score(own.whole), "skill": gain(own, naive) if naive else None},
        "windows": [
            {
                "window": place + 1,
                "cutoff": own.cutoffs[place],
                **_score(score),
                "skill": skill(score, naive.windows[place]) if naive else None,
            }
            for place, score in enumerate(own.windows)
        ],
        "steps": _steps(own),
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "values": score.values,
        "mae": score.mae,
        "mase": score.mase,
        "mape": score.mape,
        "wape": score.wape,
        "bias": score.bias,
        **{f"coverage-{level}": share for level, share in sorted(score.coverage.items())},
    }


def _steps(own: Proof) -> list[dict[str, Any]]:
    covered = {level: own.step_coverage(level) for level in sorted(own.lower)}
    return [
        {
            "step": at + 1,
            "mae": error,
            **{f"coverage-{level}": shares[at] for level, shares in covered.items()},
        }
        for at, error in enumerate(own.step_errors)
    ]

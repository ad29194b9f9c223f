"""The inside of a model as the tab Drivers shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext, ngettext

from datasets.clock import Clock
from datasets.decimals import decimals_of
from forecasting import wording
from forecasting.explaining import inside_figures
from forecasting.explaining.sentences import name_of, said
from forecasting.models.trained_model import label_of

# What a row of an input holds.
ENDS: Final = ("mean", "low", "high")


class ShownInside:
    """Weights by lag, contributions, effects, members: each None where the model has none."""

    def __init__(self, known: Mapping[str, Any], clock: Clock) -> None:
        self._known, self._clock = known, clock

    @property
    def weights(self) -> dict[str, Any] | None:
        """The map of lags, and what groups of past values weigh near and far."""
        known = self._known.get("weights")
        if not known or not known["bands"]:
            return None
        near, far = known["blocks"][0], known["blocks"][-1]
        return {
            "figure": json.dumps(inside_figures.by_lag(known)),
            "near": inside_figures.steps_words(near),
            "far": inside_figures.steps_words(far) if far is not near else "",
            "bands": [
                {
                    "name": name_of(one["name"]),
                    "first": wording.percent(one["first"]),
                    "last": wording.percent(one["last"]),
                }
                for one in known["bands"]
            ],
            "words": _weight_words(known),
        }

    @property
    def contributions(self) -> dict[str, Any] | None:
        """From the anchor to the forecast, group by group; and the largest inputs."""
        known = self._known.get("contributions")
        if not known:
            return None
        groups, features = known["groups"], known["features"]
        sums = [known["anchor"], known["bias"], known["forecast"]]
        # One digit more than such numbers need, so that what is rounded still adds up.
        fine = 1 + decimals_of(np.array([*sums, *(one["mean"] for one in groups)]))
        coarse = decimals_of(np.array([one[end] for one in features for end in ENDS]))
        drawn = inside_figures.contributions(known, self._known["times"], self._clock)
        return {
            "figure": json.dumps(drawn) if groups else "",
            "anchor_name": name_of(known["anchor_kind"]),
            "anchor": _written(known["anchor"], fine),
            "bias": _signed(known["bias"], fine),
            "groups": [
                {"name": name_of(one["name"]), "change": _signed(one["mean"], fine)}
                for one in groups
            ],
            "forecast": _written(known["forecast"], fine),
            "features": [
                {"name": name_of(one["name"]), **{end: _signed(one[end], coarse) for end in ENDS}}
                for one in features
            ],
        }

    @property
    def effects(self) -> str | None:
        """The chart of what covariates add to every step."""
        known = self._known.get("effects")
        if not known:
            return None
        return json.dumps(inside_figures.effects(known, self._known["times"], self._clock))

    @property
    def members(self) -> list[dict[str, Any]]:
        """The models of an ensemble with their weights."""
        return [
            {
                "name": label_of(one["name"]),
                "weight": "" if one["weight"] is None else wording.percent(one["weight"]),
                "width": round(100 * (one["weight"] or 0.0), 1),
            }
            for one in self._known.get("members") or ()
        ]


def _weight_words(known: Mapping[str, Any]) -> list[str]:
    words = []
    if known["top"]:
        top = known["top"][0]
        words.append(
            gettext("The largest weight is %(weight)s, that of the value %(name)s.")
            % {"weight": wording.figure(top["weight"]), "name": said(top["name"])}
        )
    total = known["blocks"][0]["total"]
    words.append(
        gettext("The weights of the first steps sum to %(total)s.")
        % {"total": wording.figure(round(total, 4))}
    )
    if not known["exact"]:
        words.append(
            ngettext(
                "The model is curved: these are slopes at today's %(count)s value.",
                "The model is curved: these are slopes at today's %(count)s values.",
                len(known["lags"]),
            )
            % {"count": f"{len(known['lags']):,}"}
        )
    return words


def _written(value: float, decimals: int) -> str:
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def _signed(value: float, decimals: int) -> str:
    """`+4.2`, `−0.3`, `0.0`."""
    text = _written(value, decimals)
    return f"+{text}" if round(value, decimals) > 0 else text

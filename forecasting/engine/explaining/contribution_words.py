"""What the trees say in words."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining.contributions import Contributions
from forecasting.engine.explaining.feature_words import GROUPS
from forecasting.engine.explaining.sentence import Sentence, with_share
from forecasting.engine.panel import Floats

# A group with less than a tenth of what is added cannot be seen beside the others.
LEAST_SHARE: Final = 0.1
MOST_FEATURES: Final = 3
ANCHORS: Final = {
    "last": gettext_noop("the last value"),
    "mean": gettext_noop("the mean of the last cycle"),
    "seasonal": gettext_noop("the value one cycle before"),
}


def sentences(found: Contributions, place: int = 0) -> list[Sentence]:
    """Of one series: where the trees start, which inputs move them most."""
    sizes = np.abs(found.values[place]).mean(axis=0)
    total = float(sizes.sum())
    said = [
        Sentence.of(
            gettext_noop(
                "The trees start from %(anchor)s, %(level)s on average over the steps, and move it "
                "by %(change)s."
            ),
            anchor=Sentence.of(ANCHORS[found.anchor_kind]),
            level=float(found.anchor[place].mean()),
            change=float((found.forecast - found.anchor)[place].mean()),
        )
    ]
    if total <= 0:
        return said
    return [*said, *_groups(found, place), *_features(found, place, sizes / total)]


def _groups(found: Contributions, place: int) -> list[Sentence]:
    names, sums = found.groups()
    sizes = np.abs(sums[place]).mean(axis=0)
    shares = sizes / sizes.sum()
    parts = tuple(
        with_share(Sentence.of(GROUPS[names[group]]), float(shares[group]))
        for group in np.argsort(-shares)
        if shares[group] >= LEAST_SHARE
    )
    return [Sentence.of(gettext_noop("They are moved by %(groups)s."), groups=parts)]


def _features(found: Contributions, place: int, shares: Floats) -> list[Sentence]:
    order = [f for f in np.argsort(-shares)[:MOST_FEATURES] if shares[f] >= LEAST_SHARE]
    means = found.values[place].mean(axis=0)
    return [
        Sentence.of(
            gettext_noop(
                "%(name)s adds %(mean)s on average over the steps, and between %(low)s and "
                "%(high)s."
            ),
            name=found.features[f].name,
            mean=float(means[f]),
            low=float(found.values[place, :, f].min()),
            high=float(found.values[place, :, f].max()),
        )
        for f in order
    ]

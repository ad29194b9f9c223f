"""What the weights of a linear model say in words."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining.lag_weights import LagWeights
from forecasting.engine.explaining.sentence import Sentence, with_share

# A group or value with less than a tenth of the weight does not drive a forecast.
LEAST_SHARE: Final = 0.1
# A sum this close to 1 carries the level on; a forecast this close, in spreads, is reproduced.
CLOSE: Final = 0.01


def sentences(found: LagWeights, place: int = 0, block: int = 0) -> list[Sentence]:
    """Of one series and block of steps."""
    said = bands(found, place, block)
    if not said:
        return []
    top = found.top(place, block, 1)[0]
    if abs(top.weight) >= LEAST_SHARE * float(np.abs(found.weights[place, :, block]).sum()):
        said.append(
            Sentence.of(
                gettext_noop(
                    "No single value counts more than the one %(label)s; its weight is %(weight)s."
                ),
                label=top.label,
                weight=top.weight,
            )
        )
    if abs(found.totals[place, block] - 1) <= CLOSE:
        said.append(
            Sentence.of(
                gettext_noop(
                    "The weights sum to %(total)s: a past that is higher by 1 makes the forecast "
                    "higher by as much."
                ),
                total=float(found.totals[place, block]),
            )
        )
    if not found.exact:
        said.append(
            Sentence.of(
                gettext_noop(
                    "The model is not quite linear; these weights hold for small changes of the "
                    "%(count)s newest values."
                ),
                count=found.weights.shape[1],
            )
        )
    return said


def bands(found: LagWeights, place: int, block: int) -> list[Sentence]:
    """The groups with the most weight, at most three; nothing of weights that do not add up."""
    shares = found.band_shares[place, :, block]
    if not shares.any() or (found.exact and found.gaps[place] > CLOSE):
        return []
    order = [b for b in np.argsort(-shares)[:3] if shares[b] >= LEAST_SHARE]
    parts = tuple(with_share(found.bands[b], float(shares[b])) for b in order)
    first, last = found.blocks[block]
    if last - first == 1:
        return [
            Sentence.of(gettext_noop("Step %(step)s rests on %(bands)s."), step=last, bands=parts)
        ]
    template = gettext_noop("Steps %(first)s to %(last)s rest on %(bands)s.")
    return [Sentence.of(template, first=first + 1, last=last, bands=parts)]

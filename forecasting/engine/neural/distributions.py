"""Heads that describe a whole distribution: Gaussian, Student's t and negative binomial."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import softplus

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.neural.heads import SMALLEST, UNIT, Head, PointHead, QuantileHead
from forecasting.engine.neural.normalisation import Place
from forecasting.engine.neural.window import Window

QUANTILES: Final = (0.025, 0.1, 0.5, 0.9, 0.975)
# Below three degrees of freedom the variance has no bound worth the name.
LEAST_FREEDOM: Final = 3.0
MOST_FREEDOM: Final = 100.0


def head_of(likelihood: str, loss: str) -> Head:
    """The head of a likelihood in the training settings."""
    if likelihood == "point":
        return PointHead(loss)
    if likelihood == "quantile":
        return QuantileHead(QUANTILES)
    kinds: dict[str, type[GaussianHead | StudentHead | NegativeBinomialHead]] = {
        "gaussian": GaussianHead,
        "student_t": StudentHead,
        "negative_binomial": NegativeBinomialHead,
    }
    return kinds[likelihood]()


class GaussianHead(Head):
    """Mean and standard deviation; the loss is the negative log-likelihood."""

    outputs = 2

    def placed(self, answer: Tensor, place: Place, window: Window) -> Tensor:
        size, anchor = place.size, place.anchor
        middle = answer[..., 0] * size + anchor
        scale = (softplus(answer[..., 1] + UNIT) + SMALLEST) * size
        return torch.stack([middle, scale], dim=-1)

    def loss(self, parameters: Tensor, targets: Tensor) -> Tensor:
        middle, scale = parameters.unbind(-1)
        z = (targets - middle) / scale
        return (0.5 * z.square() + scale.log() + 0.5 * math.log(2 * math.pi)).mean()

    def centre(self, parameters: Tensor) -> Tensor:
        return parameters[..., 0]

    def quantiles(self, parameters: Tensor, probabilities: Sequence[float]) -> Tensor:
        reach = [NormalDist().inv_cdf(p) for p in probabilities]
        middle, scale = parameters.unbind(-1)
        return torch.stack([middle + r * scale for r in reach])


class StudentHead(Head):
    """Location, scale and degrees of freedom: tails that a Gaussian does not have."""

    outputs = 3

    def placed(self, answer: Tensor, place: Place, window: Window) -> Tensor:
        size, anchor = place.size, place.anchor
        middle = answer[..., 0] * size + anchor
        scale = (softplus(answer[..., 1] + UNIT) + SMALLEST) * size
        freedom = LEAST_FREEDOM + softplus(answer[..., 2] + UNIT).clamp(max=MOST_FREEDOM)
        return torch.stack([middle, scale, freedom], dim=-1)

    def loss(self, parameters: Tensor, targets: Tensor) -> Tensor:
        middle, scale, freedom = parameters.unbind(-1)
        z = (targets - middle) / scale
        constant = torch.lgamma((freedom + 1) / 2) - torch.lgamma(freedom / 2)
        tail = (freedom + 1) / 2 * torch.log1p(z.square() / freedom)
        return (tail + scale.log() + 0.5 * torch.log(freedom * math.pi) - constant).mean()

    def centre(self, parameters: Tensor) -> Tensor:
        return parameters[..., 0]

    def quantiles(self, parameters: Tensor, probabilities: Sequence[float]) -> Tensor:
        from scipy.stats import t  # noqa: PLC0415 -- only this head needs scipy

        middle, scale, freedom = (part.double().numpy() for part in parameters.unbind(-1))
        found = [torch.from_numpy(t.ppf(p, freedom) * scale + middle) for p in probabilities]
        return torch.stack(found)


class NegativeBinomialHead(Head):
    """Counts by their mean ``m`` and dispersion ``a``: variance ``m + a m^2``.

    Works in the unit of the data, where the values are whole numbers; the parameters also hold mean
    and spread of the series, which lead there and back.
    """

    outputs = 2

    def placed(self, answer: Tensor, place: Place, window: Window) -> Tensor:
        mean, spread = (part[:, None, :].expand_as(answer[..., 0]) for part in window[4:6])
        level = window.past.mean(dim=1, keepdim=True) * window.spread[:, None]
        level = level + window.mean[:, None]
        size = 1 + level.clamp(min=0)
        middle = softplus(answer[..., 0] + UNIT) * size + SMALLEST
        dispersion = softplus(answer[..., 1] + UNIT) / size.sqrt() + SMALLEST
        return torch.stack([middle, dispersion, mean, spread], dim=-1)

    def loss(self, parameters: Tensor, targets: Tensor) -> Tensor:
        middle, dispersion, mean, spread = parameters.unbind(-1)
        counts = (targets * spread + mean).clamp(min=0).round()
        size = 1 / dispersion
        choose = torch.lgamma(counts + size) - torch.lgamma(size) - torch.lgamma(counts + 1)
        both = torch.log(size + middle)
        parts = size * (size.log() - both) + counts * (middle.log() - both)
        return -(choose + parts).mean()

    def centre(self, parameters: Tensor) -> Tensor:
        middle, _, mean, spread = parameters.unbind(-1)
        return (middle - mean) / spread

    def quantiles(self, parameters: Tensor, probabilities: Sequence[float]) -> Tensor:
        from scipy.stats import nbinom  # noqa: PLC0415 -- only this head needs scipy

        middle, dispersion, mean, spread = (p.double().numpy() for p in parameters.unbind(-1))
        size = 1 / dispersion
        share = size / (size + middle)
        found = [(nbinom.ppf(p, size, share) - mean) / spread for p in probabilities]
        return torch.stack([torch.from_numpy(values) for values in found])


def require_counts(values: Tensor, series: str) -> None:
    """Raise SettingsError when observed values (NaN where missing) are not whole numbers from 0."""
    seen = values[~torch.isnan(values)]
    if bool(((seen < 0) | (seen != seen.round())).any()):
        raise SettingsError(
            gettext_noop(
                "negative_binomial describes counts, but series %(series)s holds negative or "
                "broken numbers; choose gaussian or student_t."
            ),
            series=series,
        )

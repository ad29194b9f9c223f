"""Sums over all windows of a series without forming one window.

With w_t = (z_t, …, z_{t+K-1}) and S = sum over t < N of w_t w_t', neighbouring entries differ by
one product that enters and one that leaves:
S[i+1, j+1] = S[i, j] + z[N+i] z[N+j] - z[i] z[j] (the displacement structure of covariance
matrices, Kailath, Kung and Morf 1979). The first row is a correlation, done by FFT.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.engine.panel import Floats

CHUNK: Final = 64


def half_gram(columns: Floats, lookback: int, width: int) -> Floats:
    """Rows 0 to ``lookback`` of S ``[L, K]``, summed over the columns ``[C, n]`` and all windows.

    A window is ``width`` values long; needs ``n >= width``. The columns should be on a common scale
    around zero: a level of 1e6 costs six digits once an anchor is applied.
    """
    windows = columns.shape[1] - width + 1
    gram = np.empty((lookback, width))
    gram[0] = _first_row(columns, windows, width)
    gram[:, 0] = gram[0, :lookback]
    # What enters and, with its sign turned on one side, what leaves: one product for both.
    right = np.concatenate([columns[:, windows:], columns[:, : width - 1]])
    left = np.concatenate([columns[:, windows:], -columns[:, : width - 1]])
    for low in range(0, lookback - 1, CHUNK):
        high = min(low + CHUNK, lookback - 1)
        change = left[:, low:high].T @ right
        for row in range(low, high):
            np.add(gram[row, :-1], change[row - low], out=gram[row + 1, 1:])
    return gram


def _first_row(columns: Floats, windows: int, width: int) -> Floats:
    """sum over columns and t < windows of z[t] z[t + j], for j < width."""
    size = 1 << (columns.shape[1] + width).bit_length()
    head = np.fft.rfft(columns[:, :windows], size)
    whole = np.fft.rfft(columns, size)
    spectrum = np.einsum("cf,cf->f", head.conj(), whole)
    return np.fft.irfft(spectrum, size)[:width]


def anchored(gram: Floats, weights: Floats) -> Floats:
    """The half Gram of windows from which ``weights @ x`` was subtracted, x the first L values.

    ``weights`` ``[L]`` sum to one: a one at the end subtracts the last input, 1/L each their mean.
    """
    lookback = len(weights)
    centre = weights @ gram
    level = centre[:lookback] @ weights
    return gram - centre[:lookback, None] - centre[None, :] + level


def anchor_weights(name: str, lookback: int) -> Floats:
    """The weights ``[L]`` of the anchor "last" or "mean"."""
    if name == "mean":
        return np.full(lookback, 1.0 / lookback)
    weights = np.zeros(lookback)
    weights[-1] = 1.0
    return weights

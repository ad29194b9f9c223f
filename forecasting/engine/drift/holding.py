"""Do intervals still hold what they promise? The binomial test on the values that came.

Of n values a share of ``level`` should lie inside; that as few or fewer do has the probability of
the lower tail of a binomial distribution, exact for values that do not depend on each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Held:
    """``inside`` of ``count`` values lay in the interval of ``level`` percent."""

    level: float
    inside: int
    count: int

    @property
    def share(self) -> float | None:
        """0 to 1; None without values."""
        return self.inside / self.count if self.count else None

    @property
    def p_fewer(self) -> float:
        """How likely luck alone leaves as few inside, or fewer; 1 without values."""
        return at_most(self.inside, self.count, self.level / 100)

    @property
    def p_more(self) -> float:
        """How likely luck alone brings as many inside, or more: too wide intervals."""
        return at_most(self.count - self.inside, self.count, 1 - self.level / 100)


def held(inside: NDArray[np.bool_], level: float) -> Held:
    """Count places ``[n]`` where a value lay inside."""
    return Held(level, int(np.count_nonzero(inside)), len(inside))


def at_most(successes: int, trials: int, chance: float) -> float:
    """Probability of at most so many successes."""
    if successes >= trials:
        return 1.0
    if chance <= 0 or chance >= 1:
        return 1.0 if chance <= 0 else 0.0
    yes, no = math.log(chance), math.log1p(-chance)
    terms = [
        math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        + k * yes + (trials - k) * no
        for k in range(successes + 1)
    ]  # fmt: skip
    top = max(terms)
    return min(1.0, math.exp(top) * math.fsum(math.exp(term - top) for term in terms))

"""Which place in an order an estimate may have, given how sure it is.

Each pair is compared by its difference; places are told from the differences that are clear, all
pairs at once (Bonferroni), and never from two whose own intervals overlap: a chart shows those, and
what overlaps there cannot be put in an order. After Mogstad, Romano, Shaikh and Wilhelm,
"Inference for ranks with applications to mobility across neighbourhoods and academic achievement
across countries", Review of Economic Studies 91 (2024).
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from evaluation.inference import Z95, Floats, Ints

Flags = npt.NDArray[np.bool_]

CONFIDENCE = 0.95


def surely_above(estimates: Floats, standard_errors: Floats) -> Flags:
    """For each estimate (rows) whether it is clearly larger than each (columns)."""
    number = len(estimates)
    pairs = number * (number - 1) / 2
    critical = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / max(pairs, 1))
    one, other = standard_errors[:, None], standard_errors[None, :]
    needed = np.maximum(critical * np.hypot(one, other), Z95 * (one + other))
    is_above: Flags = estimates[:, None] - estimates[None, :] > needed
    return is_above


def rank_ranges(estimates: Floats, standard_errors: Floats) -> tuple[Ints, Ints]:
    """Best and worst place of each estimate (1: the largest), right for all in 95 % of samples.

    The estimates are taken as independent of each other.
    """
    is_above = surely_above(estimates, standard_errors)
    best = 1 + is_above.sum(axis=0)
    worst = len(estimates) - is_above.sum(axis=1)
    return best, worst

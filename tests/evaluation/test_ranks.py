"""Which places estimates may have."""

from __future__ import annotations

import numpy as np

from evaluation.ranks import rank_ranges


def test_clearly_different_estimates_have_one_place_each() -> None:
    best, worst = rank_ranges(np.array([0.02, 0.10, 0.06]), np.full(3, 0.001))
    assert best.tolist() == worst.tolist() == [3, 1, 2]


def test_estimates_that_cannot_be_told_apart_share_all_places() -> None:
    best, worst = rank_ranges(np.array([0.05, 0.06, 0.07]), np.full(3, 0.02))
    assert best.tolist() == [1, 1, 1]
    assert worst.tolist() == [3, 3, 3]


def test_an_unsure_estimate_may_lie_anywhere_among_sure_ones() -> None:
    best, worst = rank_ranges(np.array([0.10, 0.06, 0.02]), np.array([0.001, 0.2, 0.001]))
    assert (best.tolist(), worst.tolist()) == ([1, 1, 2], [2, 3, 3])


def test_what_overlaps_on_a_chart_is_not_put_in_an_order() -> None:
    """The difference of two may be clear although their own intervals overlap."""
    best, worst = rank_ranges(np.array([0.10, 0.068]), np.array([0.01, 0.01]))
    assert (best.tolist(), worst.tolist()) == ([1, 1], [2, 2])
    best, worst = rank_ranges(np.array([0.10, 0.06]), np.array([0.01, 0.01]))
    assert (best.tolist(), worst.tolist()) == ([1, 2], [1, 2])


def test_no_estimate_and_a_single_one() -> None:
    assert rank_ranges(np.array([]), np.array([]))[0].size == 0
    best, worst = rank_ranges(np.array([0.1]), np.array([0.5]))
    assert (best.tolist(), worst.tolist()) == ([1], [1])


def test_true_places_lie_inside_in_at_least_95_of_100_samples() -> None:
    rng = np.random.default_rng(7)
    truth = np.array([0.10, 0.08, 0.07, 0.04])  # places 1 to 4
    error = np.full(4, 0.01)
    right = 0
    for _sample in range(400):
        best, worst = rank_ranges(rng.normal(truth, error), error)
        right += bool(np.all((best <= np.arange(1, 5)) & (np.arange(1, 5) <= worst)))
    assert right >= 0.95 * 400

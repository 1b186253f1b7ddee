"""From influence functions to standard errors, simultaneous bands and a joint test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# The normal quantile of a two-sided 95 % interval.
Z95 = 1.959963984540054

_DRAWS = 20_000
_SEED = 20_211_001  # the same data give the same band


@dataclass(frozen=True)
class Estimates:
    """Estimates at several event months, with their joint uncertainty.

    ``estimate``, ``standard_error`` and ``influence`` columns follow ``event`` (event months).
    ``influence`` is clusters x events: each cluster's share in each estimate's error, so that
    the joint covariance is ``influence.T @ influence``.
    """

    event: Ints
    estimate: Floats
    standard_error: Floats
    influence: Floats

    def interval(self) -> tuple[Floats, Floats]:
        """Lower and upper end of each estimate's own 95 % interval."""
        margin = Z95 * self.standard_error
        return self.estimate - margin, self.estimate + margin

    def band(self) -> tuple[Floats, Floats]:
        """Ends of the band that holds all true values at once in 95 % of samples."""
        margin = max(Z95, float(np.quantile(self._largest_draws(), 0.95))) * self.standard_error
        return self.estimate - margin, self.estimate + margin

    def joint_p_value(self) -> float:
        """Chance of an estimate this many standard errors from zero if all were zero."""
        largest = np.max(np.abs(self.estimate / self.standard_error))
        return float((1 + np.sum(self._largest_draws() >= largest)) / (1 + _DRAWS))

    def _largest_draws(self) -> Floats:
        """The largest of the standardised errors in draws from their joint distribution."""
        spread = np.sqrt(np.sum(self.influence**2, axis=0))
        correlation = (self.influence / spread).T @ (self.influence / spread)
        values, vectors = np.linalg.eigh(correlation)
        root = vectors * np.sqrt(np.clip(values, 0, None))
        draws = np.random.default_rng(_SEED).standard_normal((_DRAWS, len(values)))
        return np.asarray(np.abs(draws @ root.T).max(axis=1, initial=0))


def summed_by(cluster: Ints, influence: Floats) -> Floats:
    """Influence rows added up by cluster (codes 0, 1, 2 ...)."""
    total = np.zeros((int(cluster.max()) + 1, influence.shape[1]))
    np.add.at(total, cluster, influence)
    return total


def standard_errors(influence: Floats) -> Floats:
    """Square root of the summed squares of independent clusters."""
    return np.asarray(np.sqrt(np.sum(influence**2, axis=0)))

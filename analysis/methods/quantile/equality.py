r"""Do slopes differ between quantiles? A Wald test with the covariances across quantiles.

.. math:: F = (R b)' (R V R')^{-1} (R b) / q, \qquad R b = (b(\tau_2) - b(\tau_1), \dots)

Comparing intervals of separate fits ignores that neighbouring quantiles share most of their rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from analysis.methods.covariance.distributions import f_upper
from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.effects_tests import wald_statistic
from analysis.methods.panel.results import PanelTest
from analysis.methods.quantile.results import QuantileFit


def equality_test(
    fit: QuantileFit,
    terms: Sequence[str] | None = None,
    *,
    taus: Sequence[float] | None = None,
) -> PanelTest:
    """Test that slopes are the same at all quantiles.

    Parameters
    ----------
    fit
        A fit at two or more quantiles.
    terms
        Terms to compare jointly; default: all but ``const``.
    taus
        Quantiles to compare, among those fitted; default: all.

    Returns
    -------
    PanelTest
        ``quantile_equality``, F(q, df): df is G - 1 for clustered errors and n - k for a bootstrap
        of rows (Stata's ``sqreg`` and ``test``); for iid, nid and kernel errors n m - q (quantreg's
        ``anova``). Without a statistic, with the reason, where clusters are too few.

    Raises
    ------
    ValueError
        For unknown terms or quantiles, or fewer than two quantiles.
    """
    chosen = [t for t in fit.terms if t != "const"] if terms is None else list(terms)
    at = _quantile_positions(fit, taus)
    columns = [fit.position(term) for term in chosen]
    if not columns:
        raise ValueError("no terms to compare")
    m, width = len(at), len(fit.terms)
    contrasts = np.zeros(((m - 1) * len(columns), fit.taus.size * width))
    for step, (first, second) in enumerate(pairwise(at)):
        for place, column in enumerate(columns):
            row = step * len(columns) + place
            contrasts[row, first * width + column] = -1.0
            contrasts[row, second * width + column] = 1.0
    return _wald(fit, contrasts, chosen, m)


def _quantile_positions(fit: QuantileFit, taus: Sequence[float] | None) -> list[int]:
    wanted = fit.taus.tolist() if taus is None else sorted(taus)
    if len(wanted) < 2:
        raise ValueError("equality of slopes needs at least two quantiles")
    found = []
    for tau in wanted:
        near = np.flatnonzero(np.abs(fit.taus - tau) < 1e-9)
        if near.size == 0:
            raise ValueError(f"quantile {tau:g} is not among those fitted")
        found.append(int(near[0]))
    return found


def _wald(fit: QuantileFit, contrasts: FloatArray, terms: list[str], m: int) -> PanelTest:
    q = float(contrasts.shape[0])
    independent = fit.covariance_name.startswith(("iid", "nid", "kernel"))
    df2 = fit.n_obs * m - q if independent else fit.df
    null = f"{', '.join(terms)}: the same slope at all {m} quantiles"
    reason = None
    if fit.n_clusters and min(fit.n_clusters) <= q:
        reason = f"{min(fit.n_clusters)} clusters cannot support {q:g} contrasts"
    difference = contrasts @ fit.estimates.reshape(-1)
    variance = contrasts @ fit.covariance @ contrasts.T
    if reason is None:
        try:
            wald = wald_statistic(difference, variance, terms)
        except NotIdentified as refusal:
            reason = refusal.reason
    if reason is not None:
        note = f"not computed: {reason}; {fit.covariance_name}"
        return PanelTest("quantile_equality", None, q, df2, None, "upper", null, note)
    statistic = wald / q
    p = f_upper(statistic, q, df2)
    note = fit.covariance_name
    return PanelTest("quantile_equality", statistic, q, df2, p, "upper", null, note)

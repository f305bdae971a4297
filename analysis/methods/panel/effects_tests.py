"""Are there entity and time effects at all: F tests, and Breusch and Pagan's LM."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.methods.covariance.distributions import chi2_upper, f_upper
from analysis.methods.covariance.groups import Groups, group_sums
from analysis.methods.covariance.spec import FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.absorbed import regress
from analysis.methods.panel.inputs import check_panel
from analysis.methods.panel.results import PanelFit, PanelTest
from analysis.methods.panel.within import check_effects


def poolability_f(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    effects: Sequence[str] = ("entity", "time"),
) -> PanelTest:
    r"""Test whether all entity effects are zero, given the other `effects`.

    .. math:: F = \frac{(RSS_r - RSS_u) / q}{RSS_u / (n - K)}

    Parameters
    ----------
    y, X, names, entity, time
        As in `within`.
    effects
        Effects of the unrestricted model; must contain ``entity``.

    Returns
    -------
    PanelTest
        ``poolability_f``: plm's ``pFtest``, and the F that ``xtreg, fe`` prints at its foot.
        Valid for homoskedastic, uncorrelated errors.
    """
    full = check_effects(effects)
    reduced = tuple(e for e in full if e != "entity")
    return _effects_f("poolability_f", y, X, names, entity, time, full, reduced)


def time_effects_f(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    effects: Sequence[str] = ("entity", "time"),
) -> PanelTest:
    """Test whether all time effects are zero, given the other `effects`; see `poolability_f`."""
    full = check_effects(effects)
    reduced = tuple(e for e in full if e != "time")
    return _effects_f("time_effects_f", y, X, names, entity, time, full, reduced)


def both_effects_f(
    y: FloatArray, X: FloatArray, names: Sequence[str], entity: Labels, time: Labels
) -> PanelTest:
    """Test whether entity and time effects are all zero; see `poolability_f`."""
    return _effects_f("both_effects_f", y, X, names, entity, time, ("entity", "time"), ())


def breusch_pagan_lm(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    effects: Sequence[str] = ("entity",),
) -> PanelTest:
    r"""Test whether the variance of random effects is zero, from least-squares residuals.

    .. math::

        LM = \frac{n^2}{2 (\sum_i T_i^2 - n)} A^2, \qquad
        A = 1 - \frac{\sum_i (\sum_t e_{it})^2}{\sum_{it} e_{it}^2}

    Parameters
    ----------
    y, X, names, entity, time
        As in `pooled_ols`.
    effects
        ``("entity",)``, ``("time",)`` or both (then the sum of the two, chi2 with 2 degrees).

    Returns
    -------
    PanelTest
        For one effect as Stata's ``xttest0``: a variance cannot be negative, so the p-value is
        half of chi2(1)'s when A < 0 (positive correlation) and statistic 0 with p 1 otherwise; the
        two-sided value stands in the note.

    References
    ----------
    Breusch and Pagan (1980), REStud 47; Baltagi and Li (1990) for unbalanced panels.
    """
    chosen = check_effects(effects)
    panel = check_panel(y, X, names, entity, time)
    residuals = regress(panel, ()).solution.residuals
    parts = [panel.entity if e == "entity" else panel.time for e in chosen]
    signed = [_signed_lm(residuals, g) for g in parts]
    null = f"no random {' and '.join(chosen)} effects: their variance is zero"
    if len(signed) == 2:
        total = sum(s**2 for s in signed)
        return PanelTest(
            "breusch_pagan_lm", total, 2.0, None, chi2_upper(total, 2), "two_sided", null, "chi2(2)"
        )
    two_sided = signed[0] ** 2
    p_two = chi2_upper(two_sided, 1)
    statistic, p = (two_sided, p_two / 2) if signed[0] > 0 else (0.0, 1.0)
    note = f"chibar2(01); two-sided: LM {two_sided:.6g}, chi2(1) p {p_two:.4g}"
    return PanelTest("breusch_pagan_lm", statistic, 1.0, None, p, "one_sided", null, note)


def joint_significance(fit: PanelFit, terms: Sequence[str] | None = None) -> PanelTest:
    """Test whether several coefficients of a fit are zero together (Wald, by its covariance).

    Parameters
    ----------
    fit
        A fitted model.
    terms
        Terms to test; default: all slopes.

    Returns
    -------
    PanelTest
        ``joint_significance``: F(q, df) when the fit has t statistics, chi2(q) otherwise.

    Raises
    ------
    NotIdentified
        If the covariance of these terms is singular: fewer clusters than coefficients.
    ValueError
        If a term is unknown or none is given.
    """
    chosen = [t for t in fit.terms if t != "const"] if terms is None else list(terms)
    if not chosen:
        raise ValueError("no terms to test")
    where = [fit.position(t) for t in chosen]
    wald = wald_statistic(fit.estimates[where], fit.covariance[np.ix_(where, where)], chosen)
    null = f"{', '.join(chosen)}: all coefficients are zero"
    q = float(len(chosen))
    if fit.df is None:
        p = chi2_upper(wald, q)
        return PanelTest("joint_significance", wald, q, None, p, "upper", null, fit.covariance_name)
    f = wald / q
    p = f_upper(f, q, fit.df)
    return PanelTest("joint_significance", f, q, fit.df, p, "upper", null, fit.covariance_name)


def wald_statistic(estimates: FloatArray, matrix: FloatArray, terms: Sequence[str]) -> float:
    """Form the Wald statistic b' V^-1 b, refused where V has no full rank.

    Raises
    ------
    NotIdentified
        If V is singular at working precision.
    """
    scale = np.sqrt(np.diagonal(matrix))
    correlation = matrix / np.outer(scale, scale)
    if np.linalg.eigvalsh(correlation).min(initial=1.0) < 1e-10:
        raise NotIdentified(
            f"The covariance of {', '.join(terms)} is singular: there are too few clusters to "
            "test them together.",
            "Test fewer coefficients, or use another covariance.",
        )
    z = estimates / scale
    return float(z @ np.linalg.solve(correlation, z))


def _effects_f(
    test: str,
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    full: tuple[str, ...],
    reduced: tuple[str, ...],
) -> PanelTest:
    tested = [e for e in full if e not in reduced]
    if not tested:
        raise ValueError(f"{test} needs the effects that it tests; got {list(full)}")
    panel = check_panel(y, X, names, entity, time)
    free, restricted = regress(panel, full), regress(panel, reduced)
    df1 = float(free.count.total - restricted.count.total)
    df2 = float(free.count.n_obs - free.count.total)
    rss = free.solution.rss
    f = max(restricted.solution.rss - rss, 0.0) / df1 / (rss / df2)
    null = f"all {' and '.join(tested)} effects are zero" + (
        f", given {' and '.join(reduced)} effects" if reduced else ""
    )
    p = f_upper(f, df1, df2)
    return PanelTest(test, f, df1, df2, p, "upper", null, "F, homoskedastic errors")


def _signed_lm(residuals: FloatArray, groups: Groups) -> float:
    """Honda's (1985) standard normal form; positive when rows of a group resemble each other."""
    n = residuals.size
    pairs = float((groups.sizes.astype(np.float64) ** 2).sum()) - n
    if pairs == 0:
        raise NotIdentified(
            "Every group has a single row: effects and errors cannot be told apart.",
            "Test the other effect.",
        )
    sums = group_sums(residuals, groups)
    a = float(sums @ sums) / float(residuals @ residuals) - 1
    return float(n / np.sqrt(2 * pairs) * a)

"""What the panel estimators and tests return."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.methods.covariance.spec import FloatArray, IntArray, Labels
from analysis.methods.named import Named


@dataclass(frozen=True, slots=True)
class RSquared:
    """The kinds of R2 that go by that name, each computed from the same slopes.

    A share is ``None`` where it is 0/0 (no variation of that kind in the fit or outcome).

    Attributes
    ----------
    within
        1 - rss / tss after all absorbed effects are projected out of y (plm ``rsq``, fixest
        ``wr2``). Without absorbed effects (pooled, random): the squared correlation of
        entity-demeaned y and entity-demeaned Xb, as Stata's ``xtreg, re``.
    between
        Squared correlation of the entity means of y and of Xb.
    overall
        Squared correlation of y and Xb, effects and constant left out; for pooled least squares
        the ordinary R2.
    lsdv
        1 - rss / tss about the grand mean: every dummy counts as explanation.
    adjusted
        `lsdv` adjusted for all estimated parameters, dummies included (Stata's ``areg``).
    xtreg_within, xtreg_between, xtreg_overall
        What ``xtreg y x i.year, fe`` prints: entity-demeaned, with the time dummies counted as
        regressors. Equal to the three above when no time effects are absorbed.
    """

    within: float | None
    between: float | None
    overall: float | None
    lsdv: float | None
    adjusted: float | None
    xtreg_within: float | None
    xtreg_between: float | None
    xtreg_overall: float | None


@dataclass(frozen=True, slots=True, eq=False)
class PanelFit(Named):
    """A fitted linear panel model.

    Attributes
    ----------
    method
        ``pooled_ols``, ``within``, ``random_effects`` or ``between``.
    terms
        Names of the k coefficients: the regressors in their order, then ``const``.
    estimates, std_errors, statistics, p_values, ci_low, ci_high
        Shape ``(k,)``. `p_values` are two-sided.
    covariance
        Shape ``(k, k)``, small-sample factor included.
    covariance_name, small_sample
        What the standard errors are, e.g. ``cluster(entity)``, and by whose convention.
    factor
        The small-sample factor on the variance that `covariance` contains.
    df
        Degrees of freedom of the t distribution behind p and interval; ``None``: normal.
    level
        Coverage of the interval, e.g. 0.95.
    r2
        All kinds of R2.
    loglik
        Gaussian log-likelihood at the estimates; dummies counted for `within`.
    sigma2
        Residual variance: rss / df_residual; random effects: of the idiosyncratic error.
    rss
        Residual sum of squares; random effects: of the quasi-demeaned regression.
    df_residual
        Rows minus all estimated coefficients, absorbed effects included.
    n_obs, n_entities, n_periods
        Rows, distinct entities, distinct periods.
    n_clusters
        Number of clusters per cluster variable; empty for other kinds.
    effects
        Which effects the model has: ``entity``, ``time``, both or none.
    entity_labels, entity_effects, time_labels, time_effects
        Absorbed effects beside their labels, summing to zero over the rows (`const` holds the
        level); random effects: the best linear predictions. ``None`` when there are none.
    sigma2_entity, sigma2_time
        Variances of the random effects; ``None`` elsewhere.
    theta
        Share of the entity mean that random effects subtract, per entity; ``None`` elsewhere.
    residuals, fitted
        Shape ``(n,)``, in the order of the rows given; `fitted` contains the effects for `within`
        and Xb alone otherwise.
    notes
        What a reader must know, in words: few clusters, singletons, a variance set to zero.
    """

    method: str
    terms: tuple[str, ...]
    estimates: FloatArray
    covariance: FloatArray
    std_errors: FloatArray
    statistics: FloatArray
    p_values: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    covariance_name: str
    small_sample: str
    factor: float
    df: float | None
    level: float
    r2: RSquared
    loglik: float
    sigma2: float
    rss: float
    df_residual: int
    n_obs: int
    n_entities: int
    n_periods: int
    n_clusters: tuple[int, ...]
    effects: tuple[str, ...]
    entity_labels: Labels
    entity_effects: FloatArray | None
    time_labels: Labels
    time_effects: FloatArray | None
    sigma2_entity: float | None
    sigma2_time: float | None
    theta: FloatArray | None
    residuals: FloatArray
    fitted: FloatArray
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PanelTest:
    """A specification test, ready to be stored as one row of diagnostics.

    Attributes
    ----------
    test
        Name, e.g. ``poolability_f``.
    statistic, p_value
        ``None`` when the statistic is not defined; `note` then says why.
    df1, df2
        Degrees of freedom; `df2` only for an F, both ``None`` for a normal.
    tail
        ``upper``, ``one_sided`` or ``two_sided``.
    null_hypothesis
        What a small p-value speaks against, in words.
    note
        Distribution, convention, or the reason why there is no number.
    """

    test: str
    statistic: float | None
    df1: float | None
    df2: float | None
    p_value: float | None
    tail: str
    null_hypothesis: str
    note: str


__all__ = ["FloatArray", "IntArray", "Labels", "PanelFit", "PanelTest", "RSquared"]

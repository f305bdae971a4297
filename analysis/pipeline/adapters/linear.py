"""Rows that every linear panel regression leaves, whichever method ran it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from analysis.methods.covariance import Covariance, Kind
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.results import PanelFit
from analysis.pipeline.adapters import rows
from analysis.results.records import Estimate
from analysis.study.options.covariance import CovarianceOption, InfluenceErrorOption

if TYPE_CHECKING:
    from analysis.pipeline.design import Design


Fit = TypeVar("Fit")


def covariance(option: CovarianceOption, design: Design | None = None) -> Covariance:
    """Return the method's request for a kind of standard error.

    Parameters
    ----------
    option
        The kind.
    design
        The rows it is for; only Conley errors look at them, for their coordinates.

    Raises
    ------
    NotIdentified
        For Conley errors of a method that knows no coordinates.
    """
    places = None
    if option.coordinates is not None:
        if design is None:
            raise NotIdentified(
                "Conley errors are not defined for this method.",
                "Choose clustered or Driscoll-Kraay errors.",
            )
        places = np.column_stack([design.column(name) for name in option.coordinates])
    return Covariance(
        kind=option.kind,
        by=option.by,
        small_sample=option.small_sample,
        lags=option.lag,
        lag_rule=option.rule,
        coordinates=places,
        cutoff_km=option.cutoff_km,
    )


def influence_covariance(option: InfluenceErrorOption, kind: Kind) -> Covariance:
    """Return the request for errors of a kind that influence functions give."""
    return Covariance(
        kind=kind,
        by=option.by,
        small_sample=option.small_sample,
        lags=option.lag,
        lag_rule=option.rule,
    )


def each_kind(
    fit: Callable[[Covariance], Fit], requests: Sequence[Covariance]
) -> tuple[list[Fit], list[str]]:
    """Fit a model once per kind of standard error, the headline first.

    Returns
    -------
    tuple[list, list[str]]
        The fits, and for each kind that the data do not allow why it is left out.

    Raises
    ------
    NotIdentified
        If the data do not allow the headline.
    """
    fits, left_out = [fit(requests[0])], []
    for request in requests[1:]:
        try:
            fits.append(fit(request))
        except NotIdentified as refusal:
            left_out.append(f"{request.name} errors are left out: {refusal.reason}")
    return fits, left_out


def estimates(
    fit: PanelFit, *, is_headline: bool, places: Sequence[rows.Place] | None = None
) -> list[Estimate]:
    """Return one row per coefficient of a fit.

    Parameters
    ----------
    fit
        The regression.
    is_headline
        Whether its standard errors are the kind that the study names first.
    places
        Part and term of each coefficient; default: its own name in the main part.
    """
    return rows.estimates(
        fit, places or rows.in_main(fit.terms), df=fit.df, is_headline=is_headline
    )


def statistics(fit: PanelFit, *, counts_year_dummies: bool) -> dict[str, float]:
    """Return the named numbers that describe a fit.

    Parameters
    ----------
    fit
        The regression.
    counts_year_dummies
        Whether to name what ``xtreg, fe`` prints, which counts year dummies as regressors.
    """
    r2 = fit.r2
    numbers: dict[str, float | None] = {
        "n_obs": fit.n_obs,
        "n_entities": fit.n_entities,
        "n_periods": fit.n_periods,
        "r2_within": r2.within,
        "r2_between": r2.between,
        "r2_overall": r2.overall,
        "r2_lsdv": r2.lsdv,
        "r2_adjusted": r2.adjusted,
        "loglik": fit.loglik,
        "sigma2": fit.sigma2,
        "sigma2_entity": fit.sigma2_entity,
        "sigma2_time": fit.sigma2_time,
        "rss": fit.rss,
        "df_residual": fit.df_residual,
    }
    if counts_year_dummies:
        numbers["r2_within_xtreg"] = r2.xtreg_within
    return {name: float(value) for name, value in numbers.items() if value is not None}


def cluster_counts(fit: PanelFit, option: CovarianceOption) -> dict[str, float]:
    """Return the number of clusters of each kind, where standard errors are clustered."""
    if option.kind not in ("cluster", "cr3"):
        return {}
    pairs = zip(option.by, fit.n_clusters, strict=True)
    return {f"n_clusters_{by}": float(count) for by, count in pairs}

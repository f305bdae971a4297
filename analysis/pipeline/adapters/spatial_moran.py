"""Moran's I and Geary's C by period, local Moran, and autocorrelation of residuals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.local_moran import local_moran
from analysis.methods.spatial.moran import (
    Autocorrelation,
    Moments,
    global_geary,
    global_moran,
    moran_scatter,
)
from analysis.methods.spatial.residual_moran import residual_moran
from analysis.pipeline.adapters.rows import sizes
from analysis.pipeline.adapters.spatial_weights import check_record, require_balanced
from analysis.pipeline.context import Context, Ours, Records
from analysis.pipeline.design import Design
from analysis.pipeline.weights import Weights
from analysis.results.records import Record
from analysis.results.spatial_records import LocalMoran, Moran
from analysis.study.options.spatial import MoranOptions, Regression

FloatArray = NDArray[np.float64]

POOLED = "pooled"


def run(design: Design, options: MoranOptions, context: Context) -> Records:
    """Test a variable in every period, or the residuals of a regression."""
    require_balanced(design)
    weights = design.weights[options.weights]
    checked = check_record(weights, design.entity_names)
    if options.residuals is not None:
        rows: list[Record] = [_of_residuals(design, weights, options.residuals)]
        return Records((*rows, checked, *sizes(design)))
    variable = str(options.variable)
    sections = design.column(variable).reshape(len(design.entities), -1).T
    periods = _periods(design)
    _refuse_constant(sections, variable, periods)
    found = _global(sections, weights, options, context)
    rows = [_row(period, *one, options) for period, one in zip(periods, found, strict=True)]
    comparable: dict[tuple[str, ...], Ours] = {
        (row.period, variable, name): Ours(float(value), f"{name}, {options.variance}")
        for row in rows
        if isinstance(row, Moran)
        for name, value in (("i", row.i), ("z", row.z), ("p_one_sided", row.p_one_sided))
        if value is not None
    }
    rows += _local(design, sections, weights, options, context)
    return Records((*rows, checked, *sizes(design)), comparable)


def _periods(design: Design) -> list[str]:
    return [str(time) for time in design.times] if design.has_time else [POOLED]


def _refuse_constant(sections: FloatArray, variable: str, periods: list[str]) -> None:
    spread = np.ptp(sections, axis=1) > 1e-12 * np.abs(sections).max(axis=1)
    if not spread.all():
        constant = [period for period, varies in zip(periods, spread, strict=True) if not varies]
        raise NotIdentified(
            f"{variable} is the same everywhere in {', '.join(constant)}: there is no pattern to "
            "look for.",
            "Leave these periods out by a sample, or choose another variable.",
        )


def _global(
    sections: FloatArray, weights: Weights, options: MoranOptions, context: Context
) -> list[tuple[Autocorrelation, Autocorrelation]]:
    moran = global_moran(
        sections,
        weights.matrix,
        permutations=options.permutations,
        rng=context.generator(),
        allow_islands=weights.allow_islands,
    )
    geary = global_geary(sections, weights.matrix, allow_islands=weights.allow_islands)
    return list(zip(moran, geary, strict=True))


def _row(
    period: str, moran: Autocorrelation, geary: Autocorrelation, options: MoranOptions
) -> Moran:
    own, other = _moments(moran, options), _moments(geary, options)
    return Moran(
        period=period,
        i=moran.statistic,
        expected=own.expected,
        variance=own.variance,
        z=own.z_score,
        p_one_sided=own.p_one_sided,
        p_two_sided=own.p_two_sided,
        p_permutation=moran.p_permutation,
        p_permutation_two_sided=moran.p_permutation_two_sided,
        p_adjusted=moran.p_holm,
        p_step_down=moran.p_step_down,
        assumption=options.variance,
        kurtosis=moran.kurtosis,
        geary=geary.statistic,
        geary_z=other.z_score,
        geary_p=other.p_one_sided,
        permutations=moran.permutations,
    )


def _moments(found: Autocorrelation, options: MoranOptions) -> Moments:
    return found.normality if options.variance == "normality" else found.randomisation


def _local(
    design: Design,
    sections: FloatArray,
    weights: Weights,
    options: MoranOptions,
    context: Context,
) -> list[Record]:
    rng = context.generator() if options.local_permutations else None
    rows: list[Record] = []
    for period, values in zip(_periods(design), sections, strict=True):
        scatter = moran_scatter(values, weights.matrix, allow_islands=weights.allow_islands)
        found = local_moran(
            values,
            weights.matrix,
            permutations=options.local_permutations,
            rng=rng,
            level=options.level,
            allow_islands=weights.allow_islands,
        )
        p = found.p_permutation
        rows += [
            LocalMoran(
                period=period,
                region_id=str(design.entities[k]),
                region_name=design.entity_names[k],
                z=float(scatter.z[k]),
                lag=float(scatter.lag[k]),
                i=float(found.statistic[k]),
                expected=float(found.expected[k]),
                variance=float(found.variance[k]),
                p_value=float(found.p_value[k]),
                p_permutation=None if p is None else float(p[k]),
                p_adjusted=float(found.p_adjusted[k]),
                quadrant=found.quadrant[k],
                cluster=found.cluster[k],
            )
            for k in range(len(design.entities))
        ]
    return rows


def _of_residuals(design: Design, weights: Weights, regression: Regression) -> Moran:
    statistic, moments = residual_moran(
        *design.arrays,
        weights=weights.matrix,
        effects=regression.effects,
        allow_islands=weights.allow_islands,
    )
    return Moran(
        period=POOLED,
        i=statistic,
        expected=moments.expected,
        variance=moments.variance,
        z=moments.z_score,
        p_one_sided=moments.p_one_sided,
        p_two_sided=moments.p_two_sided,
        assumption="normality",
    )

"""Tests of spatial panel models as rows, and how probable the models are."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from analysis.methods.errors import NotIdentified
from analysis.methods.panel.results import PanelTest
from analysis.methods.spatial.design import Model
from analysis.methods.spatial.lm_tests import panel_lm_tests
from analysis.methods.spatial.logdet import LogDet
from analysis.methods.spatial.model_tests import (
    durbin_tests,
    effects_tests,
    joint_tests,
    spatial_hausman,
    spatial_mundlak,
)
from analysis.methods.spatial.probabilities import model_probabilities
from analysis.methods.spatial.residual_moran import residual_moran, residuals_by_period
from analysis.methods.spatial.results import SpatialFit
from analysis.methods.spatial.stacked import SpatialPanel
from analysis.pipeline.adapters.rows import diagnostic, untested
from analysis.pipeline.design import Design
from analysis.pipeline.weights import Weights
from analysis.results.records import MAIN, Diagnostic, FitStatistic, Record
from analysis.results.spatial_records import Moran
from analysis.study.options.spatial import SpatialPanelOptions

TRANSFORM = "transform"

_Tests = Callable[[], Iterable[PanelTest]]


def test_rows(
    data: SpatialPanel, fit: SpatialFit, model: Model, options: SpatialPanelOptions
) -> list[Record]:
    """Return the groups of tests that were asked for."""
    chosen, known, lagged = options.chosen_tests, fit.determinant, options.lagged
    has_units = "entity" in options.effects and data.n_periods > 1
    rows: list[Record] = []
    if "lm" in chosen:
        rows += _before(data, options)
    if "nested" in chosen and fit.model == "sdm":
        rows += _rows("nested", lambda: durbin_tests(data, fit, lagged=lagged))
    if "effects" in chosen and data.n_periods > 1:
        rows += _rows(
            "lr_effects", lambda: effects_tests(data, model, determinant=known, lagged=lagged)
        )
    if "hausman" in chosen and has_units and not options.dynamic:
        rows += _hausman_rows(data, model, options, fit)
    if "joint" in chosen:
        rows += _rows("joint", lambda: joint_tests(fit))
    return rows


def _hausman_rows(
    data: SpatialPanel, model: Model, options: SpatialPanelOptions, fit: SpatialFit
) -> list[Record]:
    with_time, lagged, known = "time" in options.effects, options.lagged, fit.determinant

    def contrast() -> list[PanelTest]:
        return [spatial_hausman(data, model, with_time=with_time, determinant=known, lagged=lagged)]

    def means() -> list[PanelTest]:
        return [spatial_mundlak(data, model, with_time=with_time, determinant=known, lagged=lagged)]

    return [*_rows("hausman", contrast), *_rows("hausman_mundlak", means)]


def _rows(name: str, run: _Tests, part: str = MAIN) -> list[Record]:
    try:
        return [diagnostic(test, part) for test in run()]
    except NotIdentified as refusal:
        # The model stands without the test; the reason stands where its number would.
        return [untested(name, refusal.reason, part)]


def _before(data: SpatialPanel, options: SpatialPanelOptions) -> list[Record]:
    """Return the tests of the regression without spatial terms, with the same fixed effects."""
    effects = options.effects
    rows = _rows("lm_lag", lambda: panel_lm_tests(data, effects))
    if effects and ("time" not in effects or data.is_row_standardised):
        rows += _rows(
            "lm_lag", lambda: panel_lm_tests(data, effects, form="transform"), part=TRANSFORM
        )
    try:
        rows.append(_moran_of_residuals(data, effects))
    except NotIdentified as refusal:
        rows.append(untested("moran_residuals", refusal.reason))
    return rows


def _moran_of_residuals(data: SpatialPanel, effects: tuple[str, ...]) -> Diagnostic:
    panel = data.panel
    statistic, moments = residual_moran(
        panel.y,
        panel.X,
        panel.names,
        panel.entity.labels[panel.entity.codes],
        panel.time.labels[panel.time.codes],
        weights=data.weights,
        effects=effects,
        allow_islands=True,
    )
    return Diagnostic(
        test="moran_residuals",
        statistic=moments.z_score,
        p_value=moments.p_two_sided,
        tail="two_sided",
        null_hypothesis="errors of the regression without spatial terms are independent in space",
        note=f"z; Moran's I {statistic:.4f}, expected {moments.expected:.4f}, moments know the "
        "regressors and effects",
    )


def probability_rows(
    data: SpatialPanel, options: SpatialPanelOptions, determinant: LogDet
) -> list[Record]:
    """Return the posterior probability of each of the five models."""
    if "probabilities" not in options.chosen_tests:
        return []
    found = model_probabilities(
        data, options.effects, determinant=determinant, lagged=options.lagged
    )
    return [FitStatistic(name=f"probability_{one.model}", value=one.probability) for one in found]


def residual_rows(design: Design, fit: SpatialFit, weights: Weights) -> list[Record]:
    """Return Moran's I of what the model leaves unexplained, by period, as if it were data.

    The model stands where there is no such I: the reason stands instead.
    """
    if design.n_rows == fit.residuals.size:
        entity, time, labels = design.entity_index, design.time_index, design.times
    else:
        # A dynamic model: the first period is past only.
        labels = design.times[1:]
        entity = np.repeat(np.arange(fit.n_units), fit.n_periods)
        time = np.tile(np.arange(fit.n_periods), fit.n_units)
    try:
        found = residuals_by_period(
            fit.residuals, entity, time, weights.matrix, allow_islands=weights.allow_islands
        )
    except NotIdentified as refusal:
        return [untested("moran_by_period", refusal.reason)]
    return [
        Moran(
            period=str(label) if design.has_time else "pooled",
            i=one.statistic,
            expected=one.randomisation.expected,
            variance=one.randomisation.variance,
            z=one.randomisation.z_score,
            p_one_sided=one.randomisation.p_one_sided,
            p_two_sided=one.randomisation.p_two_sided,
            p_adjusted=one.p_holm,
            assumption="randomisation",
            kurtosis=one.kurtosis,
        )
        for label, one in zip(labels, found, strict=True)
    ]

"""Necessary condition analysis: ceilings, effect sizes, permutation tests, bottlenecks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.methods.nca.bottleneck import bottleneck
from analysis.methods.nca.ceiling import Ceiling, ceiling
from analysis.methods.nca.permutation import PermutationTest, permutation_test
from analysis.methods.qca.sets import FloatArray
from analysis.pipeline.adapters.qca_sets import Cases, calibrated, make_cases, refusing
from analysis.pipeline.context import Context, Ours, Records, model_seed
from analysis.pipeline.design import Design
from analysis.results.nca_records import NcaBottleneck, NcaCase, NcaCeiling, NcaPeer
from analysis.results.qca_records import QcaCalibration
from analysis.results.records import FitStatistic, Record
from analysis.study.options.nca import NcaOptions

_NEXT_STEP = "Leave the variable out, or widen the sample."


def run(design: Design, options: NcaOptions, context: Context) -> Records:
    """Draw the ceilings of every condition, and test how empty the corner above them is.

    Columns that the study gives anchors are calibrated, others stay in their units. The scope
    is the observed one.

    Raises
    ------
    NotIdentified
        If a variable is constant or cannot be calibrated, or there are fewer than two cases.
    """
    cases = make_cases(design, options)
    values, made = _values(cases, options)
    rows: list[Record] = [FitStatistic(name="n_cases", value=float(cases.n)), *made]
    rows += _cases(cases, options, values)
    comparable: dict[tuple[str, ...], Ours] = {}
    for position, name in enumerate(options.conditions):
        # Of its own, so that neither the other conditions nor their order change its p.
        seed = model_seed(context.seed, name)
        for line in options.ceilings:
            x, y = values[:, position], values[:, -1]
            with refusing(_NEXT_STEP, name):
                found = ceiling(x, y, line)
                test = None
                if options.permutations:
                    shuffles = options.permutations
                    generator = np.random.default_rng(seed)
                    test = permutation_test(x, y, generator, line, n_permutations=shuffles)
            rows.append(_ceiling(name, found, test))
            rows += _bottleneck(name, found, options.levels)
            comparable[f"{name} {line}", "effect_size"] = Ours(found.effect_size)
        if "ce_fdh" in options.ceilings:
            rows += _peers(name, values[:, position], values[:, -1])
    return Records(tuple(rows), comparable)


def _values(cases: Cases, options: NcaOptions) -> tuple[FloatArray, list[QcaCalibration]]:
    """Return the variables as analysed, the outcome last, and how sets were made of them."""
    values, made = cases.values.copy(), []
    for position, name in enumerate(options.variables):
        if options.anchors.of(name).kind != "none":
            values[:, position], row = calibrated(name, values[:, position], options, cases)
            made.append(row)
    if options.is_negated:
        y = values[:, -1]
        is_set = options.anchors.of(options.variable).kind != "none"
        # What is not a set is turned about the middle of its range.
        values[:, -1] = 1.0 - y if is_set else y.min() + y.max() - y
    return values, made


def _cases(cases: Cases, options: NcaOptions, values: FloatArray) -> Iterator[NcaCase]:
    names = (*options.conditions, options.outcome_name)
    for entity, period, row in zip(cases.entities, cases.periods, values.tolist(), strict=True):
        for name, value in zip(names, row, strict=True):
            yield NcaCase(region_id=entity, year=period, variable=name, value=value)


def _ceiling(name: str, found: Ceiling, test: PermutationTest | None) -> NcaCeiling:
    return NcaCeiling(
        condition=name,
        ceiling=found.kind,
        scope=found.scope.area,
        effect_size=found.effect_size,
        p_permutation=None if test is None else test.p_value,
        p_accuracy=None if test is None else test.p_accuracy,
        n_permutations=0 if test is None else test.n_permutations,
        zone=found.zone,
        accuracy=found.accuracy,
        slope=found.slope,
        intercept=found.intercept,
        x_low=found.scope.x_low,
        x_high=found.scope.x_high,
        y_low=found.scope.y_low,
        y_high=found.scope.y_high,
        note=found.note,
    )


def _bottleneck(name: str, found: Ceiling, levels: tuple[float, ...]) -> Iterator[NcaBottleneck]:
    for row in bottleneck(found, levels):
        level = row.required_level
        yield NcaBottleneck(
            condition=name,
            ceiling=found.kind,
            outcome_level=row.outcome_level / 100,
            # A level of the highest x may come out a rounding error above it.
            required_level=None if level is None else min(level / 100, 1.0),
            requirement=row.requirement,
        )


def _peers(name: str, x: FloatArray, y: FloatArray) -> Iterator[NcaPeer]:
    found = ceiling(x, y, "ce_fdh")
    corners = np.unique(np.column_stack([found.peers_x, found.peers_y]), axis=0).tolist()
    for number, (at, height) in enumerate(corners, 1):
        yield NcaPeer(condition=name, peer_no=number, x=at, y=height)

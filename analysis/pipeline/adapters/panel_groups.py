"""A coefficient by group of entities: slopes, and three tests that they differ.

Parts: ``group:<group>`` the slopes of the stacked regression, ``interaction:<group>`` those with
common controls, ``difference:<first>-<second>`` the pairs. The tests are rows of
``region_difference`` in the parts ``interaction``, ``sur``, ``permutation`` and, per pair,
``difference:…`` (by permutation, with the clustered p in its estimate).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from analysis.methods.covariance.distributions import critical_value
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.group_difference import GroupDifference, group_difference
from analysis.pipeline.adapters import linear
from analysis.pipeline.adapters.rows import diagnostic, note, sizes
from analysis.pipeline.context import Context, Records
from analysis.pipeline.design import Design, IntArray
from analysis.pipeline.groups import groups_of_rows
from analysis.results.records import Diagnostic, Estimate, FitStatistic, Record
from analysis.study.options.panel import GroupsOptions


def run(design: Design, options: GroupsOptions, context: Context) -> Records:
    """Estimate the coefficient in every group and test that it is the same."""
    codes = groups_of_rows(design, context.panel, options.groups)
    inside = codes >= 0
    absent = [name for g, name in enumerate(options.groups) if not (codes == g).any()]
    if absent:
        raise NotIdentified(
            f"The group {', '.join(absent)} has no row that the model can use.",
            "Leave the group out or widen its condition.",
        )
    found = group_difference(
        design.y[inside],
        design.X[inside],
        design.names,
        design.entity_index[inside],
        design.time_index[inside],
        groups=codes[inside],
        term=options.focus,
        rng=context.generator(),
        group_names=options.groups,
        effects=options.effects,
        draws=options.permutations,
        level=options.confidence,
    )
    rows = [*_slopes(found), *_differences(found, options), *_tests(found)]
    rows += _statistics(found, design, codes, options)
    outside: list[str] = []
    n_outside = len({*design.entity_index.tolist()}) - len({*design.entity_index[inside].tolist()})
    if n_outside:
        outside.append(f"{n_outside} entities belong to none of the groups and are left out")
    return Records(tuple(rows), note=note(found.stacked.notes, found.interacted.notes, outside))


def _slopes(found: GroupDifference) -> Iterator[Record]:
    for prefix, fit in (("group", found.stacked), ("interaction", found.interacted)):
        rows = linear.estimates(fit, is_headline=True)
        by_term = {row.term: row for row in rows}
        for name in found.groups:
            row = by_term[f"{found.term}:{name}"]
            yield replace(row, part=f"{prefix}:{name}", term=found.term)


def _differences(found: GroupDifference, options: GroupsOptions) -> Iterator[Record]:
    for pair in found.contrasts:
        first, second = pair.first, pair.second
        part = f"difference:{first}-{second}"
        df = pair.df if np.isfinite(pair.df) else None
        reach = critical_value(options.confidence, df) * pair.std_error
        yield Estimate(
            part=part,
            term=found.term,
            estimate=pair.difference,
            std_error=pair.std_error,
            std_error_kind=found.stacked.covariance_name,
            statistic=pair.difference / pair.std_error,
            df=df,
            p_value=pair.p_value,
            ci_low=pair.difference - reach,
            ci_high=pair.difference + reach,
        )
        if pair.p_permutation is not None:
            yield Diagnostic(
                part=part,
                test="region_difference",
                statistic=abs(pair.difference / pair.std_error),
                p_value=pair.p_permutation,
                tail="two_sided",
                null_hypothesis=f"the slope of {found.term} is the same in {first} and {second}",
                note=f"{found.draws} reassignments of whole entities to groups",
            )


def _tests(found: GroupDifference) -> Iterator[Record]:
    null = f"the slope of {found.term} is the same in {', '.join(found.groups)}"
    for part, test in found.tests.items():
        yield replace(diagnostic(test, part), null_hypothesis=null)


def _statistics(
    found: GroupDifference, design: Design, codes: IntArray, options: GroupsOptions
) -> Iterator[Record]:
    rows = np.flatnonzero(codes >= 0)
    if rows.size == design.n_rows:
        yield from sizes(design)
    for name in found.groups:
        inside = codes == options.groups.index(name)
        part = f"group:{name}"
        yield FitStatistic(part=part, name="n_obs", value=float(inside.sum()))
        entities = np.unique(design.entity_index[inside]).size
        yield FitStatistic(part=part, name="n_entities", value=float(entities))
        periods = np.unique(design.time_index[inside]).size
        yield FitStatistic(part=part, name="n_periods", value=float(periods))
    yield FitStatistic(name="n_draws", value=float(found.draws))

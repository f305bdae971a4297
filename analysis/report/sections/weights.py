"""Entropy weights: per indicator and per dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.bars import Bar, bar_chart
from analysis.report.reader import NothingToShowError
from analysis.report.section import Piece, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.report.context import Context
    from analysis.report.reader import Row

_NEEDS = ("marts.fct_indicator_weight", "marts.dim_indicator")

_WEIGHTS = """
select
    weight.indicator_id, weight.entropy, weight.redundancy, weight.weight, weight.is_constant,
    indicator.dimension, indicator.direction, indicator.unit, indicator.formula,
    indicator.position
from marts.fct_indicator_weight as weight
inner join marts.dim_indicator as indicator on weight.indicator_id = indicator.indicator_id
order by indicator.position, weight.indicator_id
"""

_DIMENSIONS = """
select indicator.dimension, sum(weight.weight) as weight, count(*) as n_indicators
from marts.fct_indicator_weight as weight
inner join marts.dim_indicator as indicator on weight.indicator_id = indicator.indicator_id
group by indicator.dimension
order by min(indicator.position)
"""


def weights(context: Context) -> Mapping[str, object]:
    """Return the weights as a chart from large to small, and as a table by dimension."""
    rows = context.reader.rows(_WEIGHTS)
    if not rows:
        raise NothingToShowError("missing.rows", table="marts.fct_indicator_weight")
    dimensions = context.reader.rows(_DIMENSIONS)
    groups = {row["dimension"]: place for place, row in enumerate(dimensions)}
    ordered = sorted(rows, key=lambda row: -row["weight"])
    bars = [_bar(row, groups[row["dimension"]], context) for row in ordered]
    return {
        "figure": bar_chart(bars, context.text("weights.figure_label", n=len(bars))),
        "rows": rows,
        "dimensions": dimensions,
        "total": sum(row["weight"] for row in dimensions),
    }


def _bar(row: Row, group: int, context: Context) -> Bar:
    name = context.indicator(row["indicator_id"])
    dimension = context.text.name("dimension", row["dimension"])
    return Bar(
        name=name,
        value=row["weight"],
        printed=numbers.fixed(row["weight"], 4),
        tip=f"{name} ({dimension}): {numbers.exact(row['weight'])}",
        group=group,
    )


SECTION = Section(id="weights", source="marts", pieces=(Piece("weights", _NEEDS, weights),))

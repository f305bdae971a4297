"""Overlap: what the index is built from and the regressions use again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report.section import Piece, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.report.context import Context

# The closest kinship of a variable with an indicator first.
_OVERLAP = """
with pairs as (
    select
        variable_id,
        any_value(role) as role,
        indicator_id,
        kind,
        list(distinct raw_variable_id order by raw_variable_id) as raw_variables
    from marts.fct_overlap
    group by variable_id, indicator_id, kind
)

select
    variable_id,
    any_value(role) as role,
    kind,
    raw_variables,
    list(indicator_id order by indicator_id) as indicators
from pairs
group by variable_id, kind, raw_variables
order by kind = 'shared input', variable_id, len(indicators) desc, raw_variables
"""


def overlap(context: Context) -> Mapping[str, object]:
    """Return, per variable and what it shares, the indicators that read the same."""
    rows = context.reader.rows(_OVERLAP)
    return {"rows": rows, "close": [row for row in rows if row["kind"] != "shared input"]}


SECTION = Section(
    id="overlap", source="marts", pieces=(Piece("overlap", ("marts.fct_overlap",), overlap),)
)

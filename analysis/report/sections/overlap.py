"""Overlap: what the index is built from and the regressions use again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report.section import Piece, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.report.context import Context

# The closest kinship of a variable with an indicator first.
_OVERLAP = """
select
    variable_id,
    any_value(role) as role,
    indicator_id,
    kind,
    string_agg(distinct raw_variable_id, ', ' order by raw_variable_id) as raw_variables
from marts.fct_overlap
group by variable_id, indicator_id, kind
order by kind = 'shared input', variable_id, indicator_id
"""


def overlap(context: Context) -> Mapping[str, object]:
    """Return the pairs of a variable and an indicator that read the same printed variable."""
    rows = context.reader.rows(_OVERLAP)
    names = {name for row in rows for name in row["raw_variables"].split(", ")}
    return {
        "rows": rows,
        "close": [row for row in rows if row["kind"] != "shared input"],
        "raw_names": {name: context.variable(name) for name in names},
    }


SECTION = Section(
    id="overlap", source="marts", pieces=(Piece("overlap", ("marts.fct_overlap",), overlap),)
)

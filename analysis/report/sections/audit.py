"""Appendix: what arithmetic says about the printed tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report.reader import NothingToShowError
from analysis.report.section import Piece, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.report.context import Context

_FINDINGS = "results.latest_audit_finding"
_GRADES = ("impossible", "contradictory", "undisclosed", "consistent")


def findings(context: Context) -> Mapping[str, object]:
    """Return the findings of each study by grade, the gravest first."""
    rows = context.reader.rows(f"select * from {_FINDINGS} order by study_id, finding_no")
    blocks = []
    for study in context.studies:
        own = [row for row in rows if row["study_id"] == study.id]
        if own:
            grades = {grade: [row for row in own if row["grade"] == grade] for grade in _GRADES}
            blocks.append({"study": study, "grades": {g: r for g, r in grades.items() if r}})
    if not blocks:
        raise NothingToShowError("missing.rows", table=_FINDINGS)
    return {"blocks": blocks}


SECTION = Section(
    id="audit",
    source="printed",
    pieces=(Piece("findings", (_FINDINGS,), findings),),
    only_with=_FINDINGS,
)

"""Appendix: what arithmetic says about the printed tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from analysis.report.reader import NothingToShowError
from analysis.report.section import Piece, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.report.context import Context
    from analysis.report.reader import Row

_FINDINGS = "results.latest_audit_finding"
_GRADES = ("impossible", "contradictory", "undisclosed", "consistent")


def findings(context: Context) -> Mapping[str, object]:
    """Return the findings of each study by grade, the gravest first."""
    rows = context.reader.rows(f"select * from {_FINDINGS} order by study_id, finding_no")
    blocks = []
    for study in context.studies:
        own = [_worded(row, context) for row in rows if row["study_id"] == study.id]
        if own:
            grades = {grade: [row for row in own if row["grade"] == grade] for grade in _GRADES}
            blocks.append({"study": study, "grades": {g: r for g, r in grades.items() if r}})
    if not blocks:
        raise NothingToShowError("missing.rows", table=_FINDINGS)
    return {"blocks": blocks}


def _worded(row: Row, context: Context) -> Row:
    """Add statement and reading in the report's language, where its catalogue has them."""
    facts = json.loads(row["facts"])
    key = f"{row['check_name']}_{row['grade']}"
    says, reads = f"names.audit_says.{key}", f"names.audit_reads.{key}"
    return {
        **row,
        "says": context.text(says, **facts) if context.text.knows(says) else None,
        "reads": context.text.name("audit_reads", key) if context.text.knows(reads) else None,
    }


SECTION = Section(
    id="audit",
    source="printed",
    pieces=(Piece("findings", (_FINDINGS,), findings),),
    only_with=_FINDINGS,
)

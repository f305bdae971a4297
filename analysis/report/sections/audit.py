"""Appendix: what arithmetic says about the printed tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from analysis.report.reader import NothingToShowError
from analysis.report.section import Piece, Section
from analysis.report.tables import terms
from analysis.report.texts import arithmetic, replaced

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
        own = [_worded(row, context.of(study)) for row in rows if row["study_id"] == study.id]
        if own:
            grades = {grade: [row for row in own if row["grade"] == grade] for grade in _GRADES}
            blocks.append({"study": study, "grades": {g: r for g, r in grades.items() if r}})
    if not blocks:
        raise NothingToShowError("missing.rows", table=_FINDINGS)
    return {"blocks": blocks}


def _worded(row: Row, context: Context) -> Row:
    """Add the finding in the report's language and words, where its catalogue has them."""
    facts = {name: _fact(value, context) for name, value in json.loads(row["facts"]).items()}
    key = f"{row['check_name']}_{row['grade']}"
    says, reads = f"names.audit_says.{key}", f"names.audit_reads.{key}"
    return {
        **row,
        "place": _place(row["table_no"], context),
        "says": context.text(says, **facts) if context.text.knows(says) else None,
        "reads": context.text.name("audit_reads", key) if context.text.knows(reads) else None,
        "arithmetic": _arithmetic(row["arithmetic"], context),
    }


def _fact(value: object, context: Context) -> object:
    if not isinstance(value, str):
        return value
    return ", ".join(terms.in_words(context.word(name), context) for name in value.split(", "))


def _place(table_no: str, context: Context) -> str:
    """Return the table and column, the column in words where it has a name."""
    table, _, column = table_no.partition(" (")
    table = context.text.name("column", table)
    if not column:
        return table
    return f"{table} ({context.word(context.text.name('column', column.rstrip(')')))})"


def _arithmetic(text: str, context: Context) -> str:
    """Return arithmetic with the words between its numbers in the report's language."""
    whole = context.sentence(text)
    if whole is not None:
        return whole
    return replaced(text, {**dict(context.names), **arithmetic(context.text.lang)})


SECTION = Section(
    id="audit",
    source="printed",
    pieces=(Piece("findings", (_FINDINGS,), findings),),
    only_with=_FINDINGS,
)

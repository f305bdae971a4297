"""A three-line table as Markdown: a pipe table with its caption above and its notes below."""

from __future__ import annotations

import re

from analysis.report.exports.layout import Printed, Worded, rows


def markdown(one: Worded) -> str:
    """Return the table as text."""
    table = one.table
    n_columns = len(table.columns)
    lines = [f"**{_escaped(table.caption)}**", ""]
    labels = list(one.heads)
    if table.has_group_heads:
        groups = [group.label for group in table.groups for _ in group.columns]
        labels = [f"{group} {label}".strip() for group, label in zip(groups, labels, strict=True)]
    lines.append(_row(table.stub, labels))
    lines.append("|:---|" + "---:|" * n_columns)
    lines += [_printed(row, n_columns) for row in rows(table)]
    return "\n".join([*lines, "", f"*{one.words.notes}* {_escaped(one.notes)}", ""])


def _printed(row: Printed, n_columns: int) -> str:
    if row.kind == "part":
        return "|" + f" *{_escaped(row.label)}* |" + " |" * n_columns
    if row.kind == "errors":
        return _row("", [f"({cell.error})" if cell.error else "" for cell in row.cells])
    return _row(row.label, [f"{cell.text}{cell.stars}" for cell in row.cells])


def _row(label: str, cells: list[str]) -> str:
    return "| " + " | ".join(_escaped(cell) for cell in [label, *cells]) + " |"


def _escaped(text: str) -> str:
    r"""Return text in which nothing is read as Markdown.

    >>> print(_escaped("0.12***"), _escaped("a|b"))
    0.12\*\*\* a\|b
    """
    return re.sub(r"([\\`*_|<\[\]])", r"\\\1", " ".join(text.split()))

"""A three-line table as LaTeX: `booktabs` rules, and `graphicx` to shrink what is too wide.

A table longer than a page is a `longtable`: it breaks where the page ends, its heads repeated.
A caption that opens with the number of a printed table is set by `caption`, without a second.
"""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING

from analysis.report.exports.layout import Printed, Worded, rows
from analysis.report.exports.marks import LATEX as MARKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.report.tables.three_line import ThreeLine

# A table wider than the line is shrunk to it.
_SHRUNK = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
# By language: lines of ten-point text on a page of LaTeX's own, less caption and head; signs in a
# line of notes, whose type is smaller.
_PAGE_LINES = {"en": 42, "zh": 31}
_NOTE_SIGNS = {"en": 95, "zh": 42}
_NOTE_SIZE = 0.8
# Type and space between columns of a table that breaks, by the number of columns it may have.
_LONG_SIZES = ((4, "footnotesize", 5), (6, "scriptsize", 4), (99, "tiny", 2))
_ESCAPED = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": "$<$", ">": "$>$", "|": r"\textbar{}", "\N{MINUS SIGN}": "$-$", "–": "--", "—": "---",
    "×": r"$\times$", "·": r"$\cdot$", "≤": r"$\leq$", "≥": r"$\geq$", "≠": r"$\neq$",
    "±": r"$\pm$", "→": r"$\to$", "∞": r"$\infty$", "∈": r"$\in$", "√": r"$\surd$",
    "′": "$'$", "̂": "", "…": r"\dots{}", "∼": r"$\sim$",
    "Α": "A", "Β": "B",
    "α": r"$\alpha$", "β": r"$\beta$", "γ": r"$\gamma$", "δ": r"$\delta$",
    "ε": r"$\varepsilon$", "η": r"$\eta$", "θ": r"$\theta$", "λ": r"$\lambda$", "μ": r"$\mu$",
    "ρ": r"$\rho$", "σ": r"$\sigma$", "τ": r"$\tau$", "φ": r"$\varphi$", "χ": r"$\chi$",
    "Δ": r"$\Delta$", "Σ": r"$\Sigma$",
}  # fmt: skip
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def latex(one: Worded) -> str:
    """Return a table that floats, or breaks where it is longer than a page.

    A Chinese one says what the document needs to set it.
    """
    lang = one.words.lang
    notes = _NOTE_SIZE * ceil(len(_notes(one)) / _NOTE_SIGNS[lang])
    is_long = sum(1 for _ in rows(one.table)) + notes > _PAGE_LINES[lang]
    needs = rf"% \usepackage{{booktabs,{'longtable' if is_long else 'graphicx'},caption}}"
    if lang == "zh":
        needs += r"; \documentclass{ctexart}, XeLaTeX"
    return "\n".join([needs, *(_breaking(one) if is_long else _floating(one)), ""])


def _floating(one: Worded) -> Iterator[str]:
    table, n_columns = one.table, len(one.table.columns)
    lines = [r"\begin{table}[htbp]", r"\centering", *_caption(one)]
    lines += [_SHRUNK, rf"\begin{{tabular}}{{l*{{{n_columns}}}{{c}}}}", r"\toprule"]
    lines += [*_heads(one), r"\midrule", *_body(table), r"\bottomrule", r"\end{tabular}}"]
    lines += [r"", r"\medskip", r"\begin{minipage}{0.95\linewidth}\footnotesize"]
    yield from [*lines, _notes(one), r"\end{minipage}", r"\end{table}"]


def _breaking(one: Worded) -> Iterator[str]:
    table, n_columns = one.table, len(one.table.columns)
    size, space = next(rest for most, *rest in _LONG_SIZES if n_columns <= most)
    heads = [r"\toprule", *_heads(one), r"\midrule"]
    yield rf"\begingroup\{size}\setlength{{\tabcolsep}}{{{space}pt}}"
    yield rf"\begin{{longtable}}{{l*{{{n_columns}}}{{c}}}}"
    yield " ".join(_caption(one)) + r" \\"
    yield from [*heads, r"\endfirsthead", *heads, r"\endhead"]
    yield from [r"\midrule", r"\endfoot", r"\bottomrule", r"\endlastfoot"]
    yield from _body(table)
    yield from [r"\end{longtable}", r"\endgroup", rf"{{\footnotesize {_notes(one)}\par}}"]


def _caption(one: Worded) -> list[str]:
    caption = escaped(one.table.caption)
    if one.number:  # a label would point to the section, not to the table
        return [rf"\caption*{{{caption}}}"]
    return [rf"\caption{{{caption}}}", rf"\label{{tab:{one.table.anchor}}}"]


def _notes(one: Worded) -> str:
    return rf"\textit{{{escaped(one.words.notes)}}} {escaped(one.notes)}"


def _heads(one: Worded) -> Iterator[str]:
    table = one.table
    if table.has_group_heads:
        cells, rules, place = [""], [], 2
        for group in table.groups:
            width = len(group.columns)
            cells.append(rf"\multicolumn{{{width}}}{{c}}{{{escaped(group.label)}}}")
            if group.label:
                rules.append(rf"\cmidrule(lr){{{place}-{place + width - 1}}}")
            place += width
        yield " & ".join(cells) + r" \\"
        yield " ".join(rules)
    labels = [escaped(label) for label in one.heads]
    yield " & ".join([escaped(table.stub), *labels]) + r" \\"


def _body(table: ThreeLine) -> Iterator[str]:
    for place, row in enumerate(rows(table)):
        if row.opens_block and place:
            yield r"\addlinespace"
        yield _line(row, len(table.columns))


def _line(row: Printed, n_columns: int) -> str:
    if row.kind == "part":
        return rf"\multicolumn{{{n_columns + 1}}}{{l}}{{\textit{{{escaped(row.label)}}}}} \\"
    if row.kind == "errors":
        cells = [f"({escaped(cell.error)})" if cell.error else "" for cell in row.cells]
    else:
        cells = [
            escaped(cell.text) + (f"$^{{{cell.stars}}}$" if cell.stars else "")
            for cell in row.cells
        ]
    return " & ".join([escaped(row.label), *cells]) + r" \\"


def escaped(text: str) -> str:
    r"""Return text that LaTeX prints as it stands.

    >>> print(escaped("R² of lngdp_1 at 5%"))
    R$^{2}$ of lngdp\_1 at 5\%
    """
    plain = "".join(
        MARKS.get(letter) or _ESCAPED.get(letter, letter) for letter in " ".join(text.split())
    )
    plain = re.sub(r"[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda it: f"$^{{{it[0].translate(_RAISED)}}}$", plain)
    return re.sub(r"[₀-₉]+", lambda it: f"$_{{{it[0].translate(_LOWERED)}}}$", plain)

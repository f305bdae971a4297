"""What a table calls a term: the dictionary's word for a variable instead of its column."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.report.context import Context

_REGIME = "_regime_"
_BEFORE = {"mean_": "models.term_mean", "W_": "models.term_lag"}
_BEHIND = {"_low": "models.term_low", "_high": "models.term_high"}


def in_words(term: str, context: Context) -> str:
    """Return a term in words where the catalogue or the dictionary of variables has them.

    A variable's mean by entity (``mean_agg``), its spatial lag (``W_agg``) and its slope in a
    regime (``agg_low``) are known by the variable; any other term stands as it is.
    """
    named = context.text.name("term", term)
    if named != term:
        return named
    if (known := context.column(term)) is not None:
        return known
    stem, _, regime = term.replace(f",{_REGIME.replace('_', ' ', 1)}", _REGIME).rpartition(_REGIME)
    if stem and regime.isdigit():
        label = context.text("threshold.regime", number=regime)
        return context.text("models.term_of", name=in_words(stem, context), what=label)
    for mark, key in (_BEFORE | _BEHIND).items():
        stem = term.removeprefix(mark) if mark in _BEFORE else term.removesuffix(mark)
        if stem != term and (known := context.column(stem)) is not None:
            return context.text(key, name=known)
    return term


def tip(term: str, context: Context) -> str:
    """Return the column behind a term that stands in words; empty where it stands itself."""
    return term if in_words(term, context) != term else ""

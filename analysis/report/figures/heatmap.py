"""Data quality at a glance: a row per variable, a cell per year, a bar for the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Classes
from analysis.report.figures.svg import Svg, clipped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from markupsafe import Markup

    from analysis.report.texts import Texts

# Shares of a year's cells that are not observed; nothing at all is a class of its own.
SHARES = Classes((1e-12, 0.05, 0.15, 0.35, 0.75))
_MOSTLY = 0.5
KINDS = ("observed", "filled", "replaced", "missing")

_NAME = 320
_CELL = 26
_ROW = 19
_BAR = 190
_HEAD = 34


@dataclass(frozen=True, slots=True)
class Series:
    """One variable over the years.

    Attributes
    ----------
    name
        What to call it.
    shares
        Share of the year's cells that are filled, replaced or missing, by year.
    missing
        Share of the year's cells that are missing, by year.
    tips
        The same in words, by year.
    counts
        Cells by kind: observed, filled, replaced, missing.
    """

    name: str
    shares: Mapping[int, float]
    missing: Mapping[int, float]
    tips: Mapping[int, str]
    counts: Mapping[str, int]


def quality_map(series: Sequence[Series], years: Sequence[int], text: Texts) -> Markup:
    """Return the heat map of cells that are not observed, with bars of all cells."""
    bar_left = _NAME + len(years) * _CELL + 20
    sheet = Svg(
        bar_left + _BAR + 52,
        _HEAD + len(series) * _ROW + 4,
        text("quality.figure_label", variables=len(series), first=years[0], last=years[-1]),
        scrolls=True,
        css_class="heatmap",
    )
    for place, year in enumerate(years):
        x = _NAME + (place + 0.5) * _CELL
        sheet.text((x, _HEAD - 8), f"{year % 100:02d}" if place else str(year), "tick middle")
    sheet.text((bar_left, _HEAD - 8), text("quality.figure_bars"), "tick")
    for place, one in enumerate(series):
        _row(sheet, one, years, _HEAD + place * _ROW, bar_left, text)
    return sheet.markup()


def _row(
    sheet: Svg,
    series: Series,
    years: Sequence[int],
    top: float,
    bar_left: float,
    text: Texts,
) -> None:
    name = clipped(series.name, _NAME - 14, 12)
    sheet.text((_NAME - 8, top + 13.5), name, "label end")
    for place, year in enumerate(years):
        css_class = _class(series, year)
        at = (_NAME + place * _CELL, top)
        sheet.rect(at, (_CELL - 2, _ROW - 2), css_class, tip=series.tips.get(year, f"{year}"))
    _bar(sheet, series, (bar_left, top + 2), lambda kind: text(f"quality.kind_{kind}"))


def _class(series: Series, year: int) -> str:
    share = series.shares.get(year)
    if share is None:
        return "h-none"
    return "h-missing" if series.missing[year] > _MOSTLY else f"h{SHARES.of(share)}"


def _bar(sheet: Svg, series: Series, at: tuple[float, float], word: Callable[[str], str]) -> None:
    total = sum(series.counts.values())
    if not total:
        return
    x, y = at
    for kind in KINDS:
        count = series.counts[kind]
        width = _BAR * count / total
        if count:
            tip = f"{series.name}: {word(kind)} {numbers.integer(count)}"
            sheet.rect((x, y), (width, _ROW - 6), f"q-{kind}", tip=tip)
        x += width
    rest = 1 - series.counts["observed"] / total
    sheet.text((at[0] + _BAR + 8, y + 11), numbers.percent(rest), "label")

"""Data quality at a glance: a row per variable, a cell per year, a bar for the whole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Classes
from analysis.report.figures.svg import LINE, NARROW, Svg, on_both, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from markupsafe import Markup

    from analysis.report.texts import Texts

# Shares of a year's cells that are not observed; nothing at all is a class of its own.
SHARES = Classes((1e-12, 0.05, 0.15, 0.35, 0.75))
_MOSTLY = 0.5
KINDS = ("observed", "filled", "replaced", "missing")

_ROW = 19
_TEXT = 12


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


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the parts of a row stand: the name before the cells, or above them.

    Attributes
    ----------
    name
        Room for a name.
    cells
        Left and right end of the cells of all years.
    bar
        Left and right end of the bar.
    width, head
        Of the sheet, and of its upper margin.
    is_narrow
        Whether names stand above the cells, as on a phone.
    """

    name: float
    cells: tuple[float, float]
    bar: tuple[float, float]
    width: float
    head: float
    is_narrow: bool

    def lines(self, series: Series) -> list[str]:
        """Return the lines of a name."""
        return wrapped(series.name, self.name, _TEXT)

    def height(self, series: Series) -> float:
        """Return the height of a row."""
        lines = len(self.lines(series))
        return _ROW + LINE * (lines if self.is_narrow else lines - 1)


def quality_map(series: Sequence[Series], years: Sequence[int], text: Texts) -> Markup:
    """Return the heat map of cells that are not observed, with bars of all cells."""
    cells = 360 + max(364.0, 12.0 * len(years))
    wide = _Layout(348, (360, cells), (cells + 20, cells + 170), cells + 222, 34, is_narrow=False)
    narrow = _Layout(NARROW - 4, (0, 230), (238, 310), NARROW, 50, is_narrow=True)
    return on_both(*(_drawn(series, years, text, layout) for layout in (wide, narrow)))


def _drawn(series: Sequence[Series], years: Sequence[int], text: Texts, layout: _Layout) -> Svg:
    sheet = Svg(
        layout.width,
        layout.head + sum(map(layout.height, series)) + 4,
        text("quality.figure_label", variables=len(series), first=years[0], last=years[-1]),
        scrolls=not layout.is_narrow,
        css_class="heatmap",
    )
    _heads(sheet, years, text("quality.figure_bars"), layout)
    top = layout.head
    for one in series:
        _row(sheet, one, years, top, layout, text)
        top += layout.height(one)
    return sheet


def _heads(sheet: Svg, years: Sequence[int], of_bars: str, layout: _Layout) -> None:
    """Write the years, as many as there is room for, and what the bars are."""
    left, right = layout.cells
    cell = (right - left) / len(years)
    step = math.ceil(20 / cell)
    for place, year in enumerate(years):
        x = left + (place + 0.5) * cell
        if place == 0:
            sheet.text((left, layout.head - 8), str(year), "tick")
        elif place % step == 0 and x - left > 35:
            sheet.text((x, layout.head - 8), f"{year % 100:02d}", "tick middle")
    if layout.is_narrow:
        sheet.text((layout.width, layout.head - 28), of_bars, "tick end")
    else:
        sheet.text((layout.bar[0], layout.head - 8), of_bars, "tick")


def _row(
    sheet: Svg,
    series: Series,
    years: Sequence[int],
    top: float,
    layout: _Layout,
    text: Texts,
) -> None:
    lines = layout.lines(series)
    height = layout.height(series)
    if layout.is_narrow:
        sheet.lines((0, top + 11), lines, "label")
        top, height = top + LINE * len(lines) + 2, _ROW - 5
    else:
        sheet.lines((layout.name + 4, top + 13.5), lines, "label end")
    left, right = layout.cells
    cell = (right - left) / len(years)
    for place, year in enumerate(years):
        css_class = _class(series, year)
        # On a phone nothing hovers, and the page is half as long without.
        tip = None if layout.is_narrow else series.tips.get(year, f"{year}")
        at = (left + place * cell, top)
        sheet.rect(at, (cell - min(2, cell / 5), height - 2), css_class, tip=tip)
    middle = top + (height - 2) / 2
    _bar(sheet, series, layout.bar, middle, lambda kind: text(f"quality.kind_{kind}"))


def _class(series: Series, year: int) -> str:
    share = series.shares.get(year)
    if share is None:
        return "h-none"
    return "h-missing" if series.missing[year] > _MOSTLY else f"h{SHARES.of(share)}"


def _bar(
    sheet: Svg,
    series: Series,
    ends: tuple[float, float],
    middle: float,
    word: Callable[[str], str],
) -> None:
    total = sum(series.counts.values())
    if not total:
        return
    x, thick = ends[0], _ROW - 6
    for kind in KINDS:
        count = series.counts[kind]
        width = (ends[1] - ends[0]) * count / total
        if count:
            tip = f"{series.name}: {word(kind)} {numbers.integer(count)}"
            sheet.rect((x, middle - thick / 2), (width, thick), f"q-{kind}", tip=tip)
        x += width
    rest = 1 - series.counts["observed"] / total
    sheet.text((ends[1] + 6, middle + 4), numbers.percent(rest), "label")

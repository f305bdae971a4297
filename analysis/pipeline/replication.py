"""Ours against the published figures: the same quantity, side by side, agreeing or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from analysis.pipeline.context import Ours, Records
from analysis.pipeline.marts import PublishedFigure
from analysis.results.records import MAIN, Estimate, FitStatistic, Replication
from analysis.study.options.base import ModelOptions

# Stars as the paper prints them: 10 %, 5 % and 1 %.
_LEVELS = (0.10, 0.05, 0.01)
_SIGNED = ("estimate", "i")

Key = tuple[str, ...]


def compare(
    figures: Sequence[PublishedFigure], options: ModelOptions, records: Records
) -> list[Replication]:
    """Return one row per published figure of the table and column that a model reproduces.

    Parameters
    ----------
    figures
        All published figures.
    options
        The model's settings: `table`, and `column` unless it spans all of them.
    records
        What the model yielded.
    """
    wanted = [
        figure
        for figure in figures
        if options.table is not None
        and figure.table_no == options.table
        and options.prints(figure.column_no)
    ]
    if not wanted:
        return []
    ours = _ours(records)
    published_stars: dict[Key, float] = {
        (figure.column_no, figure.term): figure.published
        for figure in wanted
        if figure.quantity == "stars"
    }
    return [_row(figure, ours, published_stars) for figure in wanted]


def stars(p_value: float) -> int:
    """Return the number of stars of a p-value.

    Examples
    --------
    >>> [stars(p) for p in (0.2, 0.07, 0.03, 0.004)]
    [0, 1, 2, 3]
    """
    return sum(p_value < level for level in _LEVELS)


def coefficient(
    at: Key,
    estimate: float,
    std_error: float | None,
    p_value: float | None,
    kind: str,
    name: str | None = None,
) -> dict[Key, Ours]:
    """Return what stands beside a printed coefficient, its standard error and its stars.

    Parameters
    ----------
    at
        Where it is printed: the term, behind the column where a model spans several.
    estimate, std_error, p_value
        Ours; None where there is none.
    kind
        What our standard errors are.
    name
        Which of our numbers the estimate is, where several go by the printed name.
    """
    found = {(*at, "estimate"): Ours(float(estimate), name)}
    if std_error is not None:
        found[*at, "std_error"] = Ours(float(std_error), kind)
    if p_value is not None:
        found[*at, "stars"] = Ours(float(stars(float(p_value))), kind)
    return found


def _row(
    figure: PublishedFigure, ours: Mapping[Key, Ours], published_stars: Mapping[Key, float]
) -> Replication:
    found = _lookup(ours, figure.column_no, figure.term, figure.quantity)
    value = found.value if found is not None else None
    same_sign = None
    if figure.quantity in _SIGNED and value is not None:
        same_sign = (value > 0) == (figure.published > 0)
    same_stars = None
    if figure.quantity in ("estimate", "stars"):
        expected = published_stars.get((figure.column_no, figure.term))
        counted = _lookup(ours, figure.column_no, figure.term, "stars")
        if expected is not None and counted is not None:
            same_stars = counted.value == expected
    return Replication(
        table_no=figure.table_no,
        column_no=figure.column_no,
        term=figure.term,
        quantity=figure.quantity,
        published=figure.published,
        ours=value,
        ours_is=found.name if found is not None else None,
        same_sign=same_sign,
        same_stars=same_stars,
    )


def _lookup(ours: Mapping[Key, Ours], column_no: str, term: str, quantity: str) -> Ours | None:
    return ours.get((column_no, term, quantity)) or ours.get((term, quantity))


def _ours(records: Records) -> dict[Key, Ours]:
    """Return our numbers by (term, quantity), and by (part, term, quantity) within parts."""
    found: dict[Key, Ours] = {}
    for row in _headlines(records.rows):
        at: Key = (row.term,) if row.part == MAIN else (row.part, row.term)
        found |= coefficient(at, row.estimate, row.std_error, row.p_value, row.std_error_kind)
    for statistic in records.rows:
        if isinstance(statistic, FitStatistic):
            at = ("model",) if statistic.part == MAIN else (statistic.part, "model")
            found[*at, statistic.name] = Ours(statistic.value, statistic.name)
    return found | dict(records.comparable)


def _headlines(rows: Iterable[object]) -> list[Estimate]:
    return [row for row in rows if isinstance(row, Estimate) and row.is_headline]

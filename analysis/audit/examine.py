"""Runs every check that a file of printed tables has the figures for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from analysis.audit import sets
from analysis.audit.file import PrintedTables, load_tables
from analysis.audit.parts import (
    Column,
    Descriptives,
    Instrument,
    Moran,
    Quantiles,
    Regressions,
    Spatial,
    Term,
    Thresholds,
    ThresholdTest,
)
from analysis.methods.audit import descriptives, groups, instrument, quantile, regression, spatial
from analysis.methods.audit import threshold as thresholds
from analysis.methods.audit.descriptives import Described
from analysis.methods.audit.findings import GRADES, Finding
from analysis.methods.audit.interval import Interval, Printed
from analysis.methods.audit.regression import Coefficient
from analysis.results.records import AuditFinding

CONSTANT = "const"
_OTHER_R2 = "R² of another kind, such as a squared correlation that leaves the effects out"


def examine(tables: PrintedTables) -> tuple[Finding, ...]:
    """Return all findings, the gravest first, then in the order of the tables."""
    kinds: tuple[tuple[Mapping[str, object], Callable[..., Iterator[Finding]]], ...] = (
        (tables.anchors, sets.anchors),
        (tables.necessity, sets.necessity),
        (tables.configurations, sets.configurations),
        (tables.descriptives, _descriptives),
        (tables.regressions, _regressions),
        (tables.instruments, _instrument),
        (tables.moran, _moran),
        (tables.spatial, _spatial),
        (tables.quantiles, _quantiles),
        (tables.thresholds, _thresholds),
    )
    unsaid = [] if tables.std_errors else [_unsaid_errors(tables)]
    found = chain(
        *(check(tables, number, table) for kind, check in kinds for number, table in kind.items()),
        _nested(tables),
        unsaid,
    )
    return tuple(sorted(found, key=lambda finding: (GRADES.index(finding.grade), _order(finding))))


def findings_of(path: Path) -> tuple[AuditFinding, ...]:
    """Read a file of printed tables and return its findings as rows of the result table.

    Raises
    ------
    InputError
        If the file cannot be read as one.
    """
    tables, _ = load_tables(path)
    return tuple(
        AuditFinding(
            finding_no=number,
            table_no=finding.table,
            check_name=finding.check,
            grade=finding.grade,
            statement=finding.statement,
            arithmetic=finding.arithmetic,
            reading=finding.reading,
            facts=json.dumps(dict(finding.facts), ensure_ascii=False),
        )
        for number, finding in enumerate(examine(tables), 1)
    )


def _order(finding: Finding) -> tuple[int, str]:
    number = "".join(letter for letter in finding.table.split(" ")[0] if letter.isdigit())
    return int(number or 0), finding.table


def _unsaid_errors(tables: PrintedTables) -> Finding:
    numbers = ", ".join(tables.regressions)
    return Finding(
        "std_error_kind",
        "all",
        "undisclosed",
        "The kind of standard error is not said; with few entities it decides the stars.",
        f"Tables {numbers} print standard errors; {tables.sample.entities} entities",
    )


def at(table: str, column: str) -> str:
    """Return a table with its column."""
    return f"{table} ({column})"


def _coefficient(term: Term) -> Coefficient:
    return Coefficient(term.estimate, term.std_error, term.stars)


def _descriptives(tables: PrintedTables, number: str, table: Descriptives) -> Iterator[Finding]:
    rows = {
        name: Described(row.mean, row.sd, row.min, row.max, row.n or table.n)
        for name, row in table.variables.items()
    }
    for name, row in rows.items():
        known = tables.variables.get(name)
        if known is not None and (known.low > float("-inf") or known.high < float("inf")):
            bounds = Interval(known.low, known.high)
            yield descriptives.definition_bounds(number, name, row, bounds, known.reading)
    yield from descriptives.moments(number, rows)
    for pair in table.wholes:
        yield descriptives.shares_of_one(number, pair, rows)


def _regressions(tables: PrintedTables, number: str, table: Regressions) -> Iterator[Finding]:
    for name, column in table.columns.items():
        place = at(number, name)
        slopes = {term: _coefficient(one) for term, one in column.terms.items()}
        size = column.sample or tables.sample
        entities = size.entities or tables.sample.entities
        yield from regression.stars(place, slopes, tables.levels, entities)
        yield from _pooled(tables, table.outcome, place, column)
        yield from _constant(tables, table.outcome, place, column)
        yield from _rows(tables, place, column)
        if table.compare is not None:
            other = _first_slope(tables.column(table.compare))
            mine = _first_slope(column)
            yield from regression.error_ratio(place, mine, other, at(*table.compare))
            yield from regression.slope_ratio(place, mine, other, at(*table.compare))
    if table.groups_of is not None:
        whole = tables.column(table.groups_of)
        pooled = _first_slope(whole)
        parts = {name: _first_slope(column) for name, column in table.columns.items()}
        estimates = {name: part.estimate for name, part in parts.items()}
        is_alone = whole.effects == ("entity",) and _is_single(whole)
        yield groups.hull(number, pooled.estimate, estimates, is_alone=is_alone)
        yield from groups.differences(number, parts)


def _is_single(column: Column) -> bool:
    return not column.also and sum(name != CONSTANT for name in column.terms) == 1


def _first_slope(column: Column) -> Coefficient:
    name = next((name for name in column.terms if name != CONSTANT), CONSTANT)
    return _coefficient(column.terms[name])


def _pooled(tables: PrintedTables, outcome: str, place: str, column: Column) -> Iterator[Finding]:
    """Check a column with one regressor and no effects as pooled least squares.

    Only where the constant is printed and the column has the rows of the descriptive table.
    """
    names = [name for name in column.terms if name != CONSTANT]
    if column.effects or column.also or len(names) != 1 or column.n is None:
        return
    x, y = tables.described(names[0]), tables.described(outcome)
    if x is None or y is None or CONSTANT not in column.terms:
        return
    if column.sample is not None or {tables.rows_of(names[0]), tables.rows_of(outcome)} != {
        column.n
    }:
        return
    term = _coefficient(column.terms[names[0]])
    found = regression.pooled_slope(place, term, x.sd, y.sd, column.n, column.r2)
    yield from found
    if column.r2 is not None and any(one.grade != "consistent" for one in found):
        entities = tables.sample.entities
        yield from regression.random_effects_reading(place, term, column.r2, column.n, entities)


def _constant(tables: PrintedTables, outcome: str, place: str, column: Column) -> Iterator[Finding]:
    y = tables.described(outcome)
    names = [name for name in column.terms if name != CONSTANT]
    means: dict[str, Printed] = {}
    for name in names:
        row = tables.described(name)
        if row is not None:
            means[name] = row.mean
    whole = column.n in (None, tables.sample.rows) and column.sample is None
    is_complete = not column.also and len(means) == len(names)
    if y is None or CONSTANT not in column.terms or not whole or not is_complete:
        return
    if "time" in column.effects:
        return
    slopes = {name: _coefficient(column.terms[name]) for name in names}
    yield regression.constant(place, slopes, column.terms[CONSTANT].estimate, y.mean, means)


def _rows(tables: PrintedTables, place: str, column: Column) -> Iterator[Finding]:
    if column.n is None:
        return
    if column.sample is not None and column.sample.winsorised:
        yield regression.winsorised_rows(place, column.n, tables.sample.rows)
        return
    size = column.sample or tables.sample
    entities = size.entities or tables.sample.entities
    periods = size.periods or tables.sample.periods
    what = f"{entities} entities, {periods} periods"
    yield regression.rows(place, column.n, entities, periods, what)


def _nested(tables: PrintedTables) -> Iterator[Finding]:
    for pair in tables.nested:
        smaller, larger = tables.column(pair.smaller), tables.column(pair.larger)
        if smaller.r2 is not None and larger.r2 is not None:
            yield thresholds.nested_r2(
                at(*pair.larger),
                (at(*pair.smaller), smaller.r2),
                larger.r2,
                pair.same,
                pair.reading,
            )


def _instrument(tables: PrintedTables, number: str, table: Instrument) -> Iterator[Finding]:
    first = Coefficient(table.first.estimate, table.first.std_error, table.first.stars)
    second = _coefficient(table.second)
    stage = instrument.FirstStage(
        first, table.n, table.first.f, table.first.lm, table.first.cragg_donald
    )
    known = tables.variables.get(table.instrument)
    absorbed = instrument.Absorbed(
        tables.sample.entities,
        tables.sample.periods,
        table.effects,
        table.controls,
        known is not None and known.is_constant,
    )
    both = {table.instrument: first, table.endogenous: second}
    yield from regression.stars(number, both, tables.levels, tables.sample.entities)
    yield from instrument.f_is_t_squared(number, stage)
    yield from instrument.same_number(number, stage)
    yield from instrument.degrees_of_freedom(number, stage, absorbed)
    x, y = tables.described(table.endogenous), tables.described(table.outcome)
    if table.compare is not None and x is not None and y is not None:
        other = (at(*table.compare), _first_slope(tables.column(table.compare)))
        yield instrument.implied_size(number, second, other, x.sd, y.sd, first)


def _moran(_tables: PrintedTables, number: str, table: Moran) -> Iterator[Finding]:
    rows = {name: spatial.MoranRow(row.i, row.z, row.p) for name, row in table.periods.items()}
    yield from spatial.tails(number, rows, table.claim)
    yield spatial.deviations(number, rows, table.regions, table.normal_sd)


def _spatial(tables: PrintedTables, number: str, table: Spatial) -> Iterator[Finding]:
    own, lag, rho = (_coefficient(term) for term in (table.own, table.lag, table.rho))
    terms = {table.variable: own, f"W x {table.variable}": lag, "rho": rho}
    yield from regression.stars(number, terms, tables.levels, tables.sample.entities)
    if not table.has_effects:
        yield spatial.spatial_effects(number, own, lag, rho, table.variable)
    if table.compare is not None:
        other = _first_slope(tables.column(table.compare))
        yield from regression.error_ratio(number, own, other, at(*table.compare))
        r2 = tables.column(table.compare).r2
        if table.r2 is not None and r2 is not None:
            yield thresholds.nested_r2(
                number, (at(*table.compare), r2), table.r2, "the same effects", _OTHER_R2
            )


def _quantiles(tables: PrintedTables, number: str, table: Quantiles) -> Iterator[Finding]:
    slopes = {f"quantile {name}": _coefficient(row.slope) for name, row in table.quantiles.items()}
    yield from regression.stars(number, slopes, tables.levels, tables.sample.entities)
    fits = {
        name: row.pseudo_r2 for name, row in table.quantiles.items() if row.pseudo_r2 is not None
    }
    yield from quantile.pseudo_fit(number, fits)
    if table.said_to_rise:
        yield from quantile.rising(number, slopes)
    if table.f is not None:
        yield quantile.equality(number, table.f, table.p, table.df)


def _thresholds(tables: PrintedTables, number: str, table: Thresholds) -> Iterator[Finding]:
    single = _test(table.single)
    conventions = thresholds.divisors(tables.sample.entities, tables.sample.periods)
    if table.double is not None:
        yield from thresholds.error_variance(number, single, _test(table.double), conventions)
    if table.regimes is not None:
        column = tables.column(table.regimes)
        linear = {
            at(*place): r2 for place in table.linear if (r2 := tables.column(place).r2) is not None
        }
        if column.r2 is not None and linear:
            df = next(iter(conventions.values()))
            yield thresholds.f_of_r2(number, single, linear, column.r2, df)
        if table.slopes is not None and set(table.slopes) <= set(column.terms):
            low, high = (_coefficient(column.terms[name]) for name in table.slopes)
            yield from thresholds.f_of_slopes(number, single, low, high)
    for which, row in (("single", table.single), ("double", table.double)):
        if row is not None and row.p is not None:
            yield from thresholds.zero_p(number, which, row.p)
    yield from _upper_regime(tables, number, table, single)


def _upper_regime(
    tables: PrintedTables, number: str, table: Thresholds, single: thresholds.ThresholdRow
) -> Iterator[Finding]:
    for where, printed_anchors in tables.anchors.items():
        anchors = printed_anchors.sets.get(table.variable)
        if anchors is not None and printed_anchors.is_pooled:
            share = printed_anchors.shares[2]
            yield from thresholds.upper_regime(
                number, single, anchors[2], share, tables.sample.rows, where
            )


def _test(row: ThresholdTest) -> thresholds.ThresholdRow:
    return thresholds.ThresholdRow(
        f=row.f, rss=row.rss, mse=row.mse, threshold=row.threshold, ci_low=row.ci_low, p=row.p
    )

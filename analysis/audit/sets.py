"""Checks of the tables of a set-theoretic analysis, from the file of printed tables."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.audit.file import PrintedTables
from analysis.audit.set_parts import Anchors, ConfigurationRow, Configurations, NecessityTable
from analysis.methods.audit import qca
from analysis.methods.audit.findings import Finding


def anchors(_tables: PrintedTables, number: str, table: Anchors) -> Iterator[Finding]:
    """Check that anchors rise or fall, and that they are those of the calibration named."""
    sets = {name: tuple(anchor.value for anchor in row) for name, row in table.sets.items()}
    yield qca.anchor_order(number, sets)
    yield from qca.calibration_name(number, table.named, n_anchors=3)


def necessity(_tables: PrintedTables, number: str, table: NecessityTable) -> Iterator[Finding]:
    """Check the identities of necessity tables, and claims of necessity."""
    rows = {
        name: qca.Necessity(*row.outcome, *row.negation) for name, row in table.conditions.items()
    }
    yield from qca.outcome_share(number, rows)
    yield from qca.complements(number, rows)
    claimed = [name for name in table.claimed if name in rows]
    yield from qca.necessary(number, rows, claimed, table.bar)


def configurations(_tables: PrintedTables, number: str, table: Configurations) -> Iterator[Finding]:
    """Check bounds and Boolean minimality of each solution."""
    for name, solution in table.solutions.items():
        place = f"{number} ({name})"
        terms = {one: _term(row) for one, row in solution.configurations.items()}
        yield from qca.minimality(place, terms)
        yield from qca.coverage_bounds(place, terms, solution.coverage)
        yield from qca.cores(place, terms)
        if all(row.pri is None for row in solution.configurations.values()):
            yield qca.without_pri(place, len(terms))


def _term(row: ConfigurationRow) -> qca.Configuration:
    return qca.Configuration(
        literals=frozenset((*row.core, *row.peripheral)),
        core=frozenset(row.core),
        raw=row.raw,
        unique=row.unique,
        consistency=row.consistency,
    )

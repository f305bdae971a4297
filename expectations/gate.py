"""Runs one gate: SQL makes the frames, Great Expectations judges them, a table keeps it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import duckdb

from expectations import landing, panel, results
from expectations.catalog import Catalog, read_catalog
from expectations.fingerprint import fingerprint
from expectations.frames import compute_frame
from expectations.outcome import GateReport, make_check
from expectations.process import judge, start_judge
from expectations.rules import Rule
from expectations.store import save
from warehouse.errors import InputError

SUITES: dict[str, Callable[[Catalog], list[Rule]]] = {
    "landing": landing.suite,
    "panel": panel.suite,
    "results": results.suite,
}


def prepare() -> None:
    """Start loading Great Expectations in a process of its own.

    Call it as early as it is certain that a gate will run: loading takes two to three
    seconds of one core, which then overlap with other work.
    """
    start_judge()


def run_gate(name: str, connection: duckdb.DuckDBPyConnection, *, store: bool = True) -> GateReport:
    """Check everything one gate guards, and store what was found.

    Parameters
    ----------
    name
        ``landing`` (staged raw files), ``panel`` (marts) or ``results`` (estimates).
    connection
        The database. It is read through this very connection, so a gate sees rows that
        the caller has not committed yet; the checks are stored through a cursor of their
        own and stay even if the caller rolls back.
    store
        Whether to store the checks; False leaves the database untouched.

    Returns
    -------
    GateReport
        Whether or not every check holds; `GateReport.raise_if_failed` refuses.

    Raises
    ------
    InputError
        If there is no such gate, or the tables it reads are not there.
    """
    if name not in SUITES:
        raise InputError(f"There is no gate called {name}.", expected=", ".join(SUITES), found=name)
    start_judge()
    catalog = read_catalog(connection)
    rules = SUITES[name](catalog)
    frames = [compute_frame(connection, rule) for rule in rules]
    data = fingerprint(connection, name, catalog)
    verdicts = judge(rules, frames)
    now = datetime.now(UTC).replace(tzinfo=None)
    report = GateReport(
        gate=name,
        check_run_id=f"{name}-{now:%Y%m%dT%H%M%S.%fZ}",
        checked_at=now,
        data_fingerprint=data,
        checks=tuple(
            make_check(name, rule, frame, verdict)
            for rule, frame, verdict in zip(rules, frames, verdicts, strict=True)
        ),
    )
    if store:
        save(connection, report)
    return report

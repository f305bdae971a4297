"""Cases and sets: which rows are cases, and how their columns become memberships."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from analysis.methods.errors import NotIdentified
from analysis.methods.qca.calibration import (
    Anchors,
    calibrate_bell,
    calibrate_crisp,
    calibrate_direct,
    move_half,
    quantile_anchors,
)
from analysis.methods.qca.indirect import calibrate_indirect
from analysis.methods.qca.sets import (
    MIN_CASES,
    FloatArray,
    SetData,
    check_varies,
    set_data,
)
from analysis.pipeline.design import Design
from analysis.results.qca_records import QcaCalibration, QcaMembership
from analysis.study.options.calibration import CalibratedOptions, SetAnchors, SetOptions

NO_PERIOD = 0


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases with their values, in the units of the panel.

    Attributes
    ----------
    values
        Shape ``(n_cases, n_variables)``, the outcome last.
    entities, periods
        Labels of each case; period 0 where a case is an entity over all periods.
    names
        Each case in words, such as ``Hebei 2012``.
    """

    values: FloatArray
    entities: tuple[str, ...]
    periods: tuple[int, ...]
    names: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of cases."""
        return len(self.names)

    @property
    def is_panel(self) -> bool:
        """Whether there are several entities and several periods."""
        return len(set(self.entities)) > 1 and len(set(self.periods)) > 1


@dataclass(frozen=True, slots=True)
class Sets:
    """The calibrated cases.

    Attributes
    ----------
    cases
        Before calibration.
    variables
        Names of the columns, the outcome last.
    exact
        Memberships before any was moved off one half, shape ``(n_cases, n_variables)``.
    memberships
        The same after the rule for one half.
    data
        Conditions and outcome (negated where its negation is studied) for the methods.
    rows
        How each set was made, and every membership.
    n_half
        Memberships of exactly one half, by variable; only those that have any.
    """

    cases: Cases
    variables: tuple[str, ...]
    exact: FloatArray
    memberships: FloatArray
    data: SetData
    rows: tuple[QcaCalibration | QcaMembership, ...]
    n_half: dict[str, int]


@contextmanager
def refusing(next_step: str, what: str = "") -> Iterator[None]:
    """Turn what a method finds wrong with the data into a refusal with a next step."""
    try:
        yield
    except ValueError as error:
        text = str(error)
        text = f"`{what}`: {text}." if what else f"{text[0].upper()}{text[1:]}."
        raise NotIdentified(text, next_step) from error


def make_cases(design: Design, options: CalibratedOptions) -> Cases:
    """Return the cases that the study asks for.

    Raises
    ------
    NotIdentified
        If the period is not in the panel, or fewer than two cases are left.
    """
    values = np.column_stack([design.column(name) for name in options.variables])
    units, times = design.entity_index, np.array(design.times)[design.time_index]
    if options.cases == "mean" or not design.has_time:
        counts = np.bincount(units)
        sums = [np.bincount(units, weights=column) for column in values.T]
        values = np.column_stack(sums) / counts[:, None]
        units, times = np.arange(counts.size), np.full(counts.size, NO_PERIOD)
    elif options.cases != "pooled":
        inside = times == options.cases
        if not inside.any():
            raise NotIdentified(
                f"There is no case in the period {options.cases}: the rows run from "
                f"{design.times[0]} to {design.times[-1]}.",
                "Choose a period that there is, `pooled` or `mean` for `cases`.",
            )
        values, units, times = values[inside], units[inside], times[inside]
    if units.size < MIN_CASES:
        raise NotIdentified(
            f"Set-theoretic fit needs at least {MIN_CASES} cases; there is {units.size}.",
            "Widen the sample.",
        )
    names = [design.entity_names[unit] for unit in units.tolist()]
    return Cases(
        values=values,
        entities=tuple(str(design.entities[unit]) for unit in units.tolist()),
        periods=tuple(times.tolist()),
        names=tuple(
            f"{name} {time}" if time != NO_PERIOD else name
            for name, time in zip(names, times.tolist(), strict=True)
        ),
    )


def make_sets(design: Design, options: SetOptions) -> Sets:
    """Calibrate every variable as the study says.

    Raises
    ------
    NotIdentified
        If a variable cannot be calibrated, or its set is unsound; the message names it.
    """
    cases = make_cases(design, options)
    exact = np.empty_like(cases.values)
    rows: list[QcaCalibration | QcaMembership] = []
    n_half: dict[str, int] = {}
    moved = np.empty_like(exact)
    for position, name in enumerate(options.variables):
        column = cases.values[:, position]
        exact[:, position], row = calibrated(name, column, options, cases)
        after = move_half(exact[:, position], options.half)
        moved[:, position] = after.memberships
        if after.n_half:
            n_half[name] = after.n_half
        rows.append(row)
    return Sets(
        cases=cases,
        variables=options.variables,
        exact=exact,
        memberships=moved,
        data=_set_data(moved, options),
        rows=(*rows, *_memberships(cases, options.variables, moved)),
        n_half=n_half,
    )


def _set_data(memberships: FloatArray, options: CalibratedOptions) -> SetData:
    outcome = 1.0 - memberships[:, -1] if options.is_negated else memberships[:, -1]
    with refusing("Look at the columns, the sample and the anchors."):
        return set_data(memberships[:, :-1], outcome, options.conditions, options.outcome_name)


def calibrated(
    name: str, column: FloatArray, options: CalibratedOptions, cases: Cases
) -> tuple[FloatArray, QcaCalibration]:
    """Make a set of one variable, and say how.

    Raises
    ------
    NotIdentified
        If its anchors coincide, or memberships lie outside [0, 1]; the message names it.
    """
    anchors = options.anchors.of(name)
    three: Anchors | None = None
    with refusing("Give it anchors as numbers, or leave it out.", name):
        check_varies(column, "the variable")
        if anchors.kind == "none":
            _refuse_outside(name, column, cases)
            made = column
        elif anchors.bell is not None:
            made = calibrate_bell(column, anchors.bell)
        elif anchors.crisp is not None:
            made = calibrate_crisp(column, anchors.crisp)
        elif anchors.indirect is not None:
            made = calibrate_indirect(column, _groups(column, anchors.indirect))
        else:
            three = direct_anchors(column, anchors)
            made = calibrate_direct(column, three, log_odds=options.log_odds, snap=options.snap)
    n_half = int((made == 0.5).sum())
    return made, _calibration_row(name, anchors, three, options.log_odds, n_half)


def direct_anchors(column: FloatArray, anchors: SetAnchors) -> Anchors:
    """Return the three anchors of a variable, as given or from its percentiles."""
    if anchors.values is not None:
        return Anchors(*anchors.values)
    low, middle, high = anchors.percentiles or (5.0, 50.0, 95.0)
    return quantile_anchors(column, (low / 100, middle / 100, high / 100))


def _groups(column: FloatArray, thresholds: tuple[float, ...]) -> FloatArray:
    """Evenly rising memberships of the groups that thresholds make."""
    above = (column[:, None] >= np.sort(np.array(thresholds))).sum(axis=1)
    return np.asarray(above / len(thresholds), dtype=np.float64)


def _refuse_outside(name: str, column: FloatArray, cases: Cases) -> None:
    outside = np.flatnonzero((column < 0) | (column > 1))
    if outside.size:
        first = int(outside[0])
        raise NotIdentified(
            f"`{name}` is taken as memberships, and {outside.size} of {cases.n} lie outside "
            f"[0, 1], the first in {cases.names[first]} with {column[first]:.6g}.",
            "Give the variable `anchors`, or correct the column.",
        )


def _calibration_row(
    name: str, anchors: SetAnchors, three: Anchors | None, log_odds: float, n_half: int
) -> QcaCalibration:
    points: tuple[float | None, ...] = (None,) * 6
    if three is not None:
        points = (three.full_out, three.crossover, three.full_in, None, None, None)
    elif anchors.bell is not None:
        points = anchors.bell
    elif anchors.crisp is not None:
        points = (None, anchors.crisp, None, None, None, None)
    kind = {"percentiles": "direct", "values": "direct"}.get(anchors.kind, anchors.kind)
    return QcaCalibration(
        set_name=name,
        kind=kind,
        full_out=points[0],
        crossover=points[1],
        full_in=points[2],
        percentiles=percentiles_text(anchors.percentiles),
        right_full_in=points[3],
        right_crossover=points[4],
        right_full_out=points[5],
        log_odds=log_odds if three is not None else None,
        n_half=n_half,
    )


def percentiles_text(points: tuple[float, ...] | None) -> str | None:
    """Write percentiles as ``5/50/95``."""
    return None if points is None else "/".join(f"{point:g}" for point in points)


def _memberships(
    cases: Cases, variables: tuple[str, ...], memberships: FloatArray
) -> list[QcaMembership]:
    return [
        QcaMembership(region_id=entity, year=period, set_name=name, membership=value)
        for entity, period, row in zip(
            cases.entities, cases.periods, memberships.tolist(), strict=True
        )
        for name, value in zip(variables, row, strict=True)
    ]

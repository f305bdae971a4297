"""What every spatial method needs of its design: balance, and weights with their description."""

from __future__ import annotations

from typing import Any

from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.weights import describe_weights
from analysis.pipeline.design import Design
from analysis.pipeline.weights import Weights
from analysis.results.spatial_records import WeightsCheck

_SHOWN = 8


def require_balanced(design: Design) -> None:
    """Refuse a design in which some entity lacks a period.

    Raises
    ------
    NotIdentified
        Naming the rows that are missing.
    """
    if design.is_balanced:
        return
    absent = design.absent_rows()
    more = f" and {len(absent) - _SHOWN} more" if len(absent) > _SHOWN else ""
    many = "1 row is" if len(absent) == 1 else f"{len(absent)} rows are"
    raise NotIdentified(
        f"A spatial model needs every entity in every period; {many} missing: "
        f"{', '.join(absent[:_SHOWN])}{more}.",
        "Fill them, or leave these entities or periods out by a sample.",
    )


def check_record(weights: Weights, names: tuple[str, ...]) -> WeightsCheck:
    """Return the row that describes the weights of a model.

    Symmetry is that of the weights as given; row sums and eigenvalues are those of the
    standardised ones, with which models work.
    """
    scaled, raw = describe_weights(weights.matrix), weights.raw
    apart = abs(raw - raw.T)
    return WeightsCheck(
        weights_id=weights.name,
        standardisation=weights.standardise,
        n_units=scaled.n_units,
        n_links=scaled.n_links,
        density=scaled.density,
        fewest_neighbours=scaled.fewest,
        mean_neighbours=scaled.mean,
        most_neighbours=scaled.most,
        islands=_named([names[i] for i in scaled.islands]),
        is_symmetric_pattern=scaled.is_symmetric_pattern,
        is_symmetric=bool(apart.nnz == 0 or apart.max() <= 1e-10 * abs(raw).max()),
        n_components=scaled.n_components,
        components=_groups(scaled.component, names),
        row_sum_low=scaled.row_sum_low,
        row_sum_high=scaled.row_sum_high,
        eigenvalue_low=scaled.eigenvalue_low,
        eigenvalue_high=scaled.eigenvalue_high,
        has_real_spectrum=scaled.has_real_spectrum,
        rho_low=scaled.rho_low,
        rho_high=scaled.rho_high,
    )


def _named(names: list[str]) -> str | None:
    if not names:
        return None
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _groups(component: Any, names: tuple[str, ...]) -> str | None:  # noqa: ANN401 - labels of groups
    groups: dict[int, list[str]] = {}
    for name, group in zip(names, component.tolist(), strict=True):
        groups.setdefault(group, []).append(name)
    smaller = sorted(groups.values(), key=len, reverse=True)[1:]
    return "; ".join(_named(group) or "" for group in smaller) or None

"""The truth file: what was planted, and what the methods must find in the cleaned panel."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np

from warehouse.sample.economy import inside_study
from warehouse.sample.effects import CONTROLS, PROCESS
from warehouse.sample.estimates import durbin, threshold, two_way_slope
from warehouse.sample.faults import Fault
from warehouse.sample.index import entropy_index
from warehouse.sample.panel import location_quotient, study_columns
from warehouse.sample.regions import Floats, Regions, study_years

Places = dict[tuple[str, int, int], tuple[str, str]]

ABOUT = (
    "Synthetic. `estimates` holds what each method finds in the noise-free panel, in index units "
    "per unit of agg, with the tolerance in which it must find the same in the cleaned panel; "
    "outcome develop, regressors agg and the controls. `process` holds the parameters that made "
    "the panel. `planted` holds every cell that the raw files show otherwise than it is, with the "
    "true value in the registry's unit and the status that cleaning must give it."
)

DECIMALS = 5  # a minimum is found to 1e-8 at best, and not to the same digits on every processor

# Two to three times the distance measured between cleaned and noise-free panel: a handful of
# replaced cells move a coefficient by about half a percent, rho by 0.005 and the threshold not at
# all.
TOLERANCES = {
    ("within", "main", "agg"): 0.0015,
    ("durbin", "spatial", "rho"): 0.012,
    ("durbin", "main", "agg"): 0.0012,
    ("durbin", "wx", "agg"): 0.0006,
    ("durbin", "direct", "agg"): 0.0012,
    ("durbin", "indirect", "agg"): 0.002,
    ("durbin", "total", "agg"): 0.003,
    ("threshold", "threshold", "agg"): 0.001,
    ("threshold", "regime_1", "agg"): 0.0007,
    ("threshold", "regime_2", "agg"): 0.0003,
}


def panel_columns(regions: Regions, values: dict[str, Floats]) -> dict[str, Floats]:
    """Study columns of the sample regions and study years, each of shape (N, T)."""
    cells = np.ix_(regions.in_sample, study_years())
    columns = study_columns(values)
    columns["agg"] = location_quotient(values, regions.in_sample)
    columns["develop"] = entropy_index(values, inside_study(regions)).score
    return {name: column[cells] for name, column in columns.items()}


def estimates(columns: dict[str, Floats], W: Floats) -> dict[tuple[str, str, str, str], float]:
    """Compute what the methods find: (model, option, part, term) -> value."""
    y = columns["develop"]
    X = np.array([columns[name] for name in ("agg", *CONTROLS)])
    found = {("within", "two_way", "main", "agg"): two_way_slope(y, X)}
    for bias in ("none", "transform"):
        fit = durbin(y, X, W, transform=bias == "transform")
        found[("durbin", bias, "spatial", "rho")] = fit.rho
        found[("durbin", bias, "main", "agg")] = fit.slope
        found[("durbin", bias, "wx", "agg")] = fit.theta
        found[("durbin", bias, "direct", "agg")] = fit.direct
        found[("durbin", bias, "indirect", "agg")] = fit.indirect
        found[("durbin", bias, "total", "agg")] = fit.total
    split = threshold(y, X)
    found[("threshold", "entity", "threshold", "agg")] = split.value
    found[("threshold", "entity", "regime_1", "agg")] = split.slope_below
    found[("threshold", "entity", "regime_2", "agg")] = split.slope_above
    return found


def _lines(records: list[dict[str, object]]) -> str:
    return ",\n".join(f"  {json.dumps(record, ensure_ascii=False)}" for record in records)


def truth_text(
    regions: Regions, values: dict[str, Floats], faults: list[Fault], places: Places
) -> bytes:
    """Return ``truth.json``, one record a line."""
    found = estimates(panel_columns(regions, values), regions.weights)
    expected: list[dict[str, object]] = [
        {
            "model": model,
            "option": option,
            "part": part,
            "term": term,
            "value": round(value, DECIMALS),
            "tolerance": TOLERANCES[model, part, term],
        }
        for (model, option, part, term), value in found.items()
    ]
    planted: list[dict[str, object]] = []
    for fault in faults:
        file, text = places[fault.variable, fault.region, fault.year]
        planted.append(
            {
                "file": file,
                "region_id": fault.region,
                "year": fault.year,
                "variable_id": fault.variable,
                "kind": fault.kind,
                "value_status": fault.status,
                "true_value": float(f"{fault.true_value:.12g}"),
                "text": text,
            }
        )
    head = json.dumps({"about": ABOUT, "process": asdict(PROCESS)}, indent=1)[:-2]
    parts = [
        f'{head},\n "estimates": [\n{_lines(expected)}\n ]',
        f' "planted": [\n{_lines(planted)}\n ]\n}}\n',
    ]
    return ",\n".join(parts).encode()

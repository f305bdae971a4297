"""The truth file: what was planted, and what the methods must find."""

from __future__ import annotations

import json

from warehouse.sample.faults import Fault
from warehouse.sample.regions import Floats, Regions


def truth_text(
    regions: Regions,
    values: dict[str, Floats],
    faults: list[Fault],
    places: dict[tuple[str, int, int], tuple[str, str]],
) -> bytes:
    """Return ``truth.json``."""
    planted = []
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
    return (json.dumps({"planted": planted}, ensure_ascii=False, indent=1) + "\n").encode()

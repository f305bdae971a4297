"""Write `robust.json`: what R's MASS, robustbase and quantreg say, cut to what tests read.

    python -m tests.reference.robust.make_robust ../shared/reference

The sources were made in R 4.2.2 with MASS 7.3-58.2 (`rlm`), robustbase 0.95-0 (`lmrob`, 5,000
subsets, refined to 1e-12) and quantreg 5.94 (`rq(f, .5)`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SOURCES = ("stackloss", "coleman")
FITS = {
    "huber": "rlm_huber",
    "bisquare": "rlm_bisquare",
    "s": "lmrob_S_bisquare",
    "mm": "lmrob_MM_bisquare",
}


def reduce_reference(full: dict[str, Any]) -> dict[str, Any]:
    """Keep coefficients (constant first), scales, weights and the covariance of MM."""
    kept: dict[str, Any] = {
        "source": full["source"],
        "R": full["R"],
        "packages": full["packages"],
        "formula": full["formula"],
        "lad": {
            "coefficients": list(full["LAD"]["coef"].values()),
            "loss": full["LAD"]["sum_abs_resid"],
        },
    }
    for name, source in FITS.items():
        entry = full[source]
        values = [next(iter(row.values())) for row in entry["coefficients"].values()]
        kept[name] = {
            "call": entry["call"],
            "coefficients": values,
            "scale": entry["scale"],
            "weights": entry.get("weights", entry.get("rweights")),
        }
    kept["mm"]["covariance"] = full["lmrob_MM_bisquare"]["cov"]["values"]
    return kept


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    reduced = {
        name: reduce_reference(json.loads((folder / f"robust_{name}.json").read_text()))
        for name in SOURCES
    }
    target = Path(__file__).with_name("robust.json")
    target.write_text(json.dumps(reduced, separators=(",", ":")) + "\n")

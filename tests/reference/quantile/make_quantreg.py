"""Write `quantreg.json`: what R's quantreg says about three data sets, cut to what tests read.

    python -m tests.reference.quantile.make_quantreg ../shared/reference

The sources were made in R 4.2.2 with quantreg 5.94: `rq(f, tau, method = "br")`, `summary(., se =
"iid" | "nid" | "ker" | "boot")` (the last with R = 1000, bsmethod = "xy"), `anova(...)` of fits at
several quantiles, 1 - rho / rho of the constant.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SOURCES = ("engel", "stackloss", "synth420")


def reduce_reference(full: dict[str, Any]) -> dict[str, Any]:
    """Keep estimates, standard errors, losses and tests; full covariances of small models."""
    return {
        "source": full["source"],
        "R": full["R"],
        "packages": full["packages"],
        "formula": full["formula"],
        "taus": {tau: _quantile(entry) for tau, entry in full["taus"].items()},
        "anova": {k: v for k, v in full["anova_equal_slopes"].items() if k != "call"},
    }


def _quantile(entry: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "coefficients": list(entry["coef_br"].values()),
        "loss": entry["rho"],
        "pseudo_r1": entry["pseudo_R1"],
        "hall_sheather": entry["hall_sheather_bw"],
        "bofinger": entry["bofinger_bw"],
    }
    for kind in ("iid", "nid", "ker", "boot"):
        table = entry[kind]["table"]
        kept[kind] = [row["Std. Error"] for row in table.values()]
    if len(kept["coefficients"]) <= 4:
        kept["covariances"] = {kind: entry[kind]["cov"] for kind in ("iid", "nid", "ker")}
    return kept


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    reduced = {
        name: reduce_reference(json.loads((folder / f"quantreg_{name}.json").read_text()))
        for name in SOURCES
    }
    target = Path(__file__).with_name("quantreg.json")
    target.write_text(json.dumps(reduced, separators=(",", ":")) + "\n")

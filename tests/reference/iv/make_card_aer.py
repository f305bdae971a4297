"""Write `card_aer.json`: what R says about Card's (1995) returns to schooling, cut to what is read.

    python -m tests.reference.iv.make_card_aer ../shared/reference/iv_card.json

The source file was made in R 4.2.2 with AER 1.2.10 (`ivreg`, `summary(., diagnostics = TRUE)`, HC1
by sandwich 3.0.2), ivmodel 1.9.1 (LIML, Fuller, Anderson-Rubin), fixest 0.14.2 (robust first-stage
Wald) and `stats::cancor` (Anderson LM, Cragg-Donald) on `ivmodel::card.data`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

KEPT = ("coefficients", "diagnostics", "HC1", "sigma", "r2", "df", "vcov")


def reduce_reference(full: dict[str, Any]) -> dict[str, Any]:
    """Keep the numbers that the tests compare."""
    cases = {
        name: {key: full[f"ivreg_{name}"][key] for key in KEPT} | {"cancor": full[f"cancor_{name}"]}
        for name in ("just", "over")
    }
    models = full["ivmodel"]
    return {
        "data": full["source"],
        "R": full["R"],
        "packages": full["packages"],
        "cases": cases,
        "liml": {key: models["liml"][key] for key in ("k", "point.est", "std.err")},
        "fuller": {key: models["fuller"][key] for key in ("k", "point.est", "std.err")},
        "anderson_rubin": models["AR"],
        "robust_first_stage": full["fixest_over_hetero"]["fitstats"]["ivwald1"],
    }


if __name__ == "__main__":
    reduced = reduce_reference(json.loads(Path(sys.argv[1]).read_text()))
    target = Path(__file__).with_name("card_aer.json")
    target.write_text(json.dumps(reduced, separators=(",", ":")) + "\n")

"""Write `grunfeld_plm.json`: what R says about the Grunfeld panel, cut down to what tests read.

    python -m tests.reference.panel.make_grunfeld_plm ../shared/reference/plm_grunfeld.json

The source file was made in R 4.2.2 with plm 2.6.2, lmtest 0.9.40, sandwich 3.0.2 and fixest 0.14.2
by the calls that are written beside each number below (`fm <- inv ~ value + capital`,
`d <- plm::Grunfeld`, index firm and year).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

MODELS = {
    "pooling": 'm <- plm(fm, d, model = "pooling")',
    "within_individual": 'm <- plm(fm, d, model = "within", effect = "individual")',
    "within_time": 'm <- plm(fm, d, model = "within", effect = "time")',
    "within_twoways": 'm <- plm(fm, d, model = "within", effect = "twoways")',
    "between": 'm <- plm(fm, d, model = "between")',
    "random_swar": 'm <- plm(fm, d, model = "random", random.method = "swar")',
    "random_amemiya": 'm <- plm(fm, d, model = "random", random.method = "amemiya")',
    "random_walhus": 'm <- plm(fm, d, model = "random", random.method = "walhus")',
    "random_nerlove": 'm <- plm(fm, d, model = "random", random.method = "nerlove")',
    "random_twoways_swar": 'm <- plm(fm, d, model = "random", effect = "twoways")',
}
COVARIANCES = {
    "classical": "vcov(m)",
    "HC0_arellano_group": 'vcovHC(m, method = "arellano", type = "HC0", cluster = "group")',
    "HC1_arellano_group": 'vcovHC(m, method = "arellano", type = "HC1", cluster = "group")',
    "sss_arellano_group": 'vcovHC(m, method = "arellano", type = "sss", cluster = "group")',
    "HC1_arellano_time": 'vcovHC(m, method = "arellano", type = "HC1", cluster = "time")',
    "white1_HC0": 'vcovHC(m, method = "white1", type = "HC0")',
    "white1_HC1": 'vcovHC(m, method = "white1", type = "HC1")',
    "driscoll_kraay_HC0_m2": 'vcovSCC(m, type = "HC0", maxlag = 2)',
    "driscoll_kraay_HC0_default": 'vcovSCC(m, type = "HC0")',
    "driscoll_kraay_HC1_default": 'vcovSCC(m, type = "HC1")',
    "newey_west_HC0": 'vcovNW(m, type = "HC0")',
    "double_cluster_HC0": 'vcovDC(m, type = "HC0")',
    "beck_katz_PCSE": 'vcovBK(m, type = "HC0"), contemporaneous covariances (PCSE)',
}
TESTS = {
    "hausman_swar": "phtest(within, random)",
    "hausman_aux": 'phtest(fm, d, method = "aux")',
    "hausman_aux_robust": 'phtest(fm, d, method = "aux", vcov = vcovHC)',
    "pFtest_individual": "pFtest(within_individual, pooling)",
    "pFtest_time": "pFtest(within_time, pooling)",
    "pFtest_twoways": "pFtest(within_twoways, pooling)",
    "pFtest_twoways_vs_individual": "pFtest(within_twoways, within_individual)",
    "plmtest_bp_individual": 'plmtest(pooling, effect = "individual", type = "bp")',
    "plmtest_bp_twoways": 'plmtest(pooling, effect = "twoways", type = "bp")',
    "plmtest_honda": 'plmtest(pooling, type = "honda")',
    "pcdtest_cd": 'pcdtest(within_twoways, test = "cd")',
    "pwartest": "pwartest(fm, d)",
}


def reduce_reference(full: dict[str, Any]) -> dict[str, Any]:
    """Keep the numbers that the tests compare, each beside the call that made it."""
    models = {name: _model(full[name], call) for name, call in MODELS.items()}
    tests = {
        name: {
            "call": call,
            "statistic": next(iter(full[name]["statistic"].values())),
            "p_value": full[name]["p_value"],
            "df": list(full[name].get("parameter", {}).values()),
        }
        for name, call in TESTS.items()
    }
    return {
        "data": "plm::Grunfeld, 10 firms x 1935-1954, "
        "the same numbers as statsmodels.datasets.grunfeld without American Steel",
        "R": full["R"],
        "packages": full["packages"],
        "models": models,
        "tests": tests,
        "fixest": full["fixest"],
    }


def _model(source: dict[str, Any], call: str) -> dict[str, Any]:
    kept: dict[str, Any] = {"call": call, "vcov": source["vcov"], "ssr": source["ssr"]}
    kept["coefficients"] = source["coefficients"]
    kept["r_squared"] = source["r_squared"]
    kept["fstatistic"] = source["fstatistic"]
    for extra in ("ercomp", "fixef", "within_intercept", "fixef_individual", "fixef_time"):
        if extra in source:
            kept[extra] = source[extra]
    if "vcovs" in source:
        kept["vcovs"] = {
            name: {"call": COVARIANCES[name], "vcov": entry["vcov"], "table": entry["table"]}
            for name, entry in source["vcovs"].items()
        }
    return kept


if __name__ == "__main__":
    reduced = reduce_reference(json.loads(Path(sys.argv[1]).read_text()))
    target = Path(__file__).with_name("grunfeld_plm.json")
    target.write_text(json.dumps(reduced, separators=(",", ":")) + "\n")

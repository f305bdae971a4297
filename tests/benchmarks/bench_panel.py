"""Panel regressions at 30 x 14 and 3,000 x 14 rows, beside linearmodels in the same run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from linearmodels.panel import PanelOLS, RandomEffects

from analysis.methods.covariance import Covariance
from analysis.methods.multiverse import Choices, specification_grid
from analysis.methods.panel import (
    breusch_pagan_lm,
    hausman,
    hausman_robust,
    poolability_f,
    pooled_ols,
    random_effects,
    within,
)
from analysis.methods.panel.diagnostics import modified_wald, pesaran_cd, wooldridge_serial
from analysis.methods.panel.group_difference import group_difference
from analysis.methods.panel.influence import leave_one_out, row_influence, vif
from analysis.methods.panel.randomisation import randomisation_test
from analysis.methods.panel.wild_bootstrap import wild_cluster_bootstrap
from tests.benchmarks.harness import Row, best_of, run_measured
from tests.reference.panel.data import Panel, simulated_panel

SMALL_BAR = 0.1
LARGE_BAR = 0.5
BOTH = Covariance(by=("entity", "time"))
SMALL, LARGE = "30 x 14", "3,000 x 14"


def measure() -> Iterator[Row]:
    """Yield every case with its bar, and its peer where there is one."""
    small, large = simulated_panel(), simulated_panel(3000)
    yield from _imports()
    yield from _estimators(small, SMALL, SMALL_BAR)
    yield from _estimators(large, LARGE, LARGE_BAR)
    unbalanced = simulated_panel(3000, holes=0.2)
    seconds = best_of(lambda: within(*unbalanced, covariance=BOTH))
    yield Row(f"within two-way, unbalanced, two-way clusters, {LARGE}", seconds, LARGE_BAR)
    yield from _tests(small)
    yield from _bootstraps(small, large)
    yield from _many(small)


def _many(panel: Panel) -> Iterator[Row]:
    """Yield what fits the model many times: groups dealt out anew, every specification."""
    groups = np.repeat(["east", "central", "west"], [11 * 14, 8 * 14, 11 * 14])
    seconds = best_of(
        lambda: group_difference(
            *panel, groups=groups, term="agg", rng=np.random.default_rng(1), draws=999
        )
    )
    yield Row(f"difference between groups, 999 permutations, {SMALL}", seconds, 2.0)
    choices = Choices(
        optional=tuple(panel.names[1:]),
        effects=((), ("entity",), ("entity", "time")),
        covariances=(Covariance(), Covariance("driscoll_kraay")),
    )
    outcomes = np.column_stack([panel.y] * 6)
    named = [f"y{place}" for place in range(6)]
    seconds = best_of(
        lambda: specification_grid(
            outcomes, *panel[1:], outcome_names=named, term="agg", choices=choices
        ),
        1,
    )
    yield Row(f"multiverse of 2,304 specifications, {SMALL}", seconds, 5.0)


def _imports() -> Iterator[Row]:
    folder = Path(__file__).resolve().parents[2]
    ours, theirs = (
        run_measured([sys.executable, "-c", f"import {name}"], {"PATH": "/usr/bin"}, folder)[0]
        for name in ("analysis.methods.panel", "linearmodels.panel")
    )
    yield Row("import panel methods", ours, 1.0, peer="linearmodels", peer_seconds=theirs)


def _estimators(panel: Panel, size: str, bar: float) -> Iterator[Row]:
    frame = _frame(panel)
    y, X = frame["y"], frame[panel.names]

    def peer(**options: bool) -> float:
        def fit() -> object:
            model = PanelOLS(y, X, entity_effects=True, time_effects=True)
            return model.fit(cov_type="clustered", **options)

        return best_of(fit, 2)

    one = peer(cluster_entity=True)
    seconds = best_of(lambda: within(*panel))
    yield Row(f"within two-way, clustered, {size}", seconds, bar, None, None, "linearmodels", one)
    both = peer(cluster_entity=True, cluster_time=True)
    seconds = best_of(lambda: within(*panel, covariance=BOTH))
    name = f"within two-way, two-way clusters, {size}"
    yield Row(name, seconds, bar, None, None, "linearmodels", both)
    theirs = best_of(lambda: RandomEffects(y, X.assign(const=1.0)).fit(), 2)
    seconds = best_of(lambda: random_effects(*panel))
    yield Row(f"random effects, {size}", seconds, bar, None, None, "linearmodels", theirs)
    yield Row(f"pooled, clustered, {size}", best_of(lambda: pooled_ols(*panel)), bar)
    for kind in ("driscoll_kraay", "newey_west", "cr3", "hc3"):
        seconds = best_of(partial(within, *panel, covariance=Covariance(kind)))
        yield Row(f"within two-way, {kind}, {size}", seconds, bar)
    conley = Covariance("conley", coordinates=_places(panel), cutoff_km=500.0)
    seconds = best_of(lambda: within(*panel, covariance=conley), 1)
    yield Row(f"within two-way, conley, {size}", seconds, max(bar, 0.1 * panel.y.size / 420))


def _tests(panel: Panel) -> Iterator[Row]:
    residuals = within(*panel).residuals
    cases = {
        "poolability F": lambda: poolability_f(*panel),
        "Breusch-Pagan": lambda: breusch_pagan_lm(*panel),
        "Hausman": lambda: hausman(*panel),
        "Hausman, robust": lambda: hausman_robust(*panel),
        "Pesaran CD": lambda: pesaran_cd(residuals, panel.entity, panel.time),
        "Wooldridge": lambda: wooldridge_serial(*panel),
        "modified Wald": lambda: modified_wald(*panel),
        "VIF": lambda: vif(panel.X, panel.names, panel.entity, panel.time),
        "row influence": lambda: row_influence(*panel, term="agg"),
        "30 regions left out, with errors": lambda: leave_one_out(*panel, term="agg"),
    }
    for name, call in cases.items():
        yield Row(f"{name}, {SMALL}", best_of(call), 0.5 if "left out" in name else SMALL_BAR)


def _bootstraps(small: Panel, large: Panel) -> Iterator[Row]:
    def wild(panel: Panel, draws: int) -> float:
        return best_of(
            lambda: wild_cluster_bootstrap(
                *panel, term="agg", rng=np.random.default_rng(1), draws=draws
            )
        )

    yield Row(f"wild bootstrap 9,999 with interval, {SMALL}", wild(small, 9999), 1.0)
    yield Row(f"wild bootstrap 999 with interval, {LARGE}", wild(large, 999), 2.0)
    for panel, size in ((small, SMALL), (large, LARGE)):
        rng = np.random.default_rng(1)
        seconds = best_of(partial(randomisation_test, *panel, term="agg", rng=rng), 1)
        yield Row(f"randomisation 999, {size}", seconds, 1.0 if size == SMALL else 5.0)


def _frame(panel: Panel) -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays([panel.entity, panel.time])
    return pd.DataFrame(panel.X, columns=panel.names, index=index).assign(y=panel.y)


def _places(panel: Panel) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    rng = np.random.default_rng(0)
    entities, codes = np.unique(panel.entity, return_inverse=True)
    longitude, latitude = rng.uniform(75, 135, entities.size), rng.uniform(18, 53, entities.size)
    return np.column_stack([longitude, latitude])[codes]

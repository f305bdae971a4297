"""Instrumented regressions with both effects at 30 x 14 and 3,000 x 14, beside linearmodels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from linearmodels.iv import IV2SLS

from analysis.methods.iv import (
    anderson_rubin_set,
    diagnose,
    gmm,
    liml,
    plausibly_exogenous,
    two_stage,
)
from tests.benchmarks.harness import Row, best_of
from tests.reference.iv.data import IvPanel, simulated_iv

BARS = {"30 x 14": 0.1, "3,000 x 14": 0.5}


def measure() -> Iterator[Row]:
    """Yield every case with its bar, and its peer where there is one."""
    for size, bar in BARS.items():
        n = int(size.split(" ")[0].replace(",", ""))
        panel = simulated_iv(n, n_instruments=2)
        peer = best_of(lambda p=panel: _linearmodels(p), 2) if n < 100 else None  # type: ignore[misc]
        seconds = best_of(lambda p=panel: two_stage(p.design()))  # type: ignore[misc]
        name = f"2SLS with first stage and reduced form, both effects, {size}"
        software = "linearmodels, dummies" if peer else None
        yield Row(name, seconds, bar, peer=software, peer_seconds=peer)
        seconds = best_of(lambda p=panel: liml(p.design()))  # type: ignore[misc]
        yield Row(f"LIML, both effects, {size}", seconds, bar)
        seconds = best_of(lambda p=panel: gmm(p.design()))  # type: ignore[misc]
        yield Row(f"GMM, both effects, {size}", seconds, bar)
        yield from _tests(panel, size, bar)


def _tests(panel: IvPanel, size: str, bar: float) -> Iterator[Row]:
    design = panel.design()
    fit = two_stage(design)
    yield Row(f"all diagnostics, clustered, {size}", best_of(lambda: diagnose(design, fit)), bar)
    seconds = best_of(lambda: anderson_rubin_set(design))
    yield Row(f"Anderson-Rubin set, {size}", seconds, bar)
    box = np.full(2, 0.05)
    seconds = best_of(lambda: plausibly_exogenous(design, -box, box))
    yield Row(f"plausibly exogenous bounds, {size}", seconds, bar)


def _linearmodels(panel: IvPanel) -> object:
    parts = [panel.exogenous]
    parts += [(labels[:, None] == np.unique(labels)[1:]) for labels in (panel.entity, panel.time)]
    exog = np.column_stack([*parts, np.ones(panel.y.size)]).astype(float)
    model = IV2SLS(panel.y, exog, panel.endogenous, panel.instruments)
    return model.fit(cov_type="clustered", clusters=panel.entity)

"""Instrumented regressions with both effects at 30 x 14 and 3,000 x 14, beside linearmodels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from linearmodels.iv import IV2SLS

from analysis.methods.iv import (
    IvDesign,
    IvFit,
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
        peer = best_of(partial(_linearmodels, panel), 2) if n < 100 else None
        seconds = best_of(partial(_from_arrays, two_stage, panel))
        name = f"2SLS with first stage and reduced form, both effects, {size}"
        software = "linearmodels, dummies" if peer else None
        yield Row(name, seconds, bar, peer=software, peer_seconds=peer)
        seconds = best_of(partial(_from_arrays, liml, panel))
        yield Row(f"LIML, both effects, {size}", seconds, bar)
        seconds = best_of(partial(_from_arrays, gmm, panel))
        yield Row(f"GMM, both effects, {size}", seconds, bar)
        yield from _tests(panel, size, bar)


def _from_arrays(fit: Callable[[IvDesign], IvFit], panel: IvPanel) -> IvFit:
    return fit(panel.design())


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

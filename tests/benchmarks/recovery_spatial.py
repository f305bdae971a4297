"""`python -m tests.benchmarks.recovery_spatial [PANELS]`: known parameters, found again.

For every spatial panel model, panels of 30 x 14 are drawn from known parameters and estimated;
printed are the mean error of each parameter and effect in simulation standard errors (beyond 3
something is wrong), the spread of the estimates over their mean standard error, the coverage of
the 95 % interval and the size of the tests. The suite repeats a part of it on fewer panels
(`tests/unit/methods/spatial/test_recovery.py`).

Found on 200 panels (three minutes): SAR, SEM, SDM, SDEM with both effects transformed away: rho,
lambda, coefficients and effects within 1.9 simulation errors, spread over error 0.94 to 1.05,
coverage 0.93 to 0.98 (one 0.995). Dynamic SDM, corrected: past outcomes within 0.6, rho -0.7, one
coefficient 2.8 (-0.8 on 300 other panels); without the correction the past is 20 errors off. SAC:
rho and lambda within 0.7, total effects up to 2.9 (0.06 of 1.67: a ratio; 1.1 on 300 others).
Random effects with period effects transformed away: rho within 0.8 (with dummies of periods it is
.24 for .40). Without period effects maximum likelihood as splm has it, rho a quarter of a
standard error too small (SDM -0.018, 3.9 errors, and -0.015 on 300 others; SAR -0.011; lambda of
SEM -0.018); effects within 1.8. sigma2 falls short by the number of coefficients. Robust errors
under unequal variances cover 0.92 to 0.97, clustered ones with serial correlation 0.5 0.90 to
0.975 (30 clusters). Size at 5 %: LM-lag and LM-error 0.14 and 0.21 as published, 0.05 and 0.06
transformed; LR and Wald of Durbin against lag 0.04, against error 0.05; Hausman 0.07 with and
0.16 without period effects, by unit means 0.14 and 0.12. The true model is the most probable one
in 0.96 (SLX), 0.96 (SAR), 0.91 (SEM), 0.61 (SDM), 0.53 (SDEM) of the panels.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np

from analysis.methods.covariance import Covariance
from analysis.methods.spatial.dynamic import dynamic_spatial_panel
from analysis.methods.spatial.effects import spatial_effects
from analysis.methods.spatial.lm_tests import panel_lm_tests
from analysis.methods.spatial.logdet import log_determinant
from analysis.methods.spatial.model_tests import durbin_tests, spatial_hausman, spatial_mundlak
from analysis.methods.spatial.panel_ml import fit_spatial
from analysis.methods.spatial.probabilities import model_probabilities
from analysis.methods.spatial.results import SpatialFit
from tests.unit.methods.spatial.simulated import MODELS, W, draw, draw_dynamic, truth

Draws = dict[str, list[float]]


def main(panels: int = 200) -> None:
    """Print every table."""
    for name in MODELS:
        _estimates(name, panels)
    for kind in ("hc0", "cluster"):
        _robust(kind, panels)
    _dynamic(panels)
    _tests(panels)
    _probabilities(panels)


def _estimates(name: str, panels: int) -> None:
    known, rows = truth(name), []
    determinant = log_determinant(W)
    for seed in range(panels):
        data, model, effects, is_random = draw(name, seed)
        fit = fit_spatial(data, model, effects, is_random=is_random, determinant=determinant)
        rows.append(_row(fit))
    _show(name, known, rows)


def _row(fit: SpatialFit) -> dict[str, tuple[float, float]]:
    found = {
        " ".join(term): (float(value), float(error))
        for term, value, error in zip(fit.terms, fit.estimates, fit.std_errors, strict=True)
    }
    effects = spatial_effects(fit, draws=0)
    for i, term in enumerate(effects.terms):
        for j, kind in enumerate(("direct", "indirect", "total")):
            error = float(effects.std_errors_delta[i, j])
            found[f"{kind} {term}"] = (float(effects.estimates[i, j]), error)
    found["sigma2"] = (fit.sigma2, float("nan"))
    return found


def _show(name: str, known: dict[str, float], rows: list[dict[str, tuple[float, float]]]) -> None:
    print(f"\n{name}, {len(rows)} panels")
    for term, value in known.items():
        drawn = np.array([row[term] for row in rows])
        if np.ptp(drawn[:, 0]) == 0:
            continue
        bias = drawn[:, 0].mean() - value
        spread = drawn[:, 0].std(ddof=1)
        error = spread / np.sqrt(len(rows))
        covered = np.abs(drawn[:, 0] - value) <= 1.959964 * drawn[:, 1]
        print(
            f"  {term:28s} true {value:8.4f}  bias {bias:8.4f} ({bias / error:5.1f} sim. errors)"
            f"  spread/error {spread / drawn[:, 1].mean():5.2f}  coverage {covered.mean():.3f}"
        )


def _robust(kind: str, panels: int) -> None:
    """Coverage when errors differ in variance between units and hang together over time."""
    known, rows = truth("sdm"), []
    request = Covariance(kind, by=("entity",)) if kind == "cluster" else Covariance(kind)
    determinant = log_determinant(W)
    for seed in range(panels):
        data, model, effects, _ = draw("sdm", seed, unequal=True, serial=0.5 * (kind == "cluster"))
        fit = fit_spatial(data, model, effects, covariance=request, determinant=determinant)
        rows.append(_row(fit))
    _show(f"sdm, {kind} errors, unequal variances", known, rows)


def _dynamic(panels: int) -> None:
    for bias in ("correct", "none"):
        rows, known = [], truth("dynamic")
        for seed in range(panels):
            arrays = draw_dynamic(seed)
            fit = dynamic_spatial_panel(*arrays, weights=W, bias=bias)
            rows.append(_row(fit))
        _show(f"dynamic sdm, bias {bias}", known, rows)


def _rejections(panels: int, run: Callable[[int], Iterator[tuple[str, float | None]]]) -> None:
    counts: Draws = {}
    for seed in range(panels):
        for name, p in run(seed):
            counts.setdefault(name, []).append(float("nan") if p is None else float(p < 0.05))
    for name, found in counts.items():
        values = np.array(found)
        defined = np.isfinite(values)
        share = values[defined].mean() if defined.any() else float("nan")
        print(f"  {name:22s} rejected {share:.3f}, defined {defined.mean():.3f}")


def _tests(panels: int) -> None:
    determinant = log_determinant(W)

    def lm(seed: int) -> Iterator[tuple[str, float | None]]:
        data, _, effects, _ = draw("linear", seed)
        for form in ("within", "dummies", "transform"):
            for test in panel_lm_tests(data, effects, form=form):
                yield f"{test.test} {form}", test.p_value

    def durbin(name: str, suffix: str) -> Callable[[int], Iterator[tuple[str, float | None]]]:
        def run(seed: int) -> Iterator[tuple[str, float | None]]:
            data, _, effects, _ = draw(name, seed)
            fit = fit_spatial(data, "sdm", effects, determinant=determinant)
            for test in durbin_tests(data, fit):
                if test.test.endswith(suffix):
                    yield test.test, test.p_value

        return run

    def hausman(seed: int) -> Iterator[tuple[str, float | None]]:
        data, _, _, _ = draw("sdm_random", seed)
        for test in (spatial_hausman, spatial_mundlak):
            found = test(data, "sdm", determinant=determinant)
            yield found.test, found.p_value

    print("\nsize at 5 %: LM without dependence")
    _rejections(panels, lm)
    print("\nsize at 5 %: a lag model, an error model")
    _rejections(panels, durbin("sar", "sar"))
    _rejections(panels, durbin("sem", "sem"))
    print("\nsize at 5 %: random effects")
    _rejections(panels, hausman)


def _probabilities(panels: int) -> None:
    determinant = log_determinant(W)
    print("\nshare of panels in which the true model is the most probable, mean probability")
    for name in ("slx", "sar", "sem", "sdm", "sdem"):
        hits, shares = 0, []
        for seed in range(panels):
            data, _, effects, _ = draw(name, seed)
            found = model_probabilities(data, effects, determinant=determinant)
            best = max(found, key=lambda one: one.probability)
            hits += best.model == name
            shares.append(next(one.probability for one in found if one.model == name))
        print(f"  {name:5s} {hits / panels:.3f} {np.mean(shares):.3f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))

"""`python -m tests.benchmarks.recovery_spatial [PANELS [FIRST [PERIODS]]]`: parameters found again.

For every spatial panel model, panels of 30 x 14 (or of PERIODS) are drawn from known parameters
with seeds FIRST, FIRST + 1, ... and estimated. Printed are the mean error of each parameter and
effect in simulation standard errors, with a mark beyond 2; the spread of the estimates over their
mean standard error; the coverage of the 95 % interval; a joint test (Hotelling) that a model's
parameters are unbiased; in the end how many statistics lie beyond 2 and how many chance puts there.
Seeds 0 to 199 were fixed before any result; models whose names are equally long share their random
numbers. The suite repeats a part on fewer panels (`tests/unit/methods/spatial/test_recovery.py`).

Found on the 200 panels (45 s): 4 of 104 statistics beyond 2 (chance: 4.7), largest 2.83 (p 0.49
among so many), no model jointly biased (smallest p 0.71 after Bonferroni). By name: SAC's sigma2
(-2.0); main a of the dynamic model, and with it direct a (2.8; -0.8 on 1,000 fresh panels: chance);
main b of the Durbin model with random and period effects (2.1; chance). Spread over error 0.93 to
1.07, coverage 0.91 to 0.995.

Random effects without period effects: maximum likelihood, as splm has it, is biased by rho -.018
(SDM), -.011 (SAR), lambda -.018 (SEM). The theory of order 1/n (`leading_bias`) says -.013, -.008,
-.011, half of it because coefficients are estimated, half by curvature. The default takes it off:
rho -.0047 (1.0 simulation errors), -.003 (0.8), lambda -.007 (1.5), both variances within 0.7; on
1,000 fresh panels (seeds from 1,000) .0003 (0.1), -.0015 (0.9), -.0003 (0.1).

SAC's effects are without their leading bias by default: total a -.0015 of 1.67 (0.1 simulation
errors), total b -.0098 (0.7); at the estimates themselves .061 (2.1) and -.042 (2.9), and .053 on
3,000 fresh panels, where the correction leaves -.015 (2.3): a twenty-fifth of a standard error.

What stays is O(1/n) and there with more panels: 14 of 104 beyond 2 on the 1,000. Transformed fixed
effects leave rho -.003 of .4 (SAR, 4,000 panels, 3 simulation errors, a twentieth of a standard
error), sigma2 short by k / m and SAC's by a little more. Effects at estimates are too large in size
as 1 / (1 - rho) bends: totals by .8 % (SAR), 1.3 % (SDM with random and period effects), where
`effects_bias: correct` takes it off too; SAC's by 3.1 % at 14 periods, about half with 28 and 56.

Size at 5 %: LM-lag and LM-error 0.14 and 0.21 as published, 0.05 and 0.06 transformed; LR and Wald
of Durbin against lag 0.04, against error 0.05; Hausman 0.10 without period effects (0.16 by plain
maximum likelihood) and 0.06 with; by unit means 0.025 (0.12). Robust errors under unequal variances
cover 0.92 to 0.97, clustered ones with serial correlation 0.5 0.90 to 0.975 (30 clusters). Without
the correction the dynamic model's past outcomes are 20 errors off. The true model is the most
probable one in 0.96 (SLX), 0.96 (SAR), 0.91 (SEM), 0.61 (SDM), 0.53 (SDEM) of the panels.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from analysis.methods.covariance import Covariance
from analysis.methods.spatial.dynamic import dynamic_spatial_panel
from analysis.methods.spatial.lm_tests import panel_lm_tests
from analysis.methods.spatial.logdet import log_determinant
from analysis.methods.spatial.model_tests import durbin_tests, spatial_hausman, spatial_mundlak
from analysis.methods.spatial.panel_ml import fit_spatial
from analysis.methods.spatial.probabilities import model_probabilities
from tests.unit.methods.spatial.recovered import Recovery, recovered
from tests.unit.methods.spatial.simulated import MODELS, T, W, draw, draw_dynamic, truth

Draws = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Panels:
    """How many panels, from which seed on, of how many periods."""

    count: int = 200
    first: int = 0
    periods: int = T

    @property
    def seeds(self) -> range:
        """The seeds."""
        return range(self.first, self.first + self.count)


def main(panels: Panels) -> None:
    """Print every table; parameters and effects alone where seeds or periods are chosen."""
    found = [_estimates(name, panels) for name in MODELS]
    found.append(_dynamic(panels, "correct"))
    _verdict(found)
    if (panels.first, panels.periods) != (0, T):
        return
    _dynamic(panels, "none")
    _robust("hc0", panels)
    _robust("cluster", panels)
    _tests(panels.count)
    _probabilities(panels.count)


def _estimates(name: str, panels: Panels) -> Recovery:
    determinant = log_determinant(W)
    fits = []
    for seed in panels.seeds:
        data, model, effects, is_random = draw(name, seed, periods=panels.periods)
        fit = fit_spatial(data, model, effects, is_random=is_random, determinant=determinant)
        fits.append(fit)
    return _show(name, recovered(fits, truth(name)))


def _dynamic(panels: Panels, bias: Literal["correct", "none"]) -> Recovery:
    fits = []
    for seed in panels.seeds:
        arrays = draw_dynamic(seed, periods=panels.periods)
        fits.append(dynamic_spatial_panel(*arrays, weights=W, bias=bias))
    return _show(f"dynamic sdm, bias {bias}", recovered(fits, truth("dynamic")))


def _show(name: str, found: Recovery) -> Recovery:
    print(f"\n{name}: jointly unbiased, p {found.joint:.3f}")
    for term, error in found.errors.items():
        print(
            f"  {term:28s} true {found.true[term]:8.4f}  bias {found.bias[term]:8.4f} "
            f"({error:5.1f} sim. errors)  spread/error {found.spread[term]:5.2f}  "
            f"coverage {found.coverage[term]:.3f}{'  BEYOND 2' if abs(error) > 2 else ''}"
        )
    return found


def _verdict(found: list[Recovery]) -> None:
    """Say whether as many statistics lie beyond two simulation errors as chance puts there."""
    count = sum(len(one.errors) for one in found)
    beyond = sum(len(one.beyond) for one in found)
    largest = max(one.largest for one in found)
    p = min(1.0, count * 2 * float(stats.norm.sf(largest)))
    joint = min(1.0, len(found) * min(one.joint for one in found))
    print(
        f"\n{count} statistics: {beyond} beyond two simulation errors (chance: "
        f"{0.0455 * count:.1f}), largest {largest:.2f} (p {p:.2f} among so many); smallest joint p "
        f"of {len(found)} models {joint:.2f} (Bonferroni)"
    )


def _robust(kind: Literal["hc0", "cluster"], panels: Panels) -> None:
    """Coverage when errors differ in variance between units and hang together over time."""
    fits = []
    request = Covariance(kind, by=("entity",)) if kind == "cluster" else Covariance(kind)
    determinant = log_determinant(W)
    for seed in panels.seeds:
        data, model, effects, _ = draw("sdm", seed, unequal=True, serial=0.5 * (kind == "cluster"))
        fits.append(fit_spatial(data, model, effects, covariance=request, determinant=determinant))
    _show(f"sdm, {kind} errors, unequal variances", recovered(fits, truth("sdm")))


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
    main(Panels(*(int(argument) for argument in sys.argv[1:])))

"""What an instrumented regression refuses, by its message, and how effects enter it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.iv import (
    IvFit,
    anderson_lm,
    cragg_donald_f,
    diagnose,
    first_stage_strength,
    gmm,
    iv_design,
    kleibergen_paap,
    liml,
    sargan,
    two_stage,
)
from tests.reference.iv.data import IvPanel, simulated_iv

RTOL = 1e-9
CONVENTIONAL = Covariance("conventional")


def with_instrument(
    panel: IvPanel, column: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> IvPanel:
    return replace(panel, instruments=column[:, None])


def test_an_instrument_without_within_variation_names_both_ways_out() -> None:
    panel = simulated_iv()
    terrain = with_instrument(panel, np.sin(panel.entity.astype(float)))

    with pytest.raises(NotIdentified) as refusal:
        terrain.design()

    assert "instrument z0" in refusal.value.reason
    assert "entity effects absorb it" in refusal.value.reason
    assert "multiply z0 by a series that changes over time" in refusal.value.next_step
    assert "leave the entity effects out" in refusal.value.next_step
    # Either way out works.
    product = terrain.instruments[:, 0] * np.log(panel.time - 2000.0)
    with_instrument(panel, product).design()
    terrain.design(effects=["time"])


def test_a_constant_instrument_is_to_be_left_out() -> None:
    panel = simulated_iv()
    with pytest.raises(NotIdentified) as refusal:
        with_instrument(panel, np.ones(panel.entity.size)).design()
    assert refusal.value.next_step.startswith("Leave out z0: a constant is no instrument")


def test_a_product_of_constant_and_series_is_named_a_single_shock() -> None:
    panel = simulated_iv()
    shock = np.random.default_rng(5).normal(size=14)[panel.time - 2010]
    product = with_instrument(panel, np.sin(panel.entity.astype(float)) * shock)
    fit = two_stage(product.design())

    assert "one series" in fit.notes[0]
    assert two_stage(panel.design()).notes == ()


def test_many_instruments_are_named() -> None:
    fit = two_stage(simulated_iv(n_instruments=13).design())

    assert "13 instruments for 1 endogenous" in fit.notes[0]


def national(panel: IvPanel) -> IvPanel:
    return with_instrument(panel, panel.time.astype(float) ** 1.5)


def doubled(panel: IvPanel) -> IvPanel:
    z = panel.instruments[:, 0]
    return replace(panel, instruments=np.column_stack([z, 2 * z + panel.exogenous[:, 0]]))


def itself(panel: IvPanel) -> IvPanel:
    return with_instrument(panel, 3 * panel.endogenous[:, 0] + panel.exogenous[:, 1])


def unrelated(panel: IvPanel) -> IvPanel:
    design = panel.design()
    basis = np.column_stack([design.left.endogenous, design.exogenous])
    z = design.left.instruments[:, 0]
    return with_instrument(panel, z - basis @ np.linalg.lstsq(basis, z, rcond=None)[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (national, "same for all entities in every period.*differs between entities"),
        (doubled, r"Collinear.*z1 = .*x0 \+ 2·z0.*Leave out z1"),
        (itself, "determine d0.*exactly"),
        (unrelated, "uncorrelated with d0.*first stage is empty"),
        (lambda p: replace(p, exogenous=p.exogenous[:, [0, 0]] * [1, 2]), "x1 = 2·x0"),
    ],
)
def test_what_cannot_be_identified(change: Callable[[IvPanel], IvPanel], message: str) -> None:
    panel = change(simulated_iv())
    # The time effects' way out has another wording than the entity effects'.
    effects = ["time"] if change is national else ["entity", "time"]
    with pytest.raises(NotIdentified, match=f"(?s){message}"):
        panel.design(effects=effects)


def test_fewer_instruments_than_endogenous() -> None:
    panel = simulated_iv(n_endogenous=2, n_instruments=2)
    with pytest.raises(NotIdentified, match=r"1 instrument \(z0\) cannot identify 2 endogenous"):
        replace(panel, instruments=panel.instruments[:, :1]).design()


def test_too_few_rows() -> None:
    panel = simulated_iv(n_entities=3, n_periods=3)
    with pytest.raises(NotIdentified, match="9 rows cannot support"):
        panel.design()


def test_names_and_arrays_that_do_not_fit() -> None:
    panel = simulated_iv()
    arrays = (
        panel.y, panel.endogenous, panel.exogenous, panel.instruments, panel.entity, panel.time,
    )  # fmt: skip
    names = {"exogenous_names": [f"x{j}" for j in range(6)], "instrument_names": ["z"]}
    with pytest.raises(ValueError, match="no endogenous regressor is named"):
        iv_design(*arrays, endogenous_names=[], **names)
    with pytest.raises(ValueError, match="d: an endogenous regressor cannot be its own"):
        iv_design(*arrays, endogenous_names=["d"], **(names | {"instrument_names": ["d"]}))
    with pytest.raises(ValueError, match="no instrument is named for d"):
        iv_design(*arrays, endogenous_names=["d"], **(names | {"instrument_names": []}))
    holed = replace(panel, instruments=np.where(panel.instruments > 2, np.nan, panel.instruments))
    with pytest.raises(ValueError, match=r"missing or infinite.*z0 \(\d+\)"):
        holed.design()


@pytest.mark.parametrize("kind", ["hc2", "hc3", "cr3", "beck_katz"])
def test_covariances_of_least_squares_are_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=f"{kind} errors are defined for least squares"):
        two_stage(simulated_iv().design(), covariance=Covariance(kind))


def test_one_cluster_is_refused_and_few_are_named() -> None:
    panel = simulated_iv(n_instruments=3)
    one = Covariance(by=("g",), labels={"g": np.zeros(panel.y.size, int)})
    with pytest.raises(NotIdentified, match="one cluster of g"):
        two_stage(panel.design(), covariance=one)
    three = Covariance(by=("g",), labels={"g": panel.entity % 3})
    design = panel.design()
    under, weak = kleibergen_paap(design, covariance=three)
    assert under.statistic is None
    assert "too few clusters" in under.note
    assert weak.statistic is None
    with pytest.raises(NotIdentified, match=r"cannot be weighed.*too few clusters"):
        gmm(design, covariance=three)
    found = diagnose(design, two_stage(design, covariance=three), covariance=three)
    assert found.anderson_rubin is None
    assert "too few clusters" in found.refusals[0]


def test_the_paper_counts_370_residual_degrees_of_freedom() -> None:
    """Table 9: LM 14.656 and Cragg-Donald 13.378 with n = 420 imply n - K = 370.

    30 regions, 14 years, 6 controls, 1 instrument: K = 30 + 13 + 6 + 1 = 50.
    """
    panel = simulated_iv(strength=0.2)
    design = panel.design()
    lm, cd = anderson_lm(design), cragg_donald_f(design)
    assert lm.statistic is not None
    assert cd.statistic is not None
    r2 = lm.statistic / 420

    assert cd.df2 == 370
    assert_allclose(cd.statistic, 370 * r2 / (1 - r2), rtol=RTOL)
    assert_allclose(lm.statistic, 420 * cd.statistic / (cd.statistic + 370), rtol=RTOL)
    # The same map sends the printed 13.378 to the printed 14.656.
    assert round(420 * 13.378 / (13.378 + 370), 3) == 14.656
    assert_allclose(anderson_lm(design, counted="xtivreg2").statistic, 390 * r2, rtol=RTOL)
    with pytest.raises(ValueError, match="counted must be rows or xtivreg2"):
        anderson_lm(design, counted="all")


@pytest.mark.parametrize("holes", [0.0, 0.3])
@pytest.mark.parametrize("effects", [(), ("entity",), ("time",), ("entity", "time")])
def test_one_instrument_is_reduced_form_over_first_stage(
    effects: tuple[str, ...], holes: float
) -> None:
    panel = simulated_iv(holes=holes)
    fit = two_stage(panel.design(effects=effects))

    ratio = fit.reduced_form.estimates[0] / fit.first_stages[0].estimates[0]
    assert_allclose(fit.structural.estimates[0], ratio, rtol=RTOL)
    assert fit.reduced_form.terms[0] == "z0"
    assert fit.structural.terms[:2] == ("d0", "x0")
    assert fit.structural.terms[-1] == "const"


@pytest.mark.parametrize("effects", [(), ("entity", "time")])
def test_effects_constant_and_residuals_rebuild_the_outcome(effects: tuple[str, ...]) -> None:
    panel = simulated_iv(n_instruments=3, holes=0.2)
    fits = [estimator(panel.design(effects=effects)) for estimator in (two_stage, liml, gmm)]
    X = np.column_stack([panel.endogenous, panel.exogenous])

    for fit in (f.structural for f in fits):
        rebuilt = X @ fit.estimates[:-1] + fit.estimates[-1] + fit.residuals
        for found, labels, names in (
            (fit.entity_effects, panel.entity, fit.entity_labels),
            (fit.time_effects, panel.time, fit.time_labels),
        ):
            if found is not None:
                rebuilt = rebuilt + found[np.searchsorted(names, labels)]
        assert_allclose(rebuilt, panel.y, rtol=RTOL, atol=1e-9)


@pytest.mark.parametrize("estimator", [two_stage, liml, gmm])
def test_units_shifts_and_row_order_leave_everything(estimator: Callable[..., IvFit]) -> None:
    panel = simulated_iv(n_instruments=3, holes=0.2)
    base = estimator(panel.design()).structural
    order = np.random.default_rng(3).permutation(panel.y.size)

    shuffled = estimator(panel.rows(order).design()).structural
    units = replace(
        panel,
        y=panel.y * 1e4 + 7,
        endogenous=panel.endogenous * 1e-4 - 3,
        instruments=panel.instruments * [1e5, 1.0, 1e-5] + 11,
    )
    scaled = estimator(units.design()).structural

    assert_allclose(shuffled.estimates, base.estimates, rtol=RTOL)
    assert_allclose(shuffled.std_errors, base.std_errors, rtol=RTOL)
    assert_allclose(scaled.estimates[0], base.estimates[0] * 1e8, rtol=1e-8)
    assert_allclose(scaled.statistics[:-1], base.statistics[:-1], rtol=1e-7)


def test_conventional_gmm_and_just_identified_liml_are_two_stage() -> None:
    over, just = simulated_iv(n_instruments=3).design(), simulated_iv().design()

    assert_allclose(
        gmm(over, covariance=CONVENTIONAL).structural.estimates,
        two_stage(over).structural.estimates,
        rtol=RTOL,
    )
    assert_allclose(
        liml(just).structural.covariance, two_stage(just).structural.covariance, rtol=RTOL
    )
    assert liml(just).kappa == 1.0
    assert sargan(just).note.startswith("not defined")


def test_diagnose_names_every_test_once() -> None:
    design = simulated_iv(n_instruments=2).design()

    found = diagnose(design, liml(design))

    assert [test.test for test in found.tests] == [
        "first_stage_f",
        "cragg_donald_f",
        "anderson_lm",
        "kleibergen_paap_lm",
        "kleibergen_paap_f",
        "effective_f",
        "anderson_rubin",
        "wu_hausman",
        "sargan",
        "hansen_j",
        "liml_overidentification",
    ]
    assert found.tf is None
    two = simulated_iv(n_endogenous=2, n_instruments=3).design()
    found = diagnose(two, two_stage(two))
    assert found.effective is None
    assert "region, not an interval" in found.refusals[0]
    assert [stage.endogenous for stage in found.first_stages] == ["d0", "d1"]


def test_shea_r2_and_conditional_f_are_those_given_the_other_regressor() -> None:
    design = simulated_iv(n_endogenous=2, n_instruments=3).design()
    left = design.left
    d0, d1 = left.endogenous.T
    fitted = left.fitted(left.endogenous)
    own = d0 - d1 * (d1 @ d0) / (d1 @ d1)
    projected = fitted[:, 0] - fitted[:, 1] * (fitted[:, 1] @ fitted[:, 0]) / (
        fitted[:, 1] @ fitted[:, 1]
    )
    net = d0 - d1 * (fitted[:, 1] @ d0) / (fitted[:, 1] @ d1)
    explained = left.fitted(net)
    df2 = 420 - 43 - 6 - 3
    f = (explained @ explained / 2) / ((net @ net - explained @ explained) / df2)

    stage = first_stage_strength(design)[0]

    assert_allclose(stage.shea_r2, (own @ projected) ** 2 / ((own @ own) * (projected @ projected)))
    assert_allclose(stage.conditional_f.statistic, f, rtol=RTOL)
    assert (stage.conditional_f.df1, stage.conditional_f.df2) == (2.0, df2)

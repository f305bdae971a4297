"""Each covariance against its defining sum, written out slowly, and against other software."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from analysis.methods.covariance import Covariance
from analysis.methods.covariance.conley import great_circle_km
from analysis.methods.covariance.groups import group
from analysis.methods.covariance.small_sample import ParameterCount, adjustment
from analysis.methods.errors import NotIdentified
from analysis.methods.panel import joint_significance, pooled_ols, random_effects, within
from tests.reference.panel.data import Panel, simulated_panel

RTOL = 1e-9


def full_design(panel: Panel, effects: tuple[str, ...] = ("entity", "time")) -> NDArray[np.float64]:
    blocks = [panel.X]
    for effect in effects:
        labels = panel.entity if effect == "entity" else panel.time
        blocks.append((labels[:, None] == np.unique(labels)).astype(float))
    return np.column_stack([*blocks, np.ones((panel.y.size, 0 if effects else 1))])


def slow_parts(panel: Panel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(X'X)^-1 x_i and residuals of the two-way regression, by dummies."""
    design = full_design(panel)
    inverse = np.linalg.pinv(design.T @ design)
    residuals = panel.y - design @ (inverse @ design.T @ panel.y)
    return (design @ inverse)[:, : panel.X.shape[1]], residuals


def slow_sandwich(panel: Panel, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Double sum over all pairs of rows: sum_ij w_ij p_i u_i u_j p_j'."""
    influence, residuals = slow_parts(panel)
    scores = influence * residuals[:, None]
    return np.asarray(scores.T @ weight @ scores)


@pytest.fixture(params=[0.0, 0.25], ids=["balanced", "unbalanced"])
def panel(request: pytest.FixtureRequest) -> Panel:
    return simulated_panel(holes=request.param)


def same(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    return labels[:, None] == labels[None, :]


def slopes(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    return covariance[:7, :7]


def test_cluster_is_the_sum_over_pairs_of_one_region(panel: Panel) -> None:
    expected = slow_sandwich(panel, same(panel.entity).astype(float))

    fit = within(*panel, covariance=Covariance(small_sample="plm_hc0"))

    assert_allclose(slopes(fit.covariance), expected, rtol=RTOL, atol=1e-12)


@pytest.mark.parametrize("holes", [0.0, 0.25])
def test_multi_way_cluster_is_the_sum_over_pairs_that_share_any(holes: float) -> None:
    panel = simulated_panel(n_periods=40, n_regressors=2, holes=holes)
    area = panel.entity % 15
    two, three = (
        Covariance(by=by, labels={"area": area}, small_sample="plm_hc0")
        for by in (("entity", "time"), ("entity", "time", "area"))
    )
    shares = same(panel.entity) | same(panel.time)

    fits = [within(*panel, covariance=request) for request in (two, three)]

    expected = [slow_sandwich(panel, w.astype(float)) for w in (shares, shares | same(area))]
    for fit, matrix in zip(fits, expected, strict=True):
        assert_allclose(fit.covariance[:2, :2], matrix, rtol=RTOL)
    assert fits[0].n_clusters == (30, 40)


def test_a_repaired_two_way_covariance_is_valid_and_free_of_units() -> None:
    # Seven slopes and 14 years: the raw matrix has a negative eigenvalue.
    panel = simulated_panel()
    request = Covariance(by=("entity", "time"))
    raw = slow_sandwich(panel, (same(panel.entity) | same(panel.time)).astype(float))
    scale = 10.0 ** np.arange(-6, 8, 2)

    fit = within(*panel, covariance=request)
    other = within(*panel._replace(X=panel.X * scale), covariance=request)

    assert np.linalg.eigvalsh(raw).min() < 0
    assert np.linalg.eigvalsh(slopes(fit.covariance)).min() > -1e-15
    assert "not positive semi-definite" in fit.notes[0]
    assert_allclose(other.statistics[:7], fit.statistics[:7], rtol=1e-8)


@pytest.mark.parametrize("lags", [0, 2, 5])
def test_driscoll_kraay_weights_pairs_by_distance_in_time(panel: Panel, lags: int) -> None:
    distance = np.abs(panel.time[:, None] - panel.time[None, :])
    weight = np.clip(1 - distance / (lags + 1), 0, None)

    fit = within(*panel, covariance=Covariance("driscoll_kraay", lags=lags, small_sample="plm_hc0"))

    assert_allclose(slopes(fit.covariance), slow_sandwich(panel, weight), rtol=RTOL, atol=1e-12)


def test_a_missing_year_lengthens_the_distance() -> None:
    panel = simulated_panel(n_regressors=2)
    panel = panel.rows(~np.isin(panel.time, [2013, 2014, 2018]))
    distance = np.abs(panel.time[:, None] - panel.time[None, :])
    weight = np.clip(1 - distance / 4, 0, None)

    for kind, pairs in (("driscoll_kraay", True), ("newey_west", same(panel.entity))):
        request = Covariance(kind, lags=3, small_sample="plm_hc0")
        fit = within(*panel, covariance=request)
        expected = slow_sandwich(panel, weight * pairs)
        assert_allclose(fit.covariance[:2, :2], expected, rtol=RTOL)


def test_newey_west_is_that_within_each_region(panel: Panel) -> None:
    distance = np.abs(panel.time[:, None] - panel.time[None, :])
    weight = np.clip(1 - distance / 4, 0, None) * same(panel.entity)

    fit = within(*panel, covariance=Covariance("newey_west", lags=3, small_sample="plm_hc0"))

    assert_allclose(slopes(fit.covariance), slow_sandwich(panel, weight), rtol=RTOL, atol=1e-12)


def test_conley_weights_pairs_of_one_year_by_distance(panel: Panel) -> None:
    rng = np.random.default_rng(3)
    capitals = np.column_stack([rng.uniform(80, 130, 30), rng.uniform(20, 50, 30)])
    places = capitals[panel.entity - 110]
    weight = np.clip(1 - great_circle_km(places, places) / 900, 0, None) * same(panel.time)
    request = Covariance("conley", coordinates=places, cutoff_km=900, small_sample="plm_hc0")

    fit = within(*panel, covariance=request)

    assert_allclose(slopes(fit.covariance), slow_sandwich(panel, weight), rtol=RTOL, atol=1e-12)


def test_conley_without_neighbours_is_hc1(panel: Panel) -> None:
    places = np.column_stack([panel.entity - 50.0, (panel.entity - 125) * 2.0])
    request = Covariance("conley", coordinates=places, cutoff_km=1.0)

    fit, plain = within(*panel, covariance=request), within(*panel, covariance=Covariance("hc1"))

    assert_allclose(fit.covariance, plain.covariance, rtol=1e-12)


@pytest.mark.parametrize("effects", [(), ("entity",), ("entity", "time")])
@pytest.mark.parametrize("kind", ["hc0", "hc1", "hc2", "hc3"])
def test_heteroskedastic_kinds_equal_statsmodels_with_dummies(
    kind: str, effects: tuple[str, ...], panel: Panel
) -> None:
    from statsmodels.regression.linear_model import OLS

    design = full_design(panel, effects)
    if len(effects) == 2:
        design = np.delete(design, 7, axis=1)
    theirs = OLS(panel.y, design).fit(cov_type=kind.upper())
    covariance = Covariance(kind)

    fit = (
        within(*panel, effects=effects, covariance=covariance)
        if effects
        else pooled_ols(*panel, covariance=covariance)
    )

    assert_allclose(fit.std_errors[:7], theirs.bse[:7], rtol=RTOL)


@pytest.mark.parametrize("effects", [(), ("entity",), ("time",), ("entity", "time")])
@pytest.mark.parametrize("by", ["entity", "time", "area"])
def test_cr3_is_the_jackknife_by_refitting(by: str, effects: tuple[str, ...], panel: Panel) -> None:
    labels = {"entity": panel.entity, "time": panel.time, "area": panel.entity % 6}[by]

    def estimate(p: Panel) -> NDArray[np.float64]:
        fit = within(*p, effects=effects) if effects else pooled_ols(*p)
        return fit.estimates

    full = estimate(panel)
    moved = np.array([estimate(panel.rows(labels != g)) - full for g in np.unique(labels)])
    g = len(moved)
    request = Covariance("cr3", by=(by,), labels={"area": panel.entity % 6})

    fit = (
        within(*panel, effects=effects, covariance=request)
        if effects
        else pooled_ols(*panel, covariance=request)
    )

    assert_allclose(fit.covariance, (g - 1) / g * moved.T @ moved, rtol=1e-7, atol=1e-11)
    assert fit.df == g - 1


def test_cr3_of_random_effects_deletes_from_the_transformed_regression() -> None:
    panel = simulated_panel()

    cr3, cluster = (
        random_effects(*panel, covariance=Covariance(kind)) for kind in ("cr3", "cluster")
    )

    assert_allclose(cr3.estimates, cluster.estimates, rtol=1e-12)
    assert (cr3.std_errors > 0.9 * cluster.std_errors).all()


def test_cr3_names_the_cluster_that_carries_a_regressor() -> None:
    panel = simulated_panel()
    X = panel.X.copy()
    X[:, 2] = np.where(panel.entity == 117, X[:, 2], 0.0)

    with pytest.raises(NotIdentified, match="Without cluster 117 the model is not identified"):
        within(*panel._replace(X=X), covariance=Covariance("cr3"))


# 30 regions, 14 years, 7 slopes, both effects: multipliers of the standard error.
#   stata    30/29 * 419/(420 - 21),  21 = 7 + 13 + 1
#   areg     30/29 * 419/(420 - 50),  50 = 7 + 30 + 13
#   two-way  14/13 * 419/(420 - 21) as xtreg, * 419/(420 - 8) as reghdfe, where years are nested too
@pytest.mark.parametrize(
    ("by", "small_sample", "multiplier", "df"),
    [
        (("entity",), "stata", 1.0423, 29),
        (("entity",), "reghdfe", 1.0423, 29),
        (("entity",), "areg", 1.0824, 29),
        (("entity",), "linearmodels", 1.0654, 370),
        (("entity", "time"), "stata", (14 / 13 * 419 / 399) ** 0.5, 13),
        (("entity", "time"), "reghdfe", (14 / 13 * 419 / 412) ** 0.5, 13),
        (("time",), "stata", (14 / 13 * 419 / 370) ** 0.5, 13),
    ],
)
def test_small_sample_factors_by_name(
    by: tuple[str, ...], small_sample: str, multiplier: float, df: float
) -> None:
    request = Covariance(by=by, small_sample=small_sample)

    fit = within(*simulated_panel(), covariance=request)

    assert_allclose(fit.factor**0.5, multiplier, rtol=5e-5)
    assert fit.df == df


def test_driscoll_kraay_factor_is_that_of_xtscc() -> None:
    # T/(T-1) (n-1)/(n-k) with k = 7 slopes + 13 year dummies + 1; reghdfe counts regions too.
    panel = simulated_panel()

    stata, reghdfe = (
        within(*panel, covariance=Covariance("driscoll_kraay", small_sample=s))
        for s in ("stata", "reghdfe")
    )

    assert_allclose(stata.factor, 14 / 13 * 419 / 399, rtol=1e-14)
    assert_allclose(reghdfe.factor, 14 / 13 * 419 / 370, rtol=1e-14)
    assert stata.df == 13


def test_entity_effects_not_nested_in_the_clusters_are_counted() -> None:
    panel = simulated_panel()
    mixed = (np.arange(420) * 7) % 40
    request = Covariance(by=("mixed",), labels={"mixed": mixed})

    fit = within(*panel, covariance=request)

    assert_allclose(fit.factor, 40 / 39 * 419 / 370, rtol=1e-14)


def test_constant_needs_no_repair_of_the_slopes() -> None:
    # Two-way covariances of few clusters are often not positive semi-definite in the constant.
    for seed in range(40):
        panel = simulated_panel(n_entities=8, n_periods=8, n_regressors=2, seed=seed)
        request = Covariance(by=("entity", "time"), small_sample="plm_hc0")
        fit = within(*panel, covariance=request)
        if any("slopes are untouched" in note for note in fit.notes):
            weight = (same(panel.entity) | same(panel.time)).astype(float)
            expected = slow_sandwich(panel, weight)
            assert_allclose(fit.covariance[:2, :2], expected, rtol=RTOL)
            return
    pytest.fail("no seed met the case")


def test_fewer_clusters_than_coefficients_are_noted_and_not_tested_together() -> None:
    panel = simulated_panel()
    request = Covariance(by=("area",), labels={"area": panel.entity % 5})

    fit = within(*panel, covariance=request)

    assert "5 clusters by area for 8 coefficients" in fit.notes[0]
    assert "5 clusters by area are few" in fit.notes[1]
    assert not within(*panel).notes
    with pytest.raises(NotIdentified, match="singular: there are too few clusters"):
        joint_significance(fit)


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        (Covariance(by=("one",), labels={"one": np.ones(420)}), NotIdentified, "in one cluster"),
        (
            Covariance("cr3", by=("one",), labels={"one": np.ones(420)}),
            NotIdentified,
            "one cluster",
        ),
        (Covariance(by=("area",)), ValueError, "no labels for cluster variable 'area'"),
        (Covariance(by=("a",), labels={"a": np.ones(3)}), ValueError, "one label per row"),
        (
            Covariance("conley", coordinates=np.ones((3, 2)), cutoff_km=1),
            ValueError,
            r"coordinates must have shape \(420, 2\)",
        ),
        (
            Covariance("conley", coordinates=np.full((420, 2), 99.0), cutoff_km=1),
            ValueError,
            "not longitude",
        ),
        (
            Covariance("conley", coordinates=np.ones((420, 2)), cutoff_km=0),
            ValueError,
            "must be positive",
        ),
    ],
)
def test_says_what_is_wrong_with_the_request(
    request_: Covariance, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        within(*simulated_panel(), covariance=request_)


def test_beck_katz_refuses_an_unbalanced_panel() -> None:
    with pytest.raises(ValueError, match="needs every entity in every period"):
        within(*simulated_panel(holes=0.1), covariance=Covariance("beck_katz"))


def test_driscoll_kraay_refuses_a_single_period() -> None:
    panel = simulated_panel(n_entities=50)
    panel = panel.rows(panel.time == 2010)

    with pytest.raises(NotIdentified, match="at least two periods"):
        pooled_ols(*panel, covariance=Covariance("driscoll_kraay"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "robust"}, "unknown covariance kind 'robust'; one of conventional"),
        ({"small_sample": "SAS"}, "unknown small-sample convention 'SAS'"),
        ({"lag_rule": "andrews"}, "unknown lag rule"),
        ({"by": ()}, "needs a cluster variable"),
        ({"by": ("entity", "entity")}, "repeat"),
        ({"kind": "cr3", "by": ("entity", "time")}, "cr3 is one-way"),
        ({"lags": -1}, "lags must be 0 or more"),
        ({"kind": "conley"}, "conley needs"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Covariance(**arguments)


def test_every_kind_and_convention_has_a_factor_of_one_or_more() -> None:
    region, year = group(np.repeat(np.arange(30), 14)), group(np.tile(np.arange(14), 30))
    count = ParameterCount(420, 7, 43, False, region, year)
    kinds = ("cluster", "driscoll_kraay", "newey_west", "hc1", "conventional", "beck_katz")
    names = ("stata", "reghdfe", "areg", "fixest", "linearmodels", "plm_hc0", "plm_hc1", "plm_sss")

    for kind, name in itertools.product(kinds, names):
        request = Covariance(kind, small_sample=name)
        assert adjustment(request, count, (region,), 14).factor >= 1

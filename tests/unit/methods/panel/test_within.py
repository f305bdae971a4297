"""The within regression against least squares with dummies, by hand, and against invariances."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.panel import pooled_ols, within
from tests.reference.panel.data import Panel, simulated_panel

# Dummies and projections solve the same equations by different routes.
RTOL = 1e-10
EFFECTS = [("entity",), ("time",), ("entity", "time")]
CONVENTIONAL = Covariance("conventional")


def dummies(panel: Panel, effects: tuple[str, ...]) -> NDArray[np.float64]:
    columns = []
    for effect in effects:
        labels = panel.entity if effect == "entity" else panel.time
        columns.append((labels[:, None] == np.unique(labels)).astype(float))
    return np.column_stack(columns)


def lsdv(panel: Panel, effects: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Slopes and their conventional errors from the regression with every dummy in it."""
    D = dummies(panel, effects)
    design = np.column_stack([panel.X, D])
    b, _, rank, _ = np.linalg.lstsq(design, panel.y, rcond=None)
    e = panel.y - design @ b
    k = panel.X.shape[1]
    variance = e @ e / (panel.y.size - rank) * np.linalg.pinv(design.T @ design)
    return b[:k], np.sqrt(np.diagonal(variance))[:k]


# By hand, y on x within two regions: deviations (-1, 1, -1.5, 1.5) on (-.5, .5, -1, 1) give
# slope (0.5 + 0.5 + 1.5 + 1.5) / (0.25 + 0.25 + 1 + 1) = 4 / 2.5 = 1.6; ybar 6.75, xbar 0.75,
# constant 6.75 - 1.2 = 5.55; residuals (-.2, .2, .1, -.1), rss 0.1.
HAND = Panel(
    np.array([1.0, 3.0, 10.0, 13.0]),
    np.array([[0.0], [1.0], [0.0], [2.0]]),
    ["x"],
    np.array([1, 1, 2, 2]),
    np.array([2010, 2011, 2010, 2011]),
)


def test_matches_the_hand_worked_panel() -> None:
    fit = within(*HAND, effects=("entity",), covariance=CONVENTIONAL)

    assert_allclose(fit.estimates, [1.6, 5.55], rtol=1e-12)
    assert_allclose(fit.rss, 0.1, rtol=1e-12)
    assert_allclose(fit.r2.within, 1 - 0.1 / 6.5, rtol=1e-12)
    assert fit.df_residual == 1
    assert_allclose(fit.covariance[0, 0], 0.1 / 1 / 2.5, rtol=1e-12)


@pytest.mark.parametrize("holes", [0.0, 0.3])
@pytest.mark.parametrize("effects", EFFECTS)
def test_equals_least_squares_with_dummies(effects: tuple[str, ...], holes: float) -> None:
    panel = simulated_panel(holes=holes)
    slopes, errors = lsdv(panel, effects)

    fit = within(*panel, effects=effects, covariance=CONVENTIONAL)

    assert_allclose(fit.estimates[:-1], slopes, rtol=RTOL)
    assert_allclose(fit.std_errors[:-1], errors, rtol=RTOL)


@pytest.mark.parametrize("holes", [0.0, 0.3])
@pytest.mark.parametrize("effects", EFFECTS)
def test_effects_constant_and_residuals_rebuild_the_outcome(
    effects: tuple[str, ...], holes: float
) -> None:
    panel = simulated_panel(holes=holes)

    fit = within(*panel, effects=effects)

    rebuilt = panel.X @ fit.estimates[:-1] + fit.estimates[-1] + fit.residuals
    for found, labels, names in (
        (fit.entity_effects, panel.entity, fit.entity_labels),
        (fit.time_effects, panel.time, fit.time_labels),
    ):
        if found is not None:
            by_row = found[np.searchsorted(names, labels)]
            assert_allclose(by_row.mean(), 0, atol=1e-12)
            rebuilt = rebuilt + by_row
    assert_allclose(rebuilt, panel.y, rtol=RTOL)


def test_two_separate_blocks_of_regions_and_years() -> None:
    # Regions 0-9 only before 2017, the others only after: two blocks, one dummy more redundant.
    panel = simulated_panel()
    early = np.isin(panel.entity, np.unique(panel.entity)[:10])
    panel = panel.rows(early == (panel.time < 2017))
    slopes, errors = lsdv(panel, ("entity", "time"))

    fit = within(*panel, covariance=CONVENTIONAL)

    assert_allclose(fit.estimates[:-1], slopes, rtol=RTOL)
    assert_allclose(fit.std_errors[:-1], errors, rtol=RTOL)
    assert fit.df_residual == fit.n_obs - 7 - (30 + 14 - 2)


@pytest.mark.parametrize("holes", [0.0, 0.3])
def test_constant_is_that_of_the_regression_through_the_means(holes: float) -> None:
    # xtreg, fe: regress (y demeaned + grand mean) on the same of x and a constant.
    panel = simulated_panel(holes=holes)
    D = dummies(panel, ("entity", "time"))
    both = np.column_stack([panel.X, panel.y])
    demeaned = both - D @ np.linalg.lstsq(D, both, rcond=None)[0] + both.mean(axis=0)
    design = np.column_stack([demeaned[:, :-1], np.ones(panel.y.size)])
    bread = np.linalg.inv(design.T @ design)
    b = bread @ design.T @ demeaned[:, -1]
    scores = design * (demeaned[:, -1] - design @ b)[:, None]
    sums = np.array([scores[panel.entity == g].sum(axis=0) for g in np.unique(panel.entity)])

    fit = within(*panel, covariance=Covariance(small_sample="plm_hc0"))

    assert_allclose(fit.estimates, b, rtol=RTOL)
    assert_allclose(fit.covariance, bread @ sums.T @ sums @ bread, rtol=1e-8, atol=1e-14)


def test_order_of_rows_does_not_matter() -> None:
    panel = simulated_panel(holes=0.2)
    order = np.random.default_rng(0).permutation(panel.y.size)
    covariance = Covariance("newey_west")

    fit, shuffled = (within(*p, covariance=covariance) for p in (panel, panel.rows(order)))

    assert_allclose(shuffled.estimates, fit.estimates, rtol=1e-12)
    assert_allclose(shuffled.std_errors, fit.std_errors, rtol=1e-11)
    assert_allclose(shuffled.residuals, fit.residuals[order], atol=1e-12)


def test_units_of_measure_do_not_matter() -> None:
    panel = simulated_panel()
    scale = 10.0 ** np.arange(-6, 8, 2)
    changed = panel._replace(y=panel.y * 1e-4 + 3e6, X=panel.X * scale + 1e3 * scale)

    fit, other = within(*panel), within(*changed)

    assert_allclose(other.estimates[:-1], fit.estimates[:-1] * 1e-4 / scale, rtol=1e-4)
    # 3e6 + 1e-4 y keeps about six digits of y: no more can agree.
    assert_allclose(other.statistics[:-1], fit.statistics[:-1], rtol=1e-4)


def test_scale_alone_leaves_no_trace() -> None:
    panel = simulated_panel()
    scale = 10.0 ** np.arange(-6, 8, 2)

    fit, other = within(*panel), within(*panel._replace(X=panel.X * scale))

    assert_allclose(other.statistics, fit.statistics, rtol=1e-11)


def test_reference_category_does_not_matter() -> None:
    panel = simulated_panel()
    areas = (panel.time[:, None] % 3 == np.arange(3)).astype(float)
    fits = [
        within(
            panel.y,
            np.column_stack([panel.X, areas[:, kept]]),
            [*panel.names, "a", "b"],
            panel.entity,
            panel.time,
            effects=("entity",),
        )
        for kept in ([0, 1], [1, 2], [0, 2])
    ]

    for other in fits[1:]:
        assert_allclose(other.estimates[:7], fits[0].estimates[:7], rtol=1e-11)
        assert_allclose(other.std_errors[:7], fits[0].std_errors[:7], rtol=1e-11)


def test_every_kind_of_r2_is_the_one_it_says() -> None:
    panel = simulated_panel(holes=0.2)
    entity = (panel.entity[:, None] == np.unique(panel.entity)).astype(float)
    years = (panel.time[:, None] == np.unique(panel.time)[1:]).astype(float)
    demean = np.eye(panel.y.size) - entity @ np.linalg.pinv(entity)
    both = np.column_stack([panel.X, years])
    b = np.linalg.lstsq(demean @ both, demean @ panel.y, rcond=None)[0]
    stata, index = both @ b, panel.X @ b[:7]
    rss = float(((demean @ (panel.y - stata)) ** 2).sum())

    def correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
        return float(np.corrcoef(first, second)[0, 1] ** 2)

    def means(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(entity.T @ values / entity.sum(axis=0))

    r2 = within(*panel).r2

    assert_allclose(r2.xtreg_within, 1 - rss / ((demean @ panel.y) ** 2).sum(), rtol=RTOL)
    assert_allclose(r2.xtreg_between, correlation(means(panel.y), means(stata)), rtol=RTOL)
    assert_allclose(r2.xtreg_overall, correlation(panel.y, stata), rtol=RTOL)
    assert_allclose(r2.between, correlation(means(panel.y), means(index)), rtol=RTOL)
    assert_allclose(r2.overall, correlation(panel.y, index), rtol=RTOL)
    assert_allclose(r2.lsdv, 1 - rss / ((panel.y - panel.y.mean()) ** 2).sum(), rtol=RTOL)
    assert r2.within is not None
    assert r2.xtreg_within is not None
    assert r2.within < r2.xtreg_within


def test_rows_alone_in_their_group_are_counted_in_a_note() -> None:
    panel = simulated_panel()
    kept = (panel.entity != panel.entity[0]) | (panel.time == 2012)

    fit = within(*panel.rows(kept), effects=("entity",))

    assert "1 rows are alone" in fit.notes[0]


def test_perfect_fit_is_refused() -> None:
    panel = simulated_panel()
    exact = panel._replace(y=panel.X @ np.ones(7) + panel.entity)

    with pytest.raises(NotIdentified, match="fit the outcome exactly"):
        within(*exact)


def test_an_identity_among_large_numbers_is_a_perfect_fit_too() -> None:
    # Balance = revenue - expenditure: rounding of 1e9 leaves residuals of 1e-7.
    panel = simulated_panel(n_regressors=2)
    X = 1e9 + 1e8 * panel.X
    identity = panel._replace(y=X[:, 0] - X[:, 1], X=X)

    with pytest.raises(NotIdentified, match="fit the outcome exactly"):
        pooled_ols(*identity)


def test_small_errors_about_a_large_level_are_errors() -> None:
    panel = simulated_panel()
    shifted = panel._replace(y=1e7 + 1e-3 * panel.y)

    assert_allclose(within(*shifted).statistics[:7], within(*panel).statistics[:7], rtol=1e-4)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (lambda p: np.full(p.y.size, 3.0), r"press is constant \(3 in every row\)"),
        (lambda p: p.entity * 1.0, "press does not vary over time within any entity"),
        (lambda p: p.time * 1.0, "press is the same for all entities in every period"),
        (lambda p: p.time + p.entity * 2.0, "press is a sum of an entity part and a time part"),
        (
            lambda p: 2 * p.X[:, 1] - 0.5 * p.X[:, 3] + p.time,
            r"Collinear once entity and time effects are taken out: press = 2·wage - 0.5·third\.",
        ),
        (lambda p: -p.X[:, 0], r"press = -agg\. Leave out press"),
    ],
)
def test_unidentified_regressors_are_named_with_the_reason(column, message: str) -> None:  # noqa: ANN001
    panel = simulated_panel()
    X = panel.X.copy()
    X[:, 4] = column(panel)

    with pytest.raises(NotIdentified, match=message):
        within(*panel._replace(X=X))


def test_a_tiny_but_real_variation_is_kept() -> None:
    panel = simulated_panel()
    X = panel.X.copy()
    X[:, 0] = 1e5 + 1e-2 * X[:, 0]

    fit, plain = within(*panel._replace(X=X)), within(*panel)

    assert_allclose(fit.statistics[0], plain.statistics[0], rtol=1e-6)


def _with(panel: Panel, **changes: object) -> Panel:
    return panel._replace(**changes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: _with(p, X=p.X[:-1]), r"X must have shape \(420, k\), got \(419, 7\)"),
        (lambda p: _with(p, names=p.names[:-1]), "X has 7 columns but 6 names"),
        (lambda p: _with(p, names=["agg"] * 7), "named more than once: agg"),
        (lambda p: _with(p, names=["const", *p.names[1:]]), "'const' is the intercept's name"),
        (lambda p: _with(p, y=np.where(p.entity == 110, np.nan, p.y)), r"y \(14\); drop or fill"),
        (lambda p: _with(p, X=np.where(p.X > 3, np.inf, p.X)), "missing or infinite values"),
        (lambda p: _with(p, y=np.array(["a"] * 420)), "y must be numeric"),
        (lambda p: _with(p, time=np.minimum(p.time, 2022)), r"30 entity-periods .* \(110, 2022\)"),
        (lambda p: p.rows(np.zeros(420, dtype=bool)), "the sample is empty"),
        (lambda p: _with(p, entity=p.entity[:5]), r"entity must have shape \(420,\)"),
    ],
)
def test_says_what_is_wrong_with_the_arrays(change, message: str) -> None:  # noqa: ANN001
    with pytest.raises(ValueError, match=message):
        within(*change(simulated_panel()))


def test_no_regressors_leave_the_effects_alone() -> None:
    panel = simulated_panel()

    fit = within(panel.y, np.empty((420, 0)), [], panel.entity, panel.time)

    assert fit.terms == ("const",)
    assert_allclose(fit.estimates, [panel.y.mean()], rtol=1e-12)
    assert fit.r2.overall is None
    assert_allclose(np.array([fit.r2.within], dtype=float), [0], atol=1e-12)


def test_labels_may_be_words() -> None:
    panel = simulated_panel()
    words = np.array([f"region {g}" for g in panel.entity])

    fit = within(panel.y, panel.X, panel.names, words, panel.time)

    assert_allclose(fit.estimates, within(*panel).estimates, rtol=1e-13)
    assert fit.entity_labels[0] == "region 110"


def test_a_full_set_of_dummies_beside_a_constant_is_named() -> None:
    panel = simulated_panel()
    areas = (panel.entity[:, None] % 3 == np.arange(3)).astype(float)

    with pytest.raises(NotIdentified, match=r"Collinear \(up to a constant\): c = -a - b"):
        pooled_ols(panel.y, areas, ["a", "b", "c"], panel.entity, panel.time)


def test_large_levels_cost_no_digits_of_the_slopes() -> None:
    panel = simulated_panel()
    shifted = panel._replace(X=panel.X + 1e7)

    assert_allclose(within(*shifted).statistics[:7], within(*panel).statistics[:7], rtol=1e-7)


@pytest.mark.parametrize("effects", [(), ("region",), ("entity", "entity")])
def test_unknown_effects_are_refused(effects: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="effects must be entity, time or both"):
        within(*simulated_panel(), effects=effects)


def test_more_parameters_than_rows_are_refused() -> None:
    panel = simulated_panel(n_entities=4, n_periods=3)

    with pytest.raises(NotIdentified, match="12 rows cannot support 13 parameters"):
        within(*panel)


def test_outcome_without_variation_is_refused() -> None:
    panel = simulated_panel()

    with pytest.raises(NotIdentified, match="outcome does not vary once entity effects"):
        within(*panel._replace(y=panel.entity * 1.5), effects=("entity",))


def test_level_outside_0_1_is_refused() -> None:
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        within(*simulated_panel(), level=95)


def test_pooled_without_constant_equals_lstsq() -> None:
    panel = simulated_panel()

    fit = pooled_ols(*panel, intercept=False, covariance=CONVENTIONAL)

    assert fit.terms == tuple(panel.names)
    assert_allclose(fit.estimates, np.linalg.lstsq(panel.X, panel.y, rcond=None)[0], rtol=RTOL)
    assert fit.df_residual == 413


@pytest.mark.parametrize("effects", [("entity", "time"), ()])
def test_regressors_that_all_but_determine_one_another_are_noted(effects: tuple[str, ...]) -> None:
    rng = np.random.default_rng(8)
    region, year = np.repeat(np.arange(10), 8), np.tile(np.arange(8), 10)
    x, z = rng.normal(size=(2, 80))
    y = x + z + rng.normal(size=80)

    def notes(second: NDArray[np.float64]) -> tuple[str, ...]:
        X, names = np.column_stack([x, second, z]), ["x", "second", "z"]
        if not effects:
            return pooled_ols(y, X, names, region, year).notes
        return within(y, X, names, region, year, effects=effects).notes

    (note,) = [one for one in notes(np.round(2 * x, 4)) if "determine" in one]
    # x and its rounded double inflate alike; z has its own variation
    assert re.search(r"\(variance inflation: x (\S+), second \1\)", note)
    assert ("entity and time effects" in note) == bool(effects)
    # R2 of second on x is 1 - 0.2**2 / (1 + 0.2**2) or so: far from 0.99
    assert not [one for one in notes(x + 0.2 * rng.normal(size=80)) if "determine" in one]

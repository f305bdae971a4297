"""Checks of regression tables, each number worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.methods.audit import descriptives, groups, regression
from analysis.methods.audit.descriptives import Described
from analysis.methods.audit.interval import Interval, printed
from analysis.methods.audit.regression import Coefficient

LEVELS = (0.10, 0.05, 0.01)


def of(estimate: str, error: str | None = None, stars: int | None = None) -> Coefficient:
    return Coefficient(printed(estimate), printed(error) if error else None, stars)


def described(mean: str, sd: str, low: str, high: str, n: int = 10) -> Described:
    return Described(printed(mean), printed(sd), printed(low), printed(high), n)


def test_a_slope_beyond_sd_over_sd_is_impossible_as_pooled() -> None:
    # 0.2206 * 0.5410 / 0.1011 = 1.1805, and |r| <= 1
    slope, r2 = regression.pooled_slope(
        "6", of("0.2206", "0.0113"), printed("0.5410"), printed("0.1011"), 420, printed("0.4902")
    )
    assert slope.grade == "impossible"
    assert "as pooled least squares" in slope.statement
    assert slope.reading is not None
    assert "random or fixed effects" in slope.reading
    assert "[1.1795, 1.1815]" in slope.arithmetic
    # t = 0.2206/0.0113 = 19.52, t² = 381.1, 381.1/(381.1 + 418) = 0.4769 and not 0.4902
    assert r2.grade == "contradictory"
    assert "[0.4746, 0.47925]" in r2.arithmetic


def test_a_slope_at_the_bound_is_not_called_impossible() -> None:
    # 0.1869 * 0.5410 / 0.1011 = 1.0001, but 0.18685 * 0.54095 / 0.10115 = 0.9993
    (found,) = regression.pooled_slope(
        "t", of("0.1869"), printed("0.5410"), printed("0.1011"), 420, None
    )
    assert found.grade == "consistent"


def test_pooled_least_squares_itself_passes() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=60)
    y = 0.4 * x + rng.normal(size=60)
    slope = np.cov(x, y)[0, 1] / x.var(ddof=1)
    left = y - y.mean() - slope * (x - x.mean())
    error = np.sqrt(left @ left / 58 / ((x - x.mean()) @ (x - x.mean())))
    r2 = 1 - left @ left / ((y - y.mean()) @ (y - y.mean()))
    found = regression.pooled_slope(
        "t",
        of(f"{slope:.4f}", f"{error:.4f}"),
        printed(f"{x.std(ddof=1):.4f}"),
        printed(f"{y.std(ddof=1):.4f}"),
        60,
        printed(f"{r2:.4f}"),
    )
    assert [one.grade for one in found] == ["consistent", "consistent"]


def test_an_adjusted_r2_is_one_too() -> None:
    # t = 4, n = 50: R² = 16/(16 + 48) = 0.25, adjusted 1 - 0.75 * 49/48 = 0.2344
    term, sd = of("1.0000", "0.2500"), printed("1.0000")
    for r2, grade in (("0.250", "consistent"), ("0.234", "consistent"), ("0.300", "contradictory")):
        _, found = regression.pooled_slope("t", term, sd, printed("2.0000"), 50, printed(r2))
        assert found.grade == grade


def test_the_reading_as_random_effects() -> None:
    # odds 0.4902/0.5098 = 0.96156; b/sqrt(odds d): d = 418: 0.01100, d = 389: 0.01141
    (found,) = regression.random_effects_reading(
        "6", of("0.2206", "0.0113"), printed("0.4902"), 420, 30
    )
    assert found.grade == "consistent"
    assert "[0.011402, 0.011411] at d = 389" in found.arithmetic


def test_random_effects_with_another_error_are_not_accused() -> None:
    # of 300 correct random-effects panels 175 have a standard error outside that range
    far = of("0.2206", "0.0200")
    assert regression.random_effects_reading("6", far, printed("0.4902"), 420, 30) == []


@pytest.mark.parametrize(
    ("estimate", "error", "stars", "clusters", "grades"),
    [
        # 0.0346/0.0175 = 1.977: above 1.960, below t(10) = 2.228
        ("0.0346", "0.0175", 2, 11, ["consistent", "undisclosed"]),
        ("0.0346", "0.0175", 2, None, ["consistent"]),
        # 0.10/0.05 = 2 as printed; 0.095/0.055 = 1.73 to 0.105/0.045 = 2.33: one or two stars
        ("0.10", "0.05", 1, None, ["consistent"]),
        ("0.10", "0.05", 2, None, ["consistent"]),
        ("0.10", "0.05", 3, None, ["contradictory"]),
        # 1.80: one star by the normal, none by t(5) = 2.015
        ("0.1800", "0.1000", 0, 6, ["contradictory"]),
        ("-0.1669", "0.0610", 0, None, ["contradictory"]),
    ],
)
def test_stars(
    estimate: str, error: str, stars: int, clusters: int | None, grades: list[str]
) -> None:
    found = regression.stars("t", {"x": of(estimate, error, stars)}, LEVELS, clusters)
    assert [one.grade for one in found] == grades


def test_stars_by_few_clusters_are_a_reading() -> None:
    (found,) = regression.stars("t", {"x": of("0.1800", "0.1000", 0)}, LEVELS, 6)
    assert found.reading == "t distribution with 5 degrees of freedom"


def test_the_constant_follows_from_the_means() -> None:
    # 0.1662 - 0.2206 * 0.6866 = 0.01474
    terms, means = {"agg": of("0.2206")}, {"agg": printed("0.6866")}
    good = regression.constant("6", terms, printed("0.0147"), printed("0.1662"), means)
    assert good.grade == "consistent"
    bad = regression.constant("6", terms, printed("0.0157"), printed("0.1662"), means)
    assert bad.grade == "contradictory"


def test_numbers_of_rows() -> None:
    assert regression.rows("7", 364, 26, 14, "without four").grade == "consistent"
    # one row fewer may be an unbalanced panel, one more cannot
    assert regression.rows("7", 363, 26, 14, "without four").grade == "undisclosed"
    assert regression.rows("7", 365, 26, 14, "without four").grade == "contradictory"
    found = regression.winsorised_rows("7", 366, 420)
    assert (found.grade, found.arithmetic) == ("contradictory", "420 - 366 = 54")
    assert found.reading is not None
    assert "trimming" in found.reading
    assert regression.winsorised_rows("7", 420, 420).grade == "consistent"


def test_the_whole_among_its_parts() -> None:
    parts = {name: printed(text) for name, text in (("e", "0.0346"), ("c", "0.0886"))}
    # alone beside entity effects the whole is a weighted mean of the parts, else it need not be
    for is_alone, grade in ((True, "contradictory"), (False, "undisclosed")):
        found = groups.hull("13", printed("0.0954"), parts, is_alone=is_alone)
        assert found.grade == grade
    # 0.0886 and 0.0887 may be one number, 0.08865
    found = groups.hull("13", printed("0.0887"), parts, is_alone=True)
    assert found.grade == "consistent"


def test_difference_of_groups_by_hand() -> None:
    # (0.0346 - 0.0886)/sqrt(0.0175² + 0.0110²) = -0.0540/0.02067 = -2.612
    parts = {"east": of("0.0346", "0.0175"), "central": of("0.0886", "0.0110")}
    (found,) = groups.differences("13", parts)
    assert found.grade == "undisclosed"
    assert "east - central: z = [-2.6261, -2.5989]" in found.arithmetic


def test_shares_above_one_are_contradictory_with_their_reading() -> None:
    row = described("0.3907", "0.1079", "0.1299", "1.2050")
    found = descriptives.definition_bounds("5", "second", row, Interval(0, 1), "other vintages")
    assert (found.grade, found.reading) == ("contradictory", "other vintages")
    assert "[1.2049, 1.2051]" in found.arithmetic
    # 1.0000 may be 0.99996
    row = described("0.3907", "0.1079", "0.1299", "1.0000")
    found = descriptives.definition_bounds("5", "second", row, Interval(0, 1), "other vintages")
    assert found.grade == "consistent"


def test_moments_that_cannot_go_together() -> None:
    # mean 0.5 between 0 and 1: at most sd = sqrt(10/9 * 0.25) = 0.527 in ten values
    row = described("0.50", "0.60", "0.00", "1.00")
    (found,) = descriptives.moments("5", {"x": row})
    assert found.grade == "impossible"
    # the two extremes alone make sd at least sqrt(0.5/10) = 0.2236
    row = described("0.50", "0.20", "0.00", "1.00")
    (found,) = descriptives.moments("5", {"x": row})
    assert found.grade == "impossible"
    # half at either end: sd = 0.5270
    row = described("0.50", "0.53", "0.00", "1.00")
    (found,) = descriptives.moments("5", {"x": row})
    assert found.grade == "consistent"


def test_true_moments_never_fail() -> None:
    rng = np.random.default_rng(8)
    for _ in range(100):
        values = rng.gamma(rng.uniform(0.2, 3), size=rng.integers(2, 40))
        numbers = (values.mean(), values.std(ddof=1), values.min(), values.max())
        row = described(*(f"{number:.3f}" for number in numbers), n=values.size)
        (found,) = descriptives.moments("t", {"x": row})
        assert found.grade == "consistent"

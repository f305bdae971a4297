"""Checks of instruments, thresholds, Moran's I, quantiles and sets, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.methods.audit import instrument, qca, quantile, spatial, threshold
from analysis.methods.audit.instrument import Absorbed, FirstStage
from analysis.methods.audit.interval import printed
from analysis.methods.audit.qca import Configuration, Necessity
from analysis.methods.audit.regression import Coefficient
from analysis.methods.audit.spatial import MoranRow
from analysis.methods.audit.threshold import ThresholdRow


def of(estimate: str, error: str | None = None) -> Coefficient:
    return Coefficient(printed(estimate), printed(error) if error else None)


STAGE = FirstStage(
    of("-0.0480", "0.0131"), 420, printed("13.38"), printed("14.656"), printed("13.378")
)


def absorbed(*, is_constant: bool, effects: tuple[str, ...] = ("entity", "time")) -> Absorbed:
    return Absorbed(30, 14, effects, 6, is_constant)


def test_f_is_t_squared() -> None:
    # (0.0480/0.0131)² = 13.426; (0.04795/0.01315)² = 13.296, (0.04805/0.01305)² = 13.557
    (found,) = instrument.f_is_t_squared("9", STAGE)
    assert found.grade == "consistent"
    assert "[13.296, 13.558]" in found.arithmetic
    (found,) = instrument.f_is_t_squared(
        "9", FirstStage(of("-0.0480", "0.0131"), 420, printed("9"))
    )
    assert found.grade == "contradictory"


def test_degrees_of_freedom_behind_lm_and_cragg_donald() -> None:
    # 13.378 (420/14.656 - 1) = 370.00; 420 - 30 - 13 - 6 - 1 = 370
    (varies,) = instrument.degrees_of_freedom("9", STAGE, absorbed(is_constant=False))
    assert varies.grade == "consistent"
    (still,) = instrument.degrees_of_freedom("9", STAGE, absorbed(is_constant=True))
    assert still.grade == "contradictory"
    assert "[369.97, 370.03]" in still.arithmetic
    assert still.reading is not None
    assert "varied over time" in still.reading
    # without year effects 383 were left
    (other,) = instrument.degrees_of_freedom(
        "9", STAGE, absorbed(is_constant=False, effects=("entity",))
    )
    assert other.grade == "contradictory"


def test_a_constant_instrument_without_entity_effects_is_fine() -> None:
    # 420 - 1 - 13 - 6 - 1 = 399: CD = 399 R²/(1 - R²), LM = 420 R²; R² = 0.05: 21.000, 21.000
    stage = FirstStage(of("1.0", "0.2"), 420, None, printed("21.000"), printed("21.000"))
    (found,) = instrument.degrees_of_freedom(
        "9", stage, absorbed(is_constant=True, effects=("time",))
    )
    assert found.grade == "consistent"


def test_one_number_twice_against_stock_and_yogo() -> None:
    (found,) = instrument.same_number("9", STAGE)
    assert found.grade == "undisclosed"
    assert "below 16.38 (10% size); above 8.96 (15% size)" in found.arithmetic


def test_size_of_the_instrumented_slope() -> None:
    # 0.6494/0.0954 = 6.807; 0.6494 * 0.5410/0.1011 = 3.475
    found = instrument.implied_size(
        "9", of("0.6494"), ("6 (4)", of("0.0954")), printed("0.5410"), printed("0.1011"), None
    )
    assert found.grade == "undisclosed"
    assert "[6.803, 6.8113]" in found.arithmetic
    assert "[3.4727, 3.4774]" in found.arithmetic


SINGLE = ThresholdRow(
    f=printed("653.58"),
    rss=printed("0.1005"),
    mse=printed("0.0002"),
    threshold=printed("2.1715"),
    ci_low=printed("2.1500"),
)
DOUBLE = ThresholdRow(f=printed("23.37"), rss=printed("0.0950"), mse=printed("0.0002"))


def test_f_against_r2() -> None:
    # ((1 - 0.7133)/(1 - 0.7299) - 1) * 406 = (0.2867/0.2701 - 1) * 406 = 24.95
    linear = {"6 (3)": printed("0.7133")}
    found = threshold.f_of_r2("14", SINGLE, linear, printed("0.7299"), 406)
    assert found.grade == "contradictory"
    assert "[24.797, 25.108]" in found.arithmetic
    # 653.58 needs 1 - 0.2701 (1 + 653.58/406) = 0.2951
    assert "[0.29495, 0.29523]" in found.arithmetic
    agreeing = ThresholdRow(f=printed("24.95"))
    assert threshold.f_of_r2("14", agreeing, linear, printed("0.7299"), 406).grade == "consistent"


def test_f_against_the_slopes() -> None:
    # 0.0575²/(0.0176 - 0.0153)² = 625; with 0.0576 and 0.0022: 685.5, so not impossible
    (found,) = threshold.f_of_slopes("14", SINGLE, of("0.0824", "0.0153"), of("0.1399", "0.0176"))
    assert found.grade == "contradictory"
    assert "625 as printed and 685.5" in found.arithmetic
    assert "at least 0.99956" in found.arithmetic
    (found,) = threshold.f_of_slopes(
        "14", ThresholdRow(f=printed("6.10")), of("0.0824", "0.0153"), of("0.1399", "0.0176")
    )
    assert found.grade == "consistent"


def test_slopes_with_equal_errors_bound_nothing() -> None:
    (found,) = threshold.f_of_slopes(
        "14", ThresholdRow(f=printed("6.10")), of("0.0824", "0.0153"), of("0.1399", "0.0153")
    )
    assert found.grade == "consistent"
    assert threshold.f_of_slopes("14", SINGLE, of("0.1", "0.0000"), of("0.2", "0.0000")) == []


def test_divisor_behind_the_second_f() -> None:
    # 23.37/(0.1005/0.0950 - 1) = 403.7 with 396.2 to 411.5: (30 - 1) 14 = 406, not 30 * 13 = 390
    (found,) = threshold.error_variance("14", SINGLE, DOUBLE, threshold.divisors(30, 14))
    assert found.grade == "consistent"
    assert "406 ((N - 1)T, as xthreg)" in found.statement
    assert "390" not in found.statement
    wrong = ThresholdRow(f=printed("50.00"), rss=printed("0.0950"))
    (found,) = threshold.error_variance("14", SINGLE, wrong, threshold.divisors(30, 14))
    assert found.grade == "contradictory"


def test_a_nested_model_fits_no_better() -> None:
    larger = printed("0.7299")
    worse = threshold.nested_r2("15", ("6 (4)", printed("0.7623")), larger, "both", "no years")
    assert (worse.grade, worse.reading) == ("contradictory", "no years")
    better = threshold.nested_r2("15", ("6 (3)", printed("0.7133")), larger, "both", "x")
    assert better.grade == "consistent"
    # 0.73 and 0.7299 may be the same number
    equal = threshold.nested_r2("15", ("t", printed("0.73")), larger, "both", "x")
    assert equal.grade == "consistent"


def test_rows_above_a_quantile() -> None:
    (found,) = threshold.upper_regime("14", SINGLE, printed("2.1500"), 0.95, 420, "2")
    assert "at most 0.05·420 = 21 rows" in found.arithmetic
    assert "begins at 2.1500" in found.arithmetic
    assert threshold.upper_regime("14", SINGLE, printed("2.2000"), 0.95, 420, "2") == []


def moran(i: str, z: str, p: str) -> MoranRow:
    return MoranRow(printed(i), printed(z), printed(p))


def test_tails_of_moran() -> None:
    # 1 - Φ(1.624) = 0.0522, twice that 0.104; 1 - Φ(1.636) = 0.0509 and not 0.054
    rows = {"2010": moran("0.151", "1.624", "0.052"), "2013": moran("0.153", "1.636", "0.054")}
    tail, odd, fits = spatial.tails("10", rows, 0.10)
    assert (tail.grade, odd.grade, fits.grade) == ("undisclosed", "contradictory", "consistent")
    assert "2 of 2 periods exceed 0.1" in tail.statement
    assert "2013" in odd.statement
    assert "2010" not in odd.statement
    assert odd.reading is not None


def test_two_tailed_p_need_no_remark() -> None:
    rows = {"2010": moran("0.151", "1.624", "0.104")}
    (found,) = spatial.tails("10", rows, None)
    assert found.grade == "consistent"
    assert "two-tailed" in found.statement


def test_standard_deviations_of_moran() -> None:
    # (0.151 + 1/29)/1.624 = 0.1142; (0.287 + 1/29)/2.747 = 0.1170
    rows = {"2010": moran("0.151", "1.624", "0.052"), "2023": moran("0.287", "2.747", "0.003")}
    found = spatial.deviations("10", rows, 30, printed("0.1226"))
    assert found.grade == "undisclosed"
    assert "randomisation" in (found.reading or "")
    same = {"a": moran("0.151", "1.624", "0.052"), "b": moran("0.152", "1.633", "0.051")}
    assert spatial.deviations("10", same, 30, None).grade == "consistent"


def test_total_effect() -> None:
    # (0.0856 + 0.0260)/(1 - 0.1334) = 0.1288
    found = spatial.spatial_effects("11", of("0.0856"), of("0.0260"), of("0.1334"), "agg")
    assert "[0.12865, 0.12891]" in found.arithmetic


def test_equality_of_quantiles() -> None:
    assert quantile.equality("12", printed("8.17"), printed("0.0000"), None).grade == "undisclosed"
    # P(F(8, 412) > 1.96) = 0.050
    fits = quantile.equality("12", printed("1.96"), printed("0.05"), (8, 412))
    assert fits.grade == "consistent"
    wrong = quantile.equality("12", printed("1.96"), printed("0.01"), (8, 412))
    assert wrong.grade == "contradictory"


def test_falling_steps() -> None:
    slopes = {"0.1": of("0.0631"), "0.2": of("0.0725"), "0.3": of("0.0686")}
    (found,) = quantile.rising("12", slopes)
    assert "1 of 2 steps" in found.statement
    del slopes["0.3"]
    assert quantile.rising("12", slopes)[0].grade == "consistent"


def configuration(*literals: str, core: tuple[str, ...] = ()) -> Configuration:
    one = printed("0.2")
    return Configuration(frozenset(literals), frozenset(core), one, one)


def test_two_terms_that_differ_in_one_sign_are_one() -> None:
    terms = {
        "NH5": configuration("gov1", "market1", "~inf1"),
        "NH6": configuration("gov1", "~market1", "~inf1"),
    }
    (found,) = qca.minimality("4", terms)
    assert found.grade == "impossible"
    assert "NH5 and NH6 differ in market1 alone" in found.statement
    assert found.arithmetic.startswith("NH5 + NH6 = (market1 + ~market1)*gov1*~inf1 = gov1*~inf1")


def test_a_term_inside_another_is_absorbed() -> None:
    (found,) = qca.minimality("4", {"A": configuration("x"), "B": configuration("x", "y")})
    assert found.grade == "impossible"
    assert "every case of B is one of A" in found.statement


def test_terms_that_stay_apart() -> None:
    terms = {"A": configuration("x", "y"), "B": configuration("~x", "z"), "C": configuration("w")}
    assert qca.minimality("4", terms)[0].grade == "consistent"


def necessity_of(x: np.ndarray, y: np.ndarray) -> Necessity:
    def pair(outcome: np.ndarray) -> tuple[str, str]:
        both = np.minimum(x, outcome).sum()
        return f"{both / outcome.sum():.4f}", f"{both / x.sum():.4f}"

    return Necessity(*map(printed, (*pair(y), *pair(1 - y))))


def test_necessity_tables_of_real_sets_agree_with_themselves() -> None:
    rng = np.random.default_rng(2)
    y, x, z = rng.uniform(size=(3, 50))
    rows = {"x": necessity_of(x, y), "~x": necessity_of(1 - x, y), "z": necessity_of(z, y)}
    share, fill = *qca.outcome_share("3", rows), *qca.complements("3", rows)
    assert (share.grade, fill.grade) == ("consistent", "consistent")
    rows["z"] = necessity_of(z, y**2)
    assert qca.outcome_share("3", rows)[0].grade == "contradictory"
    rows["~x"] = necessity_of((1 - x) ** 2, y)
    assert qca.complements("3", rows)[0].grade == "contradictory"


def test_claims_of_necessity() -> None:
    rng = np.random.default_rng(2)
    y, x = rng.uniform(size=(2, 50))
    rows = {"x": necessity_of(x, y), "z": necessity_of(np.ones(50), y)}
    (found,) = qca.necessary("3", rows, ["x"], 0.9)
    assert found.grade == "contradictory"
    assert qca.necessary("3", rows, ["z"], 0.9)[0].grade == "consistent"


@pytest.mark.parametrize(
    ("solution", "grade"), [("0.5325", "consistent"), ("0.2", "impossible"), ("0.97", "impossible")]
)
def test_bounds_of_coverage(solution: str, grade: str) -> None:
    # raw 0.3502 + 0.3366 + 0.2443 = 0.9311, unique 0.1377 + 0.1225 + 0.0469 = 0.3071
    numbers = (("0.3502", "0.1377"), ("0.3366", "0.1225"), ("0.2443", "0.0469"))
    terms = {
        str(place): Configuration(frozenset({str(place)}), frozenset(), printed(raw), printed(own))
        for place, (raw, own) in enumerate(numbers)
    }
    assert qca.coverage_bounds("4", terms, printed(solution))[0].grade == grade


def test_configurations_without_their_core() -> None:
    terms = {
        "NH1": configuration("~a", "~b"),
        "NH2": configuration("~b", "c", core=("c",)),
        "H": configuration("a", "b", core=("a", "b")),
    }
    without, all_core = qca.cores("4", terms)
    assert "NH1 has no core" in without.statement
    assert "All 2 conditions of H are core" in all_core.statement


def test_true_solutions_are_never_called_impossible() -> None:
    """Random fuzzy terms; 2,000 of them by hand gave no finding either."""
    rng = np.random.default_rng(0)
    for _ in range(100):
        n, k, m = rng.integers(3, 60), rng.integers(1, 6), rng.integers(2, 6)
        y, x = rng.beta(0.7, 1.1, size=n), rng.beta(1.3, 0.8, size=(n, k))
        terms = [np.where(rng.random(k) < 0.5, x, 1 - x).min(axis=1) for _ in range(m)]
        covers = [np.minimum(term, y).sum() / y.sum() for term in terms]
        whole = np.minimum(np.max(terms, axis=0), y).sum() / y.sum()
        made = {}
        for place in range(m):
            others = np.max(terms[:place] + terms[place + 1 :], axis=0)
            unique = max(whole - np.minimum(others, y).sum() / y.sum(), 0)
            made[str(place)] = Configuration(
                frozenset({str(place)}),
                frozenset(),
                printed(f"{covers[place]:.4f}"),
                printed(f"{unique:.4f}"),
            )
        assert qca.coverage_bounds("t", made, printed(f"{whole:.4f}"))[0].grade == "consistent"

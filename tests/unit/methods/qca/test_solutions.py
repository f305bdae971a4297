"""Fit of models and terms against their definitions, bounds, and groups of cases."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.methods.qca.analysis import SetAnalysis, Solution, analyse
from analysis.methods.qca.expectations import read_expectations
from analysis.methods.qca.fit import sufficiency
from analysis.methods.qca.minimise import conservative, parsimonious
from analysis.methods.qca.sets import set_data
from analysis.methods.qca.solutions import case_groups, fit_models, uniquely_covered
from analysis.methods.qca.terms import model_membership, read_model, term_membership
from analysis.methods.qca.truth_table import Cutoffs, truth_table
from tests.unit.methods.qca.tables import fuzzy_data, names

RTOL = 1e-12
CUTOFFS = Cutoffs(consistency=0.75, pri=0.5)


def test_worked_by_hand() -> None:
    # Terms a: (.9, .2, .6), ~b: (.3, .8, .6); model: (.9, .8, .6); y: (.8, .7, .5), sum 2.
    data = set_data([[0.9, 0.7], [0.2, 0.2], [0.6, 0.4]], [0.8, 0.7, 0.5], "ab", "y")

    (fit,) = fit_models(data, [read_model("a + ~b", "ab")])

    assert fit.coverage == pytest.approx((0.8 + 0.7 + 0.5) / 2)
    assert fit.consistency == pytest.approx(2 / 2.3)
    first, second = fit.terms
    assert first.raw_coverage == pytest.approx((0.8 + 0.2 + 0.5) / 2)
    assert second.raw_coverage == pytest.approx((0.3 + 0.7 + 0.5) / 2)
    # Without a the model is ~b, covering .75; without ~b it covers .75.
    assert first.unique_coverage == pytest.approx(0.25)
    assert second.unique_coverage == pytest.approx(0.25)
    assert (first.n_cases, second.n_cases, fit.n_cases) == (2, 2, 3)


@pytest.mark.parametrize("seed", range(6))
def test_unique_coverage_by_definition_and_coverage_bounds(seed: int) -> None:
    data = fuzzy_data(np.random.default_rng(seed), 120, 5)
    table = truth_table(data, CUTOFFS)
    models = (*conservative(table).models, *parsimonious(table).models)
    assert models
    for model, fit in zip(models, fit_models(data, models), strict=True):
        y = data.outcome
        whole = sufficiency(model_membership(data.memberships, model), y)
        assert (fit.consistency, fit.pri, fit.coverage) == pytest.approx(
            (whole.consistency, whole.pri, whole.coverage), rel=RTOL
        )
        raw = [term.raw_coverage or 0.0 for term in fit.terms]
        unique = [term.unique_coverage or 0.0 for term in fit.terms]
        for position, term in enumerate(fit.terms):
            alone = sufficiency(term_membership(data.memberships, term.term), y)
            assert term.raw_coverage == pytest.approx(alone.coverage, rel=RTOL)
            assert term.pri == pytest.approx(alone.pri, rel=RTOL)
            rest = model[:position] + model[position + 1 :]
            others = sufficiency(model_membership(data.memberships, rest), y).coverage
            assert term.unique_coverage == pytest.approx(
                (fit.coverage or 0) - (others or 0), abs=1e-12
            )
        assert max(raw) <= (fit.coverage or 0) + 1e-12
        assert (fit.coverage or 0) <= sum(raw) + 1e-12
        assert sum(unique) <= (fit.coverage or 0) + 1e-12


def test_order_of_cases_does_not_matter() -> None:
    data = fuzzy_data(np.random.default_rng(1), 80, 4)
    cases = np.random.default_rng(2).permutation(80)
    moved = set_data(data.memberships[cases], data.outcome[cases], data.conditions, "y")
    model = read_model("a*b + ~c*d + a", names(4))

    (one,), (other,) = fit_models(data, [model]), fit_models(moved, [model])

    assert one.coverage == pytest.approx(other.coverage, rel=RTOL)
    assert [t.n_cases for t in one.terms] == [t.n_cases for t in other.terms]


def test_terms_are_forgotten_when_there_are_too_many_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    data = fuzzy_data(np.random.default_rng(1), 50, 3)
    models = [read_model(text, names(3)) for text in ("a + b", "b*c", "a + ~c")]
    expected = fit_models(data, models)

    monkeypatch.setattr("analysis.methods.qca.solutions._MAX_KEPT", 1)

    assert fit_models(data, models) == expected


def test_a_model_without_terms_covers_nothing() -> None:
    (fit,) = fit_models(fuzzy_data(np.random.default_rng(0), 20, 2), [()])

    assert (fit.consistency, fit.pri, fit.coverage, fit.n_cases) == (None, None, 0.0, 0)


def test_every_case_is_in_one_group() -> None:
    x = np.array([0.7, 0.9, 0.8, 0.2, 0.3, 0.5, 0.6, 0.6])
    y = np.array([0.8, 0.6, 0.1, 0.9, 0.4, 0.9, 0.5, 0.6])

    groups = case_groups(x, y)

    assert groups.typical.tolist() == [0, 7]
    assert groups.deviant_degree.tolist() == [1]
    assert groups.deviant_kind.tolist() == [2]
    assert groups.deviant_coverage.tolist() == [3]
    assert groups.irrelevant.tolist() == [4]
    assert groups.undecided.tolist() == [5, 6]


def test_uniquely_covered_cases_belong_to_one_term() -> None:
    data = set_data([[0.9, 0.9], [0.9, 0.1], [0.2, 0.8], [0.1, 0.2]], [0.9, 0.8, 0.7, 0.1], "ab")

    first, second = uniquely_covered(data, read_model("a + b", "ab"))

    assert (first.tolist(), second.tolist()) == ([1], [2])


def test_a_whole_analysis_in_one_call() -> None:
    data = fuzzy_data(np.random.default_rng(4), 200, 4)
    expectations = read_expectations(names(4), dict.fromkeys(names(4), "present"))

    for each in (data, data.negated()):
        said: list[str] = []
        found = analyse(each, expectations, cutoffs=CUTOFFS, report=said.append)
        assert [text.split()[0] for text in said[1:]] == [s.kind for s in _by_step(found)]
        assert [s.kind for s in found.solutions] == ["conservative", "intermediate", "parsimonious"]
        for solution in found.solutions:
            assert len(solution.models) == len(solution.fits) == len(solution.roles)
            assert solution.is_complete
        plain = {
            role.role for m in found.solution("parsimonious").roles for t in m for role in t.roles
        }
        assert plain == {"core"}
        between = found.solution("intermediate")
        assert between.models == tuple(model.terms for model in found.intermediate.models)


def _by_step(found: SetAnalysis) -> list[Solution]:
    return [found.solution(kind) for kind in ("conservative", "parsimonious", "intermediate")]


def test_an_analysis_without_a_sufficient_row_says_so() -> None:
    data = fuzzy_data(np.random.default_rng(4), 40, 3)

    found = analyse(data, read_expectations(names(3), {}), cutoffs=Cutoffs(frequency=41))

    assert not any(s.models or s.fits or s.roles for s in found.solutions)
    assert {s.note for s in found.solutions} == {"no configuration is sufficient at these cutoffs"}

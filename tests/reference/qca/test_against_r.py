"""fsQCA against R's QCA 3.23: necessity, truth tables, every tied model, every fit number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.methods.qca.analysis import SetAnalysis, analyse
from analysis.methods.qca.expectations import read_expectations
from analysis.methods.qca.fit import sufficiency
from analysis.methods.qca.intermediate import counterfactuals
from analysis.methods.qca.minimise import SolutionKind, simplifying_assumptions
from analysis.methods.qca.necessity import necessity_table
from analysis.methods.qca.self_check import check_solution
from analysis.methods.qca.solutions import ModelFit
from analysis.methods.qca.terms import Model, read_term, term_membership, write_term
from analysis.methods.qca.truth_table import truth_table
from tests.reference.qca.cases import ANALYSES, OUTCOMES, Case, as_list, as_text, read_case

# R prints 15 significant digits; sums of 420 memberships differ in the last two.
ATOL = 1e-12


@pytest.fixture(params=[(a, o) for a in ANALYSES for o in OUTCOMES], ids=lambda p: f"{p[0]}-{p[1]}")
def case(request: pytest.FixtureRequest, shared: Path) -> Case:
    return read_case(shared, *request.param)


@pytest.fixture
def analysis(case: Case) -> SetAnalysis:
    expectations = read_expectations(case.data.conditions, case.expect)
    return analyse(case.data, expectations, cutoffs=case.cutoffs)


def test_necessity(case: Case) -> None:
    rows = necessity_table(case.data)
    expected = case.expected["necessity"]

    assert {row.expression for row in rows} == set(expected)
    for row in rows:
        gold = expected[row.expression]
        found = (row.consistency, row.relevance, row.coverage)
        assert found == pytest.approx((gold["inclN"], gold["RoN"], gold["covN"]), abs=ATOL)


def test_single_conditions_as_sufficient(case: Case) -> None:
    for text, gold in case.expected["sufficiency_single"].items():
        term = read_term(text, case.data.conditions)
        fit = sufficiency(term_membership(case.data.memberships, term), case.data.outcome)
        found = (fit.consistency, fit.pri, fit.coverage)
        assert found == pytest.approx((gold["inclS"], gold["PRI"], gold["covS"]), abs=ATOL)


def test_truth_table(case: Case) -> None:
    rows = list(truth_table(case.data, case.cutoffs).rows())
    gold_rows = case.expected["truth_table"]

    assert len(rows) == len(gold_rows) == 2 ** len(case.data.conditions)
    for row, gold in zip(rows, gold_rows, strict=True):
        assert row.row_no == gold["row"]
        assert [int(digit) for digit in row.conditions] == gold["config"]
        assert (row.n_cases, row.out) == (gold["n"], gold["OUT"])
        assert ",".join(case.case_names[i] for i in row.cases) == gold["cases"]
        if gold["incl"] is None:
            assert row.inclusion is row.pri is None
        else:
            assert (row.inclusion, row.pri) == pytest.approx((gold["incl"], gold["PRI"]), abs=ATOL)


@pytest.mark.parametrize("kind", ["conservative", "parsimonious"])
def test_every_tied_model(case: Case, analysis: SetAnalysis, kind: SolutionKind) -> None:
    names = case.data.conditions
    minimised = getattr(analysis, kind)
    gold = case.expected[kind]

    assert as_text(minimised.models, names) == {frozenset(m) for m in gold["solutions"]}
    assert len(minimised.models) == len(gold["solutions"]) == minimised.n_models
    assert minimised.is_complete
    assert {write_term(t, names) for t in minimised.essential} == set(as_list(gold["essential"]))
    assert {write_term(t, names) for t in minimised.primes} == set(as_list(gold["PIchart"]["rows"]))


def test_prime_implicant_chart(case: Case, analysis: SetAnalysis) -> None:
    names = case.data.conditions
    for kind in ("conservative", "parsimonious"):
        chart, gold = getattr(analysis, kind).chart, case.expected[kind]["PIchart"]
        position = {write_term(t, names): p for p, t in enumerate(getattr(analysis, kind).primes)}
        order = [position[text] for text in as_list(gold["rows"])]
        assert (chart.positives + 1).tolist() == [int(row) for row in as_list(gold["cols"])]
        marks = np.reshape(gold["values"], (len(order), -1))
        assert chart.coverage()[:, order].T.astype(int).tolist() == marks.tolist()


def test_simplifying_assumptions(case: Case, analysis: SetAnalysis) -> None:
    names, gold = case.data.conditions, case.expected["parsimonious"]
    for text, assumed in zip(
        gold["solutions"], gold["simplifying_assumptions"].values(), strict=True
    ):
        model = tuple(read_term(term, names) for term in text)
        rows = simplifying_assumptions(model, analysis.table) + 1
        assert rows.tolist() == sorted(int(row) for row in as_list(assumed["rows"]))


def test_intermediate_models_of_every_pair(case: Case, analysis: SetAnalysis) -> None:
    names, found = case.data.conditions, analysis.intermediate
    inner = _texts(analysis.conservative.models, names)
    outer = _texts(analysis.parsimonious.models, names)

    pairs = case.expected["intermediate"]["intermediate"]
    assert len(pairs) == len(inner) * len(outer)
    for gold in pairs.values():
        i, j = inner.index(frozenset(gold["c_sol"])), outer.index(frozenset(gold["p_sol"]))
        models = found.of_pair(i, j)
        assert as_text(models, names) == {frozenset(m) for m in gold["solutions"]}
        split = counterfactuals(
            analysis.table,
            analysis.conservative.models[i],
            analysis.parsimonious.models[j],
            found.expectations,
        )
        for rows, kind in ((split.easy, "easy"), (split.difficult, "difficult")):
            listed = as_list(gold[f"{kind}_counterfactuals"]["rows"])
            assert (rows + 1).tolist() == sorted(int(row) for row in listed)


def test_fit_of_terms_and_models(case: Case, analysis: SetAnalysis) -> None:
    names = case.data.conditions
    kinds: tuple[SolutionKind, ...] = ("conservative", "parsimonious")
    for kind in kinds:
        gold, solution = case.expected[kind], analysis.solution(kind)
        fits = dict(zip(_texts(solution.models, names), solution.fits, strict=True))
        if "IC" in gold:
            _compare(fits[frozenset(gold["solutions"][0])], gold["IC"], names)
            continue
        individual = gold["IC_individual"]
        listed = individual.values() if isinstance(individual, dict) else individual
        for text, one in zip(gold["solutions"], listed, strict=True):
            _compare(fits[frozenset(text)], one, names)


def test_fit_of_intermediate_models(case: Case, analysis: SetAnalysis) -> None:
    names, solution = case.data.conditions, analysis.solution("intermediate")
    fits = dict(zip(_texts(solution.models, names), solution.fits, strict=True))
    for gold in case.expected["intermediate"]["intermediate"].values():
        _compare(fits[frozenset(gold["solutions"][0])], gold["IC"], names)


def test_solutions_pass_the_boolean_self_check(case: Case, analysis: SetAnalysis) -> None:
    for solution in analysis.solutions:
        for model in solution.models:
            assert check_solution(model, case.data.conditions) == ()


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("qca_JOBF", "positive_outcome"), ("qca_synth420_pri0_n2", "negated_outcome")],
)
def test_terms_without_a_parsimonious_term_around_them_have_no_core(
    shared: Path, name: str, outcome: str
) -> None:
    case = read_case(shared, name, outcome)
    expectations = read_expectations(case.data.conditions, case.expect)
    found = analyse(case.data, expectations, cutoffs=case.cutoffs).solution("intermediate")

    roles = {role.role for model in found.roles for term in model for role in term.roles}
    assert "undefined" in roles


def _texts(models: tuple[Model, ...], names: tuple[str, ...]) -> list[frozenset[str]]:
    return [as_text([model], names).pop() for model in models]


def _compare(fit: ModelFit, gold: dict[str, Any], names: tuple[str, ...]) -> None:
    assert {write_term(term.term, names) for term in fit.terms} == set(gold["table"])
    for term in fit.terms:
        row = gold["table"][write_term(term.term, names)]
        found = [term.consistency, term.pri, term.raw_coverage, term.unique_coverage]
        wanted = [row["inclS"], row["PRI"], row["covS"], row.get("covU")]
        if wanted[3] is None:  # R prints none for a model of one term
            assert term.unique_coverage == pytest.approx(term.raw_coverage, abs=ATOL)
            found, wanted = found[:3], wanted[:3]
        assert found == pytest.approx(wanted, abs=ATOL)
    whole = gold["overall"]
    assert (fit.consistency, fit.pri, fit.coverage) == pytest.approx(
        (whole["inclS"], whole["PRI"], whole["covS"]), abs=ATOL
    )

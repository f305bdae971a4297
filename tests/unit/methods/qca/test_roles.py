"""Core and peripheral conditions, ties and undefined cores; the Boolean check of printed tables."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.methods.qca.minimise import conservative, parsimonious
from analysis.methods.qca.roles import RoleTable, condition_roles
from analysis.methods.qca.self_check import check_solution
from analysis.methods.qca.terms import Model, read_model, read_term, write_term
from tests.unit.methods.qca.tables import names, random_table

CONDITIONS = ("gov1", "gov2", "market1", "market2", "inf1", "inf2")

# The published configurations of a not-high outcome (Table 4), as printed.
NOT_HIGH = {
    "NH1": "~gov2*~market1*~market2*~inf1",
    "NH2": "~gov1*~gov2*~market2*~inf2",
    "NH3": "~gov2*~market1*~market2*inf2",
    "NH4": "~gov1*~gov2*~market1*inf1*inf2",
    "NH5": "gov1*gov2*market1*~market2*~inf1*~inf2",
    "NH6": "gov1*gov2*~market1*~market2*~inf1*~inf2",
}


def roles(term: str, *models: str) -> dict[str, str]:
    outer: list[Model] = [read_model(model, CONDITIONS) for model in models]
    found = condition_roles(read_term(term, CONDITIONS), outer, CONDITIONS)
    return {role.condition: role.role for role in found.roles}


def test_core_is_what_a_parsimonious_term_around_it_holds() -> None:
    found = condition_roles(
        read_term("gov1*~gov2*inf1", CONDITIONS),
        [read_model("gov1*~gov2 + inf1*inf2", CONDITIONS)],
        CONDITIONS,
    )

    assert [(r.condition, r.presence, r.role) for r in found.roles] == [
        ("gov1", "present", "core"),
        ("gov2", "absent", "core"),
        ("inf1", "present", "peripheral"),
    ]
    assert [write_term(t, CONDITIONS) for t in found.parents] == ["gov1*~gov2"]
    assert found.has_core


def test_occurring_elsewhere_in_the_parsimonious_solution_is_not_enough() -> None:
    # inf1 is in the solution, but in a term that is not around this configuration.
    assert roles("gov1*gov2*inf1", "gov1 + inf1*inf2")["inf1"] == "peripheral"


def test_several_terms_around_a_configuration_join() -> None:
    assert roles("gov1*gov2*inf1", "gov1 + gov2") == {
        "gov1": "core",
        "gov2": "core",
        "inf1": "peripheral",
    }


def test_no_term_around_it_leaves_the_core_undefined() -> None:
    # The published NH1: the cores of the other configurations imply these two terms.
    found = roles(NOT_HIGH["NH1"], "~market2*~inf2 + ~gov2*inf2")

    assert set(found.values()) == {"undefined"}


def test_tied_parsimonious_models_must_agree() -> None:
    assert roles("gov1*gov2*inf1", "gov1", "gov1*gov2") == {
        "gov1": "core",
        "gov2": "disputed",
        "inf1": "peripheral",
    }
    # One of the tied models has no term around it: its core is undefined.
    assert set(roles("gov1*gov2*inf1", "gov1", "inf2").values()) == {"undefined"}


def test_roles_against_chosen_models_only() -> None:
    outer = [read_model("gov1", CONDITIONS), read_model("gov2", CONDITIONS)]
    term = read_term("gov1*gov2", CONDITIONS)

    only_second = RoleTable(outer, CONDITIONS).configuration(term, np.array([1]))

    assert [role.role for role in only_second.roles] == ["peripheral", "core"]
    assert [write_term(t, CONDITIONS) for t in only_second.parents] == ["gov2"]


def test_a_core_needs_a_parsimonious_model() -> None:
    with pytest.raises(ValueError, match="core conditions are defined by a parsimonious model"):
        condition_roles(read_term("gov1", CONDITIONS), [], CONDITIONS)


def test_the_published_not_high_solution_is_not_minimal() -> None:
    terms = [read_term(text, CONDITIONS) for text in NOT_HIGH.values()]

    findings = check_solution(terms, CONDITIONS, list(NOT_HIGH))

    assert [finding.statement for finding in findings] == [
        "NH5 and NH6 differ only in market1: together they are gov1*gov2*~market2*~inf1*~inf2",
        "NH6 can do without gov2: the solution stays the same",
    ]
    assert [finding.fault for finding in findings] == ["merge", "redundant_literal"]


@pytest.mark.parametrize(
    ("solution", "expected"),
    [
        ("a*b + a*b*c", [("nested", (1, 0))]),
        ("a*b + a*b", [("nested", (1, 0))]),
        ("a*c + ~c*b + a*b", [("redundant_term", (2,))]),
        ("a + ~a*b", [("redundant_literal", (1,))]),
        ("a*b + ~a*c", []),
        ("1", []),
    ],
)
def test_each_fault(solution: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    findings = check_solution(read_model(solution, "abc"), "abc")

    assert [(finding.fault, finding.terms) for finding in findings] == expected


def test_exact_minimisation_passes_its_own_check() -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        table = random_table(rng, 5, 20)
        for solution in (conservative(table, max_models=5), parsimonious(table, max_models=5)):
            for model in solution.models:
                assert check_solution(model, names(5)) == ()


def test_labels_must_match_the_terms() -> None:
    with pytest.raises(ValueError, match="1 terms need as many labels, got 2"):
        check_solution(read_model("a", "ab"), "ab", ["H1", "H2"])

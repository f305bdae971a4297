"""QCA and NCA from a study to rows: every number in its place, every refusal a sentence."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from analysis.methods.errors import NotIdentified
from analysis.methods.qca.fit import sufficiency
from analysis.methods.qca.terms import model_membership, read_model, read_term
from analysis.pipeline.adapters import nca as nca_adapter
from analysis.pipeline.adapters import qca as qca_adapter
from analysis.pipeline.context import Context, Ours, Records
from analysis.pipeline.design import build_design
from analysis.results import nca_records as nca
from analysis.results import qca_records as qca
from analysis.results.records import Record
from tests.unit.pipeline.builders import HEAD, grid, panel, study

Row = TypeVar("Row", bound=Record)
REGIONS = [f"r{i:02}" for i in range(12)]
YEARS = range(2001, 2007)
N = len(REGIONS) * len(YEARS)
RNG = np.random.default_rng(11)
COMMON = np.repeat(RNG.normal(size=12), 6)
X = 0.7 * COMMON[:, None] + 0.7 * RNG.normal(size=(N, 4))
Y = X[:, :2].min(axis=1) + 0.15 * RNG.normal(size=N)
COLUMNS: dict[str, list[Any]] = grid(REGIONS, YEARS) | {
    **{name: X[:, place].tolist() for place, name in enumerate("abcd")},
    "y": Y.tolist(),
    "share": (np.arange(N) / N * 1.5).tolist(),
    "lumpy": [1.0] * (N - 2) + [0.0, 2.0],
}
BASE = "outcome: y, conditions: [a, b, c, d]"
CROSS_SECTION = "title: t\npanel: {file: panel.csv, entity: region}\n"


def records(
    folder: Path,
    settings: str,
    columns: Mapping[str, Sequence[Any]] = COLUMNS,
    head: str = HEAD,
) -> Records:
    of = study(folder, f"models:\n  m: {{{settings}}}\n", head)
    made, options = panel(of, columns), of.entries[0].options
    context = Context("m", 1, made, {})
    adapter = nca_adapter if options.method.startswith("nca") else qca_adapter
    return adapter.run(build_design(made, options), options, context)


def of(kind: type[Row], made: Records) -> list[Row]:
    return [row for row in made.rows if isinstance(row, kind)]


def refused(folder: Path, settings: str, **columns: list[Any]) -> str:
    with pytest.raises(NotIdentified) as error:
        records(folder, settings, {**COLUMNS, **columns})
    assert error.value.next_step
    return error.value.reason


def test_calibration_alone(tmp_path: Path) -> None:
    anchors_of = "{percentiles: [5, 50, 95], a: [-1, 0, 2], d: 0.5}"
    made = records(tmp_path, f"method: qca.calibration, {BASE}, anchors: {anchors_of}")
    anchors = {row.set_name: row for row in of(qca.QcaCalibration, made)}
    assert list(anchors) == ["a", "b", "c", "d", "y"]
    assert (anchors["a"].full_out, anchors["a"].full_in, anchors["a"].log_odds) == (-1, 2, 3)
    assert (anchors["b"].percentiles, anchors["d"].kind) == ("5/50/95", "crisp")
    assert made.comparable["a", "crossover"].value == 0


def test_anchors_are_quantiles_of_the_cases_chosen(tmp_path: Path) -> None:
    by_entity = X[:, 0].reshape(12, 6)
    for cases, values in (
        ("pooled", X[:, 0]),
        ("mean", by_entity.mean(1)),
        (2003, by_entity[:, 2]),
    ):
        made = records(tmp_path, f"method: qca.calibration, {BASE}, cases: {cases}")
        row = of(qca.QcaCalibration, made)[0]
        expected = np.quantile(values, (0.05, 0.5, 0.95))
        assert (row.full_out, row.crossover, row.full_in) == pytest.approx(tuple(expected))
        memberships = [m for m in of(qca.QcaMembership, made) if m.set_name == "a"]
        assert len(memberships) == values.size
    assert {m.year for m in memberships} == {2003}


def test_a_whole_analysis_hangs_together(tmp_path: Path) -> None:
    made = records(tmp_path, f"method: qca.fuzzy, {BASE}, expect: {{a: present}}, label: H")
    table = of(qca.QcaTruthTableRow, made)
    assert [row.row_no for row in table] == list(range(1, 17))
    assert sum(row.n for row in table) == N
    assert sum(len((row.cases or "").split(", ")) for row in table if row.n) == N
    memberships = np.array([m.membership for m in of(qca.QcaMembership, made)]).reshape(N, 5)
    y = memberships[:, -1]
    for term in of(qca.QcaTerm, made):
        x = model_membership(memberships[:, :-1], [read_term(term.term, "abcd")])
        fit = sufficiency(x, y)
        assert (term.inclusion, term.raw_coverage) == pytest.approx((fit.consistency, fit.coverage))
        assert term.n_cases == (x > 0.5).sum()
    chart = [term for term in of(qca.QcaTerm, made) if term.label]
    coverage = [term.raw_coverage or 0.0 for term in sorted(chart, key=lambda t: t.label or "")]
    assert coverage == sorted(coverage, reverse=True)
    roles = [row for row in of(qca.QcaConditionRole, made) if row.solution_kind == "intermediate"]
    assert len(roles) % 4 == 0
    assert all((row.role is None) == (row.presence == "either") for row in roles)
    assert {row.fault for row in of(qca.QcaSelfCheck, made)} == {"none"}
    whole = [row for row in of(qca.QcaCase, made) if row.term_no == 0]
    solution = next(s for s in of(qca.QcaSolution, made) if s.solution_kind == "intermediate")
    assert made.comparable["solution", "coverage"].value == solution.coverage
    assert len(whole) == N


def test_panel_fit_is_pooled_by_period_and_by_entity(tmp_path: Path) -> None:
    made = records(tmp_path, f"method: qca.fuzzy, {BASE}")
    rows = [r for r in of(qca.QcaPanelFit, made) if r.expression == "~b"]
    assert [r.level for r in rows] == ["pooled"] + ["between"] * 6 + ["within"] * 12
    necessity = {r.expression: r.consistency for r in of(qca.QcaNecessity, made)}
    assert rows[0].consistency == pytest.approx(necessity["~b"])
    assert {r.group_id for r in rows if r.level == "between"} == {str(year) for year in YEARS}
    distances = of(qca.QcaPanelDistance, made)
    assert all(r.distance is not None and r.distance >= 0 for r in distances)
    one_year = records(tmp_path, f"method: qca.fuzzy, {BASE}, cases: 2003")
    assert of(qca.QcaPanelFit, one_year) == []


def test_the_negation_is_the_mirror(tmp_path: Path) -> None:
    plain = records(tmp_path, f"method: qca.necessity, {BASE}")
    negated = records(tmp_path, f"method: qca.necessity, {BASE}".replace(": y,", ': "~y",'))
    sets = [
        {(m.set_name, m.region_id, m.year): m.membership for m in of(qca.QcaMembership, r)}
        for r in (plain, negated)
    ]
    assert sets[0] == sets[1]
    first = {r.expression: r.consistency for r in of(qca.QcaNecessity, plain)}
    second = {r.expression: r.consistency for r in of(qca.QcaNecessity, negated)}
    assert first["a"] > 0.7 > second["a"]
    assert all("*" in e or "+" in e for e in list(first)[8:])


def test_no_sufficient_row_is_an_answer(tmp_path: Path) -> None:
    made = records(tmp_path, f"method: qca.fuzzy, {BASE}, consistency: 1, pri: 1")
    solutions = of(qca.QcaSolution, made)
    assert [(s.solution_kind, s.n_models, s.inclusion) for s in solutions] == [
        ("conservative", 0, None),
        ("intermediate", 0, None),
        ("parsimonious", 0, None),
    ]
    assert of(qca.QcaTerm, made) == []
    assert made.note == "no configuration is sufficient at these cutoffs"


def test_one_half_is_moved_and_the_other_way_reported(tmp_path: Path) -> None:
    crossover = X[:, 0].copy()
    crossover[5] = 0.0
    settings = f"method: qca.fuzzy, {BASE}, anchors: {{percentiles: [5, 50, 95], a: [-2, 0, 2]}}"
    made = records(tmp_path, settings, {**COLUMNS, "a": crossover.tolist()})
    assert next(r.n_half for r in of(qca.QcaCalibration, made)) == 1
    moved = [m.membership for m in of(qca.QcaMembership, made) if m.set_name == "a"]
    assert moved[5] == 0.501
    assert [(r.half, r.cell_no) for r in of(qca.QcaRobustness, made)] == [("up", 1), ("down", 2)]
    assert made.note is not None
    assert made.note.startswith("memberships of exactly 0.5 were moved to 0.501 (a: 1); with 0.499")


def test_a_grid_crosses_choices_and_follows_terms(tmp_path: Path) -> None:
    settings = "robustness: {percentiles: [[10, 50, 90]], consistency: [0.85, 0.8], pri: 0.6}"
    made = records(tmp_path, f"method: qca.fuzzy, {BASE}, {settings}")
    cells = of(qca.QcaRobustness, made)
    assert len(cells) == 2 * 2 * 2
    assert cells[0].same_models
    assert (cells[0].percentiles, cells[0].consistency, cells[0].pri) == ("5/50/95", 0.8, 0.7)
    chart = {term.term for term in of(qca.QcaTerm, made) if term.label}
    assert {row.term for row in of(qca.QcaSurvival, made)} == chart
    (fit,) = of(qca.QcaRobustnessFit, made)
    assert 0 < (fit.rf_sc_min_ts or 0) <= 1


def test_printed_configurations_are_measured_and_checked(tmp_path: Path) -> None:
    settings = "compare: {H1: a*b*c, H2: a*b*~c}, label: H"
    made = records(tmp_path, f"method: qca.fuzzy, {BASE}, {settings}")
    stated = [t for t in of(qca.QcaTerm, made) if t.solution_kind == "stated"]
    assert [(t.label, t.term) for t in stated] == [("H1", "a*b*c"), ("H2", "a*b*~c")]
    faults = [r for r in of(qca.QcaSelfCheck, made) if r.solution_kind == "stated"]
    assert [r.statement for r in faults] == ["H1 and H2 differ only in c: together they are a*b"]
    assert made.comparable["H1", "configuration", "raw_coverage"].value == stated[0].raw_coverage
    assert made.comparable["H1", "a", "presence"].value == 1.0
    assert made.comparable["settings", "crossover_shift"].value == 0.001


def test_a_printed_figure_without_ours_has_a_reason(tmp_path: Path) -> None:
    plain = f"method: qca.fuzzy, {BASE}, compare: {{H1: a*b*c*~d}}, label: H"
    found = {key: ours for key, ours in records(tmp_path, plain).comparable.items() if key[2:]}
    assert {key[1] for key in found if key[2] == "presence"} == set("abcd")
    assert any(ours.value is None for ours in found.values())
    for (_, name, kind), ours in found.items():
        assert ours.name
        if ours.value is None:
            assert f"{name} does not matter in it" in ours.name or "its core is" in ours.name, kind
    nothing = records(tmp_path, plain + ", consistency: 1, pri: 1").comparable
    assert nothing["H1", "a", "is_core"] == Ours(None, "ours has no configuration")
    assert nothing["solution", "coverage"].value is None
    assert nothing["solution", "coverage"].name == "no configuration is sufficient at these cutoffs"


def test_barred_assumptions_are_in_no_solution(tmp_path: Path) -> None:
    plain = f"method: qca.fuzzy, {BASE}, cases: mean, necessary: a"
    reported = of(qca.QcaAssumption, records(tmp_path, plain))
    made = records(tmp_path, plain + ", assumptions: bar")
    barred = {row.row_no for row in of(qca.QcaAssumption, made) if row.is_barred}
    assert {row.row_no for row in reported if row.kind == "against_necessity"} <= barred
    assert barred
    table = of(qca.QcaTruthTableRow, made)
    assert all(table[row_no - 1].out == "0" and not table[row_no - 1].n for row_no in barred)
    for term in of(qca.QcaTerm, made):
        configurations = [format(row_no - 1, "04b") for row_no in sorted(barred)]
        inside = [c for c in configurations if _holds(term.term, c)]
        assert inside == []


def test_the_grid_bars_what_the_solution_bars(tmp_path: Path) -> None:
    grid_of = "robustness: {solution: parsimonious, consistency: [0.75], pri: [0.5]}"
    plain = f"method: qca.fuzzy, {BASE}, cases: mean, necessary: a, {grid_of}"
    solutions = {}
    for how in ("report", "bar"):
        made = records(tmp_path, f"{plain}, assumptions: {how}")
        own = [row for row in of(qca.QcaTerm, made) if row.solution_kind == "parsimonious"]
        first, *others = of(qca.QcaRobustness, made)
        assert first.solution == " + ".join(row.term for row in own if row.model_no == 1)
        assert len(others) == 3
        solutions[how] = first.solution
    assert solutions["bar"] != solutions["report"]


def _holds(term: str, digits: str) -> bool:
    values = np.array([[float(digit) for digit in digits]])
    return bool(model_membership(values, read_model(term, "abcd"))[0])


def test_ceilings_are_of_columns_as_they_are(tmp_path: Path) -> None:
    made = records(tmp_path, f"method: nca.ceiling, {BASE}, permutations: 99, levels: [0, 50, 100]")
    rows = of(nca.NcaCeiling, made)
    assert [(r.condition, r.ceiling) for r in rows[:2]] == [("a", "ce_fdh"), ("a", "cr_fdh")]
    for row in rows:
        assert row.effect_size == pytest.approx(row.zone / row.scope)
        assert row.n_permutations == 99
        assert row.p_permutation is not None
        assert row.p_permutation >= 0.01
    assert rows[0].x_low == X[:, 0].min()
    levels = [r for r in of(nca.NcaBottleneck, made) if r.condition == "a"]
    assert [r.outcome_level for r in levels] == [0, 0.5, 1] * 2
    assert len(of(nca.NcaCase, made)) == 5 * N
    turned = records(
        tmp_path,
        "method: nca.ceiling, outcome: y, conditions: [c, a], ceilings: [cr_fdh], permutations: 99",
    )
    p_values = {(r.condition, r.ceiling): r.p_permutation for r in rows}
    for row in of(nca.NcaCeiling, turned):
        assert row.p_permutation == p_values[row.condition, row.ceiling]
    again = records(
        tmp_path, f"method: nca.ceiling, {BASE}, permutations: 99, levels: [0, 50, 100]"
    )
    assert made.rows == again.rows


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("conditions: [share, a], anchors: {a: [-1, 0, 1], y: [-1, 0, 1]}",
         "`share` is taken as memberships, and 23 of 72 lie outside [0, 1], the first in r08 2002"),
        ("conditions: [lumpy, a]", "`lumpy`: the 0.05, 0.5, 0.95 quantiles are 1, 1, 1"),
        ("conditions: [lumpy, a], anchors: {percentiles: [5, 50, 95], lumpy: 5}",
         "`lumpy`: threshold 5 leaves all cases on one side"),
        ("conditions: [a, b], cases: 2030", "no case in the period 2030: the rows run from 2001"),
        ("conditions: [still, a], anchors: {percentiles: [5, 50, 95], still: none}",
         "`still`: the variable is 0.25 in every case: a constant set explains nothing"),
        ("conditions: [double, b]", "the outcome is among the conditions"),
    ],
)  # fmt: skip
def test_what_the_data_forbid_is_one_sentence(tmp_path: Path, settings: str, words: str) -> None:
    more = {"still": [0.25] * N, "double": Y.tolist()}
    reason = refused(tmp_path, f"method: qca.fuzzy, outcome: y, {settings}", **more)
    assert words in reason
    assert reason.endswith(".")
    assert "\n" not in reason


def test_one_case_is_too_few(tmp_path: Path) -> None:
    one = {name: values[:1] for name, values in COLUMNS.items()}
    with pytest.raises(NotIdentified, match="at least 2 cases; there is 1"):
        records(tmp_path, f"method: qca.fuzzy, {BASE}", one)


@pytest.mark.parametrize("name", ["qca_LF", "qca_JOBF"])
@pytest.mark.parametrize("outcome", ["positive_outcome", "negated_outcome"])
def test_a_cross_section_of_memberships_gives_the_models_of_r(
    tmp_path: Path, shared: Path, name: str, outcome: str
) -> None:
    """Lipset's countries and the job market, which has ties: QCA 3.23's models and tables."""
    gold = json.loads((shared / "reference" / f"{name}.json").read_text(encoding="utf-8"))
    with (shared / "reference" / "data" / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names, target = gold["conditions"], gold["outcome"]
    columns: dict[str, list[Any]] = {"region": [row["case"] for row in rows]}
    columns |= {column: [float(row[column]) for row in rows] for column in [*names, target]}
    is_plain = outcome == "positive_outcome"
    expect = dict.fromkeys(names, "present" if is_plain else "absent")
    made = records(
        tmp_path,
        f"method: qca.fuzzy, outcome: {target if is_plain else f'~{target}'}, anchors: none, "
        f"conditions: {json.dumps(names)}, expect: {json.dumps(expect)}",
        columns,
        CROSS_SECTION,
    )
    expected = {kind: gold[outcome][kind]["solutions"] for kind in ("conservative", "parsimonious")}
    pairs = gold[outcome]["intermediate"]["intermediate"].values()
    expected["intermediate"] = [model for pair in pairs for model in pair["solutions"]]
    for kind, models in expected.items():
        wanted = {frozenset(model) for model in models}
        assert _models(made, kind) == wanted
        listed = [row for row in of(qca.QcaSolution, made) if row.solution_kind == kind]
        assert [row.model_no for row in listed] == list(range(1, len(wanted) + 1))
        assert {row.n_models for row in listed} == {len(wanted)}
    for row, theirs in zip(
        of(qca.QcaTruthTableRow, made), gold[outcome]["truth_table"], strict=True
    ):
        assert (row.n, row.out) == (theirs["n"], theirs["OUT"])
        assert set((row.cases or "").split(", ")) == set(theirs["cases"].split(","))
        if theirs["incl"] is not None:
            assert (row.inclusion, row.pri) == pytest.approx((theirs["incl"], theirs["PRI"]))


def _models(made: Records, kind: str) -> set[frozenset[str]]:
    models: dict[int, set[str]] = {}
    for term in of(qca.QcaTerm, made):
        if term.solution_kind == kind:
            models.setdefault(term.model_no, set()).add(term.term)
    return {frozenset(model) for model in models.values()}

"""Study entries of QCA and NCA: what they may say, and how each mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.study.load import load_study
from analysis.study.model import Study
from analysis.study.options.calibration import SetAnchors
from analysis.study.options.qca import FuzzyOptions
from warehouse.errors import InputError

HEAD = "title: t\npanel: {mart: fct_province_year, entity: region_id, time: year}\n"


def load(folder: Path, **changes: str) -> Study:
    lines = {"method": "qca.fuzzy", "outcome": "agg", "conditions": "[gov1, gov2]", **changes}
    path = folder / "my_study.yml"
    path.write_text(
        HEAD + "models:\n  m:\n" + "".join(f"    {k}: {v}\n" for k, v in lines.items()),
        encoding="utf-8",
    )
    return load_study(path)


def fuzzy(folder: Path, **changes: str) -> FuzzyOptions:
    options = load(folder, **changes).entries[0].options
    assert isinstance(options, FuzzyOptions)
    return options


def refused(folder: Path, **changes: str) -> str:
    with pytest.raises(InputError) as error:
        load(folder, **changes)
    return str(error.value)


def test_the_defaults_are_the_papers(tmp_path: Path) -> None:
    options = fuzzy(tmp_path)
    assert options.anchors.percentiles == (5, 50, 95)
    assert (options.cases, options.log_odds, options.half) == ("pooled", 3, "up")
    assert (options.frequency, options.consistency, options.pri) == (1, 0.8, 0.7)
    assert options.max_models == 1000
    assert options.roles() == {"outcome": ("agg",), "conditions": ("gov1", "gov2")}


def test_a_tilde_studies_the_negation(tmp_path: Path) -> None:
    options = fuzzy(tmp_path, outcome='"~agg"')
    assert (options.variable, options.is_negated, options.outcome_name) == ("agg", True, "~agg")
    assert options.roles()["outcome"] == ("agg",)


def test_every_way_to_calibrate(tmp_path: Path) -> None:
    anchors = (
        "{percentiles: [10, 50, 90], gov1: [1, 2, 3], gov2: [1, 2, 3, 4, 5, 6], a: none, b: 3, "
        "c: {percentiles: [95, 50, 5]}, agg: {indirect: [1, 2]}}"
    )
    options = fuzzy(tmp_path, conditions="[gov1, gov2, a, b, c, d]", anchors=anchors)
    kinds = {name: options.anchors.of(name).kind for name in options.variables}
    assert kinds == {
        "gov1": "values",
        "gov2": "bell",
        "a": "none",
        "b": "crisp",
        "c": "percentiles",
        "d": "percentiles",
        "agg": "indirect",
    }
    assert options.anchors.of("d") == SetAnchors(percentiles=(10, 50, 90))
    assert fuzzy(tmp_path, anchors="none").anchors.of("gov1").kind == "none"


def test_expectations_are_of_conditions_alone_or_together(tmp_path: Path) -> None:
    options = fuzzy(tmp_path, expect="{gov1: present, gov2: either, gov1*~gov2: present}")
    assert options.simple_expectations == {"gov1": "present", "gov2": "either"}
    assert options.joint_expectations == ("gov1*~gov2",)


def test_one_setting_moves_between_cases(tmp_path: Path) -> None:
    study = load(tmp_path, cases="[pooled, mean, 2022]")
    assert [entry.model_id for entry in study.entries] == ["m[pooled]", "m[mean]", "m[2022]"]
    options = [entry.options for entry in study.entries]
    assert [o.cases for o in options if isinstance(o, FuzzyOptions)] == ["pooled", "mean", 2022]


def test_a_solution_owns_its_column_and_those_of_its_configurations(tmp_path: Path) -> None:
    options = fuzzy(tmp_path, table='"4"', column="high", label="H")
    columns = ("high", "all", "H1", "H12", "NH1", "not_high")
    assert [options.prints(column) for column in columns] == [True] * 4 + [False] * 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"conditions": "[gov1, gov1]"}, "A condition is named twice: gov1."),
        ({"conditions": "[gov1, agg]"}, "The outcome `agg` is among the conditions."),
        ({"outcome": '"~gov1"'}, "The outcome `gov1` is among the conditions."),
        ({"conditions": "[]"}, "At least one is needed"),
        ({"conditions": str([f"c{i}" for i in range(21)])}, "choose at most 20."),
        ({"conditions": "[a*b, c]"}, "`a*b` is no name of a condition"),
        ({"anchors": "{percentiles: [5, 95, 50]}"}, "strictly falling order, got 5, 95, 50."),
        ({"anchors": "{percentiles: [5, 50, 50]}"}, "strictly falling order, got 5, 50, 50."),
        ({"anchors": "{gov1: [3, 3, 4]}"}, "strictly falling order, got 3, 3, 4."),
        ({"anchors": "{percentiles: [5, 50, 105]}"}, "Percentiles lie in 0 to 100"),
        ({"anchors": "{gv1: [1, 2, 3]}"}, "anchors are given for `gv1`"),
        ({"anchors": "{gov1: {values: [1, 2, 3], crisp: 2}}"}, "Give one of crisp, values."),
        ({"anchors": "non"}, "Keys with values are expected"),
        ({"log_odds": "0"}, "greater than 0"),
        ({"consistency": "1.2"}, "less than or equal to 1"),
        ({"pri": "-0.1"}, "greater than or equal to 0"),
        ({"frequency": "0"}, "greater than or equal to 1"),
        ({"contradiction": "0.9"}, "contradiction cutoff 0.9 must be below"),
        ({"expect": "{gov3: present}"}, "an expectation names `gov3`, which is not a condition"),
        ({"expect": "{gov1: presnt}"}, "did you mean `present`?"),
        ({"expect": "{gov1*gov2: absent}"}, "joint expectation `gov1*gov2` is stated as"),
        ({"necessary": "gov1 + mrket"}, "`necessary` names `mrket`"),
        ({"compare": "{H1: gov1*gv2}"}, "`compare` names `gv2`"),
        ({"cases": "poled"}, "`poled`"),
        ({"half": "upwards"}, "`upwards`"),
        ({"max_models": "0"}, "greater than or equal to 1"),
        ({"robustness": "{percentiles: [[50, 10, 90]]}"}, "got 50, 10, 90."),
        ({"label": "H1"}, "stands before a number and holds none"),
        ({"anchors": "{gov1: [1, 2]}"}, "three anchors are needed"),
        ({"anchors": "{percentiles: [5, 95]}"}, "three anchors are needed"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    message = refused(tmp_path, **changes)
    assert words.casefold() in message.casefold()
    assert "my_study.yml" in message


def test_ceilings_stay_in_their_units_by_default(tmp_path: Path) -> None:
    options = load(tmp_path, method="nca.ceiling").entries[0].options
    assert options.model_dump()["permutations"] == 10_000
    assert options.model_dump()["anchors"] == {"percentiles": None, "sets": {}}
    assert (
        "levels are percentages"
        in refused(tmp_path, method="nca.ceiling", levels="[0, 120]").casefold()
    )
    assert "named twice" in refused(tmp_path, method="nca.ceiling", ceilings="[ce_fdh, ce_fdh]")

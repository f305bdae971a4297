"""Study files: what they may say, and how every mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.study.load import load_study, select
from analysis.study.model import Study
from analysis.study.names import nearest
from warehouse.errors import InputError

HEAD = "title: t\npanel: {mart: fct_province_year, entity: region_id, time: year}\n"


def load(folder: Path, text: str) -> Study:
    path = folder / "my_study.yml"
    path.write_text(text, encoding="utf-8")
    return load_study(path)


def within(**changes: str) -> str:
    """One study with one within model, some of its lines changed."""
    lines = {
        "method": "panel.within",
        "outcome": "develop",
        "regressors": "[agg, wage]",
        "effects": "[entity, time]",
        **changes,
    }
    return HEAD + "models:\n  m:\n" + "".join(f"    {k}: {v}\n" for k, v in lines.items())


def refused(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as error:
        load(folder, text)
    return str(error.value)


def test_a_study_is_read_with_its_defaults(tmp_path: Path) -> None:
    study = load(tmp_path, within(table="6", column="4"))
    (entry,) = study.entries
    assert study.study_id == "my_study"
    assert study.samples == {"all": "true"}
    assert (entry.options.table, entry.options.column) == ("6", "4")
    assert entry.options.roles() == {"outcome": ("develop",), "regressors": ("agg", "wage")}
    assert entry.options.model_dump()["covariance"][0]["kind"] == "cluster"


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        (within(outcom="develop"), "`outcom`", "`outcome`"),
        (within(method="panel.witin"), "`panel.witin`", "`panel.within`"),
        (within(method="within"), "`within`", "`panel.within`"),
        (within(effects="[entty]"), "`entty`", "`entity`"),
        (within(covariance="clustr"), "`clustr`", "`cluster`"),
        (within(covariance="{kind: cluster, bye: entity}"), "`bye`", "`by`"),
        (within(sample="al"), "`al`", "`all`"),
        (within(expect="refuse"), "`refuse`", "`refused`"),
        (within(transform="{winsorize: 0.01}"), "`winsorize`", "`winsorise`"),
        (within(tests="[poolability]"), "`poolability`", "`poolability_f`"),
        (within().replace("panel:", "panle:"), "`panle`", "`panel`"),
        (within().replace("mart:", "mrt:"), "`mrt`", "`mart`"),
        (within().replace("models:", "modls:"), "`modls`", "`models`"),
    ],
)
def test_misspellings_name_place_and_nearest(
    tmp_path: Path, text: str, wrong: str, right: str
) -> None:
    message = refused(tmp_path, text)
    assert wrong in message
    assert f"did you mean {right}?" in message
    assert "my_study.yml, line " in message


def test_a_misspelt_required_key_is_one_mistake(tmp_path: Path) -> None:
    message = refused(tmp_path, within().replace("outcome:", "outcom:"))
    assert message.startswith("Unknown key `outcom`.")
    assert "missing" not in message


def test_a_method_that_does_not_exist_yet_is_told_what_does(tmp_path: Path) -> None:
    message = refused(tmp_path, within(method="no.such"))
    assert "panel.pooled, panel.random, panel.within" in message


def test_two_mistakes_are_both_named(tmp_path: Path) -> None:
    message = refused(tmp_path, within(outcom="x", effects="[entty]"))
    assert "2 problems" in message
    assert "`outcome`" in message
    assert "`entity`" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD, "The key `models` is missing."),
        (within() + 'title_zh: ""\n', "Give a text that is not blank, or leave the key out"),
        (within(title='"  "'), "Give a text that is not blank"),
        ("title: a\ntitle: b\n", "The key `title` is given twice."),
        ("title: [a\n", "not valid YAML"),
        ("", "holds no settings"),
        ("- a\n", "found: a list"),
        ("unit,year,y\n", "found: text without keys"),
        (HEAD + "models:\n  m: [1]\n", "Keys with values are expected"),
        (HEAD + "models:\n  m: {outcome: y}\n", "names no method"),
        (HEAD + "models:\n  'a b': {method: panel.pooled}\n", "cannot be the name of a model"),
        (within(regressors="[agg, agg]"), "Named twice: agg."),
        (within(regressors="[agg, develop]"), "`develop` is the outcome and a regressor."),
        (within(regressors="[]"), "At least one is needed"),
        (within(transform="{winsorise: 0.7}"), "`winsorise` should be less than 0.5"),
        (within(transform="{winsorise: 0.7}"), "a number greater than 0 and less than 0.5"),
        (within(confidence="95"), "give a share: 0.95 for 95 %"),
        (within(transform="{winsorise: 0.1, trim: 0.1}"), "either `winsorise` or `trim`"),
        (within(covariance="{kind: hc1, by: entity}"), "`by` belongs to cluster"),
        (within(covariance="{kind: hc1, lag: 2}"), "`lag` and `rule` belong to"),
        (within(covariance="[cluster, {kind: cluster, by: entity}]"), "Named twice"),
        (within(wild_bootstrap="{weights: [webb, webb]}"), "Named twice: webb."),
        (within(effects="[entity]", tests="[time_effects_f]"), "needs time among the effects"),
        (within(expect_n="{rows: 500, of: 420}"), "a panel of 420 rows has no 500 to use"),
        (within(expect_n="{rows: x, of: 420}"), "a whole number is expected; got 'x'"),
        (within(expect_n="{row: 4, of: 420}"), "Unknown key `row`"),
        (within(outcome="{a: b}", effects="[no]"), "got {'a': 'b'}"),
        (within(expect_n="true"), "a whole number is expected; got true"),
        (within(expect="{agg: present}"), "the only expectation of this method"),
        (within(twin="true"), "names no unreplaced data"),
        (within().replace("mart: fct_province_year", "file: a.csv, mart: b"), "either `mart` or"),
        (within().replace("time: year", "time: region_id"), "the same column"),
        (within() + "weights: {w: {mart: brg}}\n", "`mart` and `id` go together"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str, words: str) -> None:
    assert words.casefold() in refused(tmp_path, text).casefold()


def test_an_unknown_key_names_the_required_ones_that_are_missing(tmp_path: Path) -> None:
    said = refused(tmp_path, HEAD + "models:\n  m: {method: describe.summary, columns: [agg]}\n")
    assert "Missing: `variables`" in said
    assert "Missing" not in refused(tmp_path, within(jackknifes="entity"))


def test_a_table_in_place_of_a_study_is_told_where_it_belongs(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("unit,year,y\na,2001,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="as `file:` under `panel:`"):
        load_study(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read") as error:
        load_study(tmp_path / "none.yml")
    assert "none.yml" in str(error.value)


def test_a_list_for_a_single_setting_makes_one_model_per_value(tmp_path: Path) -> None:
    text = within(sample="[all, early]", transform="[null, {trim: 0.01}]")
    study = load(tmp_path, text + "samples: {early: year < 2015}\n")
    assert [entry.model_id for entry in study.entries] == [
        "m[all][none]",
        "m[all][trim=0.01]",
        "m[early][none]",
        "m[early][trim=0.01]",
    ]
    assert [entry.options.sample for entry in study.entries] == ["all", "all", "early", "early"]


def test_a_list_setting_stays_one_model(tmp_path: Path) -> None:
    study = load(tmp_path, within(covariance="[conventional, {kind: cluster, by: entity}]"))
    assert [entry.model_id for entry in study.entries] == ["m"]


def test_headline_models_have_a_twin(tmp_path: Path) -> None:
    text = within(table="6").replace("entity:", "unreplaced: fct_province_year_raw, entity:")
    text += "  extra: {method: panel.pooled, outcome: develop, regressors: agg}\ntwin: true\n"
    study = load(tmp_path, text)
    twins = [(entry.model_id, entry.twin_of) for entry in study.entries]
    assert twins == [("m", None), ("m[unreplaced]", "m"), ("extra", None)]
    assert study.panel.of_unreplaced().mart == "fct_province_year_raw"


def test_selection_takes_what_was_made_of_an_entry(tmp_path: Path) -> None:
    text = within(sample="[all, early]") + "samples: {early: year < 2015}\n"
    entries = load(tmp_path, text).entries
    assert len(select(entries, ["m"])) == 2
    assert [entry.model_id for entry in select(entries, ["m[early]"])] == ["m[early]"]
    with pytest.raises(InputError, match=r"no model `m\[erly\]`") as error:
        select(entries, ["m[erly]"])
    assert "did you mean `m[early]`?" in str(error.value)


def test_the_study_of_the_paper_is_sound(root: Path) -> None:
    for name in ("paper", "nbs_open"):
        study = load_study(root / "analysis" / "study" / f"{name}.yml")
        assert study.study_id == name
        assert study.entries


def test_nearest_spelling() -> None:
    assert nearest("AGG", ["agg", "wage"]) == "agg"
    assert nearest("within", ["panel.within", "panel.pooled"]) == "panel.within"
    assert nearest("zzz", ["agg", "wage"]) is None

"""Bootstrap, randomisation, jackknife and influence: from a setting to rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.methods.errors import NotIdentified
from analysis.methods.panel import within
from analysis.pipeline.adapters import panel as panel_adapter
from analysis.pipeline.context import Context, Records
from analysis.pipeline.design import build_design
from analysis.results.records import Diagnostic, Estimate, FitStatistic
from tests.unit.pipeline.builders import grid, panel, study
from warehouse.errors import InputError

RNG = np.random.default_rng(8)
N, T = 14, 6
X, Z = RNG.normal(size=N * T), RNG.normal(size=N * T)
Y = 0.5 * X + 0.2 * Z + RNG.normal(size=N * T)
NAMES = [f"r{i:02}" for i in range(N)]
COLUMNS = grid(NAMES, range(2000, 2000 + T)) | {
    "y": Y.tolist(),
    "x": X.tolist(),
    "z": Z.tolist(),
    "lon": np.repeat(np.linspace(80, 120, N), T).tolist(),
    "lat": np.repeat(np.linspace(20, 50, N), T).tolist(),
}
SAMPLES = "samples: {north: region < 'r07', south: region >= 'r07', early: year < 2003}\n"
BASE = "method: panel.within, outcome: y, regressors: [x, z], effects: [entity, time]"


def records(folder: Path, settings: str, *, holes: int = 0) -> Records:
    of = study(folder, f"{SAMPLES}models:\n  m: {{{settings}}}\n")
    made = panel(of, {name: column[holes:] for name, column in COLUMNS.items()})
    options = of.entries[0].options
    return panel_adapter.run(build_design(made, options), options, Context("m", 1, made, {}))


def diagnostics_of(made: Records) -> dict[tuple[str, str], Diagnostic]:
    return {(row.part, row.test): row for row in made.rows if isinstance(row, Diagnostic)}


def estimates(made: Records) -> list[Estimate]:
    return [row for row in made.rows if isinstance(row, Estimate)]


def fits(made: Records) -> dict[tuple[str, str], float]:
    return {(row.part, row.name): row.value for row in made.rows if isinstance(row, FitStatistic)}


def test_both_wild_bootstraps_leave_a_test_and_an_interval(tmp_path: Path) -> None:
    made = records(tmp_path, BASE + ", wild_bootstrap: {draws: 999, weights: [rademacher, webb]}")
    tests = diagnostics_of(made)
    assert tests["main", "wild_bootstrap"].p_value is not None
    assert "webb" in str(tests["webb", "wild_bootstrap"].note)
    intervals = {row.std_error_kind: row for row in estimates(made) if "wild" in row.std_error_kind}
    assert list(intervals) == ["wild_bootstrap(rademacher)", "wild_bootstrap(webb)"]
    one = intervals["wild_bootstrap(rademacher)"]
    assert one.p_value == tests["main", "wild_bootstrap"].p_value
    assert not one.is_headline
    assert one.ci_low < one.estimate < one.ci_high


def test_the_same_seed_gives_the_same_rows(tmp_path: Path) -> None:
    settings = BASE + ", wild_bootstrap: {weights: webb}, randomisation: 199"
    assert records(tmp_path, settings).rows == records(tmp_path, settings).rows


def test_the_jackknife_names_what_it_leaves_out(tmp_path: Path) -> None:
    made = records(tmp_path, BASE + ", jackknife: [entity, time], term: z")
    without = {row.part: row for row in estimates(made) if row.part.startswith("jackknife:")}
    assert list(without) == [f"jackknife:{label}" for label in [*NAMES, *range(2000, 2006)]]
    assert {row.term for row in without.values()} == {"z"}
    rows = np.repeat(np.arange(N), T) != 3
    who, when = np.repeat(np.arange(N), T), np.tile(np.arange(T), N)
    alone = within(Y[rows], np.column_stack([X, Z])[rows], ["x", "z"], who[rows], when[rows])
    found = without["jackknife:r03"]
    assert found.estimate == pytest.approx(alone.estimates[1], rel=1e-9)
    assert found.std_error == pytest.approx(alone.std_errors[1], rel=1e-9)
    assert found.ci_high == pytest.approx(alone.ci_high[1], rel=1e-9)
    assert fits(made)["main", "jackknife_error_entity"] > 0


def test_influence_collinearity_and_correlated_effects(tmp_path: Path) -> None:
    made = records(tmp_path, BASE + ", vif: true, influence: 2, mundlak: true")
    numbers = fits(made)
    # Two regressors have one correlation, and so one inflation.
    assert numbers["x", "vif"] == pytest.approx(numbers["z", "vif"])
    rows = {part for part, name in numbers if name == "cooks_distance"}
    assert len(rows) == 2
    assert all(part.startswith("row:r") and part[8:].isdigit() for part in rows)
    correlated = {row.term: row for row in estimates(made) if row.part == "mundlak"}
    assert list(correlated) == ["x", "z", "mean_x", "mean_z", "const"]
    slope = next(row for row in estimates(made) if row.part == "main" and row.term == "x")
    assert correlated["x"].estimate == pytest.approx(slope.estimate, rel=1e-6)


def test_every_specification_test_can_be_asked_for(tmp_path: Path) -> None:
    names = ["pesaran_cd", "wooldridge_serial", "wooldridge_within", "modified_wald"]
    names.append("hausman_robust")
    made = records(tmp_path, f"{BASE}, tests: [{', '.join(names)}]")
    assert [test for _, test in diagnostics_of(made)] == names
    assert all(row.statistic is not None for row in diagnostics_of(made).values())


def test_what_an_unbalanced_panel_does_not_allow_says_so(tmp_path: Path) -> None:
    made = records(tmp_path, BASE + ", randomisation: true, tests: [wooldridge_within]", holes=2)
    for test in ("randomisation_inference", "wooldridge_within"):
        row = diagnostics_of(made)["main", test]
        assert row.statistic is None
        assert "balanced panel" in str(row.note)
    assert "r00 2000, r00 2001" in str(diagnostics_of(made)["main", "randomisation_inference"].note)


def test_paths_may_stay_within_groups_of_entities(tmp_path: Path) -> None:
    made = records(tmp_path, BASE + ", randomisation: {draws: 99, within: [north, south]}")
    assert diagnostics_of(made)["main", "randomisation_inference"].p_value is not None
    with pytest.raises(NotIdentified, match="`early` holds only some periods of r00"):
        records(tmp_path, BASE + ", randomisation: {within: [early]}")


def test_conley_errors_read_two_columns_of_the_panel(tmp_path: Path) -> None:
    conley = "{kind: conley, coordinates: [lon, lat], cutoff_km: 400}"
    made = records(tmp_path, f"{BASE}, covariance: [cluster, {conley}]")
    kinds = [row.std_error_kind for row in estimates(made) if row.term == "x"]
    assert kinds == ["cluster(entity)", "conley, 400 km"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("wild_bootstrap: {weights: web}", "did you mean `webb`?"),
        ("wild_bootstrap: {drws: 999}", "did you mean `draws`?"),
        ("wild_bootstrap: 50", "greater than or equal to 99"),
        ("randomisation: {statistic: coef}", "did you mean `coefficient`?"),
        ("randomisation: {within: [nort]}", "did you mean `north`?"),
        ("jackknife: [entities]", "did you mean `entity`?"),
        ("jacknife: [entity]", "did you mean `jackknife`?"),
        ("term: w", "there are: x, z"),
        ("tests: [pesaran]", "did you mean `pesaran_cd`?"),
        ("covariance: conley", "coordinates: [longitude, latitude]"),
        ("covariance: {kind: cluster, cutoff_km: 5}", "belong to conley"),
        ("covariance: {kind: conley, coordinates: [lon, lat], cutof_km: 5}", "`cutoff_km`"),
    ],
)
def test_unknown_settings_name_the_nearest(tmp_path: Path, settings: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        study(tmp_path, f"{SAMPLES}models:\n  m: {{{BASE}, {settings}}}\n")
    assert message in str(error.value)

"""Ours beside the published figures."""

from __future__ import annotations

from pathlib import Path

from analysis.pipeline.context import Ours, Records
from analysis.pipeline.marts import PublishedFigure
from analysis.pipeline.replication import compare
from analysis.results.records import Estimate, FitStatistic, Replication
from analysis.study.model import Entry
from tests.unit.pipeline.builders import ONE_MODEL, study

FIGURES = [
    PublishedFigure("6", "1", "agg", "estimate", 0.22),
    PublishedFigure("6", "1", "agg", "std_error", 0.011),
    PublishedFigure("6", "1", "agg", "stars", 3),
    PublishedFigure("6", "1", "wage", "estimate", -0.5),
    PublishedFigure("6", "1", "model", "n_obs", 420),
    PublishedFigure("6", "1", "model", "r2", 0.49),
    PublishedFigure("6", "2", "agg", "estimate", 0.1),
    PublishedFigure("7", "1", "agg", "estimate", 0.3),
]


def headline(term: str, estimate: float, p_value: float, part: str = "main") -> Estimate:
    return Estimate(
        part=part,
        term=term,
        estimate=estimate,
        std_error=0.02,
        std_error_kind="hc1",
        p_value=p_value,
    )


def entry(folder: Path, **settings: str) -> Entry:
    keys = "".join(f", {key}: '{value}'" for key, value in settings.items())
    return study(folder, ONE_MODEL.replace("[x]", f"[x]{keys}")).entries[0]


def by_figure(rows: list[Replication]) -> dict[tuple[str, str, str], Replication]:
    return {(row.column_no, row.term, row.quantity): row for row in rows}


def test_the_headline_stands_beside_the_printed_column(tmp_path: Path) -> None:
    records = Records(
        (
            headline("agg", 0.3, 0.04),
            Estimate(term="agg", estimate=0.3, std_error=9.0, p_value=0.9, is_headline=False),
            FitStatistic(name="n_obs", value=400.0),
        ),
        comparable={("model", "r2"): Ours(0.5, "r2_within")},
    )
    rows = by_figure(compare(FIGURES, entry(tmp_path, table="6", column="1").options, records))
    assert set(rows) == {("1", f.term, f.quantity) for f in FIGURES[:6]}
    agg = rows["1", "agg", "estimate"]
    assert (agg.published, agg.ours, agg.same_sign, agg.same_stars) == (0.22, 0.3, True, False)
    assert rows["1", "agg", "std_error"].ours == 0.02
    assert rows["1", "agg", "std_error"].ours_is == "hc1"
    assert (rows["1", "agg", "stars"].ours, rows["1", "agg", "stars"].same_stars) == (2.0, False)
    assert rows["1", "model", "n_obs"].ours == 400.0
    assert rows["1", "model", "n_obs"].same_sign is None
    assert (rows["1", "model", "r2"].ours, rows["1", "model", "r2"].ours_is) == (0.5, "r2_within")
    missing = rows["1", "wage", "estimate"]
    assert (missing.ours, missing.same_sign, missing.same_stars) == (None, None, None)


def test_another_sign_is_said(tmp_path: Path) -> None:
    records = Records((headline("agg", -0.3, 0.001),))
    rows = by_figure(compare(FIGURES, entry(tmp_path, table="6", column="1").options, records))
    assert rows["1", "agg", "estimate"].same_sign is False
    assert rows["1", "agg", "estimate"].same_stars is True


def test_without_a_column_every_column_is_compared_by_its_part(tmp_path: Path) -> None:
    records = Records((headline("agg", 1.0, 0.5, part="1"), headline("agg", 2.0, 0.5, part="2")))
    rows = by_figure(compare(FIGURES, entry(tmp_path, table="6").options, records))
    assert rows["1", "agg", "estimate"].ours == 1.0
    assert rows["2", "agg", "estimate"].ours == 2.0


def test_a_model_that_reproduces_nothing_has_no_rows(tmp_path: Path) -> None:
    assert compare(FIGURES, entry(tmp_path).options, Records((headline("agg", 1.0, 0.5),))) == []

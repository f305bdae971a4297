"""Every planted fault can be found by the cleaning rules, and no clean value looks like one.

Held by an implementation of the rules that shares no code with the project's SQL.
"""

from __future__ import annotations

import csv

import numpy as np
import pytest

from tests.unit.sample import rule
from warehouse.sample.faults import Fault, Texts, plant_faults
from warehouse.sample.panel import Panel, build_panel
from warehouse.sample.printing import PRINTED, as_printed
from warehouse.sample.regions import SEEDS, YEARS, Floats
from warehouse.sample.targets import (
    TABLE_2,
    TABLE_2_LEVELS,
    TABLE_2_TOLERANCE,
    TABLE_5,
    TABLE_5_TOLERANCE,
)
from warehouse.sample.truth import TOLERANCES, estimates, panel_columns

USED = [int(year) for year in YEARS if year >= 2009]
MARGIN = 0.5  # distance of clean values from the limit of 5, so that no rounding flips one
# A tolerance that is many times the distance proves nothing; below these sizes the distance is
# accidentally small.
WIDEST = 6.0


class Sample:
    """The sample read back from its texts and cleaned by the independent rule."""

    def __init__(self) -> None:
        self.panel: Panel = build_panel()
        self.clean = as_printed(self.panel.values)
        self.texts: Texts
        self.faults: list[Fault]
        self.texts, self.faults = plant_faults(self.panel.regions, self.clean)
        self.status: dict[tuple[str, int, int], str] = {}
        self.cleaned: dict[str, Floats] = {}
        self.raw: dict[str, Floats] = {}
        sample = self.panel.regions.in_sample
        with (SEEDS / "raw_variables.csv").open(encoding="utf-8", newline="") as handle:
            self.registry = {row["variable_id"]: row for row in csv.DictReader(handle)}
        for variable in PRINTED:
            raw = self.read(variable)
            done = rule.clean(raw, USED, self.bounds(variable), in_logs=self.in_logs(variable))
            self.raw[variable] = raw
            filled = self.clean[variable].copy()
            filled[np.ix_(sample, USED[0] <= YEARS)] = done.values
            self.cleaned[variable] = filled
            for row, region in enumerate(self.panel.regions.ids[sample]):
                for column, year in enumerate(USED):
                    key = (variable, int(region), year)
                    self.status[key] = str(done.status[row, column])

    def bounds(self, variable: str) -> tuple[float, float]:
        row = self.registry[variable]
        return float(row["lower_bound"]), float(row["upper_bound"])

    def in_logs(self, variable: str) -> bool:
        return self.registry[variable]["is_positive_skewed"] == "true"

    def read(self, variable: str) -> Floats:
        def number(text: str) -> float:
            try:
                return float(text) / PRINTED[variable].factor
            except ValueError:
                return np.nan

        codes = self.panel.regions.ids[self.panel.regions.in_sample]
        return np.array(
            [[number(self.texts[variable, int(code), year]) for year in USED] for code in codes]
        )


@pytest.fixture(scope="module")
def sample() -> Sample:
    return Sample()


def test_every_fault_is_found_and_nothing_else(sample: Sample) -> None:
    planted = {(f.variable, f.region, f.year): f.status for f in sample.faults}
    found = {key: status for key, status in sample.status.items() if status != "observed"}
    assert found == planted


def test_clean_values_keep_their_distance(sample: Sample) -> None:
    planted = {(f.variable, f.region, f.year) for f in sample.faults}
    codes = sample.panel.regions.ids[sample.panel.regions.in_sample]
    worst = 0.0
    for variable, raw in sample.raw.items():
        low, high = sample.bounds(variable)
        every, honest = [], []
        for row, code in zip(raw, codes, strict=True):
            kept = [k for k, value in enumerate(row) if low <= value <= high]
            values = [float(np.log(row[k])) if sample.in_logs(variable) else row[k] for k in kept]
            every.append(([USED[k] for k in kept], values))
            mask = [(variable, int(code), USED[k]) not in planted for k in kept]
            honest.append(
                (
                    [USED[k] for k, good in zip(kept, mask, strict=True) if good],
                    [value for value, good in zip(values, mask, strict=True) if good],
                )
            )
        scale = rule.scales(every)
        for years, values in honest:
            scores = [
                rule.smallest(rule.residuals(years, values, k), scale) for k in range(len(years))
            ]
            worst = max(worst, *scores)
    assert worst < rule.Z_LIMIT - MARGIN


def test_moments_and_anchors(sample: Sample) -> None:
    columns = panel_columns(sample.panel.regions, sample.cleaned)
    for name, (mean, sd) in TABLE_5.items():
        assert columns[name].mean() == pytest.approx(mean, rel=TABLE_5_TOLERANCE), name
        assert columns[name].std(ddof=1) == pytest.approx(sd, rel=TABLE_5_TOLERANCE), name
    for name, anchors in TABLE_2.items():
        quantiles = np.quantile(columns[name], TABLE_2_LEVELS)
        np.testing.assert_allclose(quantiles, anchors, rtol=TABLE_2_TOLERANCE, err_msg=name)


def test_tolerances_are_those_of_the_cleaned_panel(sample: Sample) -> None:
    regions = sample.panel.regions
    truth = estimates(panel_columns(regions, sample.clean), regions.weights)
    found = estimates(panel_columns(regions, sample.cleaned), regions.weights)
    for model, part, term in TOLERANCES:
        keys = [key for key in truth if (key[0], *key[2:]) == (model, part, term)]
        distance = max(abs(truth[key] - found[key]) for key in keys)
        tolerance = TOLERANCES[model, part, term]
        assert distance <= tolerance, (model, part, term)
        assert tolerance <= max(WIDEST * distance, 0.01 * abs(truth[keys[0]])), (model, part, term)


def test_effects_have_the_published_signs_and_order(sample: Sample) -> None:
    regions = sample.panel.regions
    found = estimates(panel_columns(regions, sample.clean), regions.weights)
    assert found["within", "two_way", "main", "agg"] == pytest.approx(0.0954, rel=0.10)
    for bias in ("none", "transform"):
        assert 0.05 < found["durbin", bias, "spatial", "rho"] < 0.20
        assert found["durbin", bias, "main", "agg"] == pytest.approx(0.0856, rel=0.10)
        assert 0 < found["durbin", bias, "wx", "agg"] < 0.05
    assert 2.15 <= found["threshold", "entity", "threshold", "agg"] <= 2.2059
    low = found["threshold", "entity", "regime_1", "agg"]
    assert 0 < low < found["threshold", "entity", "regime_2", "agg"]

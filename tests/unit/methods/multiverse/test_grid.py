"""A grid of specifications: each one is the separate regression, none is left out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.multiverse import Choices, Specification, specification_grid
from analysis.methods.panel import pooled_ols, within
from tests.reference.panel.data import Panel, simulated_panel

PANEL = simulated_panel(12, 6, 4, holes=0.1)
OUTCOMES = np.column_stack([PANEL.y, PANEL.y**2])
KINDS = (Covariance(), Covariance("driscoll_kraay"), Covariance("hc3"))
EFFECTS: tuple[tuple[str, ...], ...] = ((), ("entity",), ("entity", "time"))


def grid(panel: Panel = PANEL, **changes: object) -> tuple[Specification, ...]:
    settings = {"optional": ("second", "third"), "effects": EFFECTS, "covariances": KINDS}
    outcomes = changes.pop("outcomes", OUTCOMES)
    term = changes.pop("term", "agg")
    return specification_grid(
        outcomes,
        *panel[1:],
        outcome_names=["y", "y2"],
        term=term,
        choices=Choices(**{**settings, **changes}),
    )


def test_every_combination_is_there_once() -> None:
    found = grid()
    chosen = {(one.effects, one.controls, one.outcome, one.covariance_name) for one in found}
    assert len(found) == len(chosen) == 3 * 4 * 2 * 3
    assert {one.controls for one in found} == {(), ("second",), ("third",), ("second", "third")}


def test_each_equals_the_separate_regression() -> None:
    requests = {request.name: request for request in KINDS}
    for one in grid()[::5]:
        names = ["agg", "wage", *one.controls]
        X = PANEL.X[:, [PANEL.names.index(name) for name in names]]
        y = OUTCOMES[:, ["y", "y2"].index(one.outcome)]
        arrays = (y, X, names, PANEL.entity, PANEL.time)
        request = requests[one.covariance_name]
        if one.effects:
            fit = within(*arrays, effects=one.effects, covariance=request)
        else:
            fit = pooled_ols(*arrays, covariance=request)
        ours = [one.estimate, one.std_error, one.statistic, one.p_value, one.ci_low, one.ci_high]
        theirs = [fit.estimates, fit.std_errors, fit.statistics, fit.p_values]
        theirs += [fit.ci_low, fit.ci_high]
        assert_allclose(np.array(ours, dtype=float), [values[0] for values in theirs], rtol=1e-8)
        assert one.df == fit.df


def test_what_is_not_identified_says_why_and_the_rest_stands() -> None:
    constant = np.searchsorted(np.unique(PANEL.entity), PANEL.entity).astype(float)
    panel = PANEL._replace(X=np.column_stack([PANEL.X[:, :3], constant]))
    found = grid(panel)
    lost = [one for one in found if one.estimate is None]
    assert {one.effects for one in lost} == {("entity",), ("entity", "time")}
    assert all("third" in one.controls for one in lost)
    assert "third" in str(lost[0].reason)
    assert all(one.p_value is None for one in lost)
    assert all(one.estimate is not None for one in found if "third" not in one.controls)


def test_an_exact_fit_has_no_error() -> None:
    made_of = OUTCOMES.copy()
    made_of[:, 1] = 2 * PANEL.X[:, 0] - PANEL.X[:, 1]
    found = [one for one in grid(outcomes=made_of) if one.outcome == "y2"]
    assert all(one.estimate is None for one in found)
    assert "fit the outcome exactly" in str(found[0].reason)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"optional": ("thrd",)}, "no regressor 'thrd'"),
        ({"optional": ("agg",)}, "cannot be left out"),
        ({"term": "gdp"}, "no regressor 'gdp'"),
        ({"covariances": (Covariance("cr3"),)}, "cr3 refits"),
        ({"outcomes": PANEL.y[:, None]}, "2 names do not fit"),
        ({"outcomes": np.column_stack([PANEL.y, np.full(PANEL.y.size, np.nan)])}, "missing"),
    ],
)
def test_says_what_is_wrong(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        grid(**changes)

"""The statistics of fit that stand in a table, and what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.report.reader import Row
    from analysis.report.studies import Model

# In the table itself; every other fit statistic stands in the list below it.
FIT = (
    "n_obs",
    "n_entities",
    "n_periods",
    "r2_within",
    "r2_between",
    "r2_overall",
    "r2_lsdv",
    "r2",
    "pseudo_r2",
)
WITHOUT_R2 = ("loglik",)


def explains_fewer(rows: Mapping[str, Row]) -> bool:
    """Say whether some of the rows that a model uses explain and are not explained."""
    return (
        "n_obs" in rows and rows.get("n_explained", rows["n_obs"])["value"] < rows["n_obs"]["value"]
    )


def fit_name(model: Model, row: Row) -> str:
    """Return what a statistic of fit is called: with no dummies in a model, its R2 counts none."""
    name = str(row["name"])
    return "r2" if name == "r2_lsdv" and not model.options.get("effects") else name

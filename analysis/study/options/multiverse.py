"""Settings of a multiverse: which choices are crossed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from analysis.study.options.base import Columns, ModelOptions
from analysis.study.options.covariance import (
    CLUSTERED,
    Covariances,
    Effect,
    coordinate_role,
)

_MOST = 200_000


def _each_a_list(value: object) -> object:
    """Read `[none, entity, [entity, time]]`; one set alone may stand without brackets."""
    if not isinstance(value, list):
        value = [value]
    return [_one_set(one) for one in value]


def _one_set(value: object) -> object:
    """Read a set of effects; their order says nothing."""
    if value in (None, "none"):
        return []
    if isinstance(value, list):
        return sorted(value, key=str)
    return [value] if isinstance(value, str) else value


class GridOptions(ModelOptions):
    """One coefficient under every combination of choices (multiverse.grid).

    Samples are choices too: a list under `sample` makes one model per sample, so that they run
    in parallel.

    Attributes
    ----------
    outcomes
        Alternative outcomes, columns of the panel; the first is the main one.
    regressors
        Columns that are always in; the first is the coefficient of interest.
    optional
        Columns that are in or out: every subset is tried.
    effects
        Sets of absorbed effects, e.g. ``[none, entity, [entity, time]]``.
    covariance
        Kinds of standard error.
    confidence
        Coverage of the intervals.
    """

    method: Literal["multiverse.grid"]
    outcomes: Columns = Field(min_length=1)
    regressors: Columns = Field(min_length=1)
    optional: Columns = Field(default=(), max_length=14)
    effects: Annotated[
        tuple[tuple[Effect, ...], ...], BeforeValidator(_each_a_list), Field(min_length=1)
    ]
    covariance: Covariances = Field(default=CLUSTERED, min_length=1)
    confidence: float = Field(default=0.95, gt=0, lt=1)

    @model_validator(mode="after")
    def _each_column_once(self) -> GridOptions:
        named = (*self.outcomes, *self.regressors, *self.optional)
        repeated = sorted({name for name in named if named.count(name) > 1})
        if repeated:
            raise ValueError(
                f"named twice among outcomes, regressors and optional: {', '.join(repeated)}"
            )
        for what, listed in (("effects", self.effects), ("covariance", self.covariance)):
            if any(one in listed[:place] for place, one in enumerate(listed)):
                raise ValueError(f"`{what}` names a choice twice")
        if any(option.kind == "cr3" for option in self.covariance):
            raise ValueError("cr3 refits every cluster: use cluster in a grid")
        if self.n_specifications > _MOST:
            raise ValueError(
                f"the grid has {self.n_specifications:,} specifications, more than {_MOST:,}: "
                "name fewer choices"
            )
        return self

    @property
    def n_specifications(self) -> int:
        """Number of combinations."""
        n_choices = len(self.outcomes) * len(self.effects) * len(self.covariance)
        return n_choices << len(self.optional)

    @property
    def term(self) -> str:
        """The coefficient of interest."""
        return self.regressors[0]

    def roles(self) -> dict[str, tuple[str, ...]]:
        """Return the columns by the part they play; every row has a value in all of them."""
        roles = {
            "outcome": self.outcomes,
            "regressors": (*self.regressors, *self.optional),
        }
        return roles | coordinate_role(self.covariance)

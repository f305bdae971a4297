"""Settings that say which cases there are and how their variables become sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from analysis.study.names import suggestion
from analysis.study.options.base import Column, Columns, ModelOptions, Settings

MAX_CONDITIONS = 20
_N_ANCHORS, _N_BELL = 3, 6
Kind = Literal["percentiles", "values", "bell", "crisp", "indirect", "none"]
_KINDS: tuple[Kind, ...] = ("percentiles", "values", "bell", "crisp", "indirect")


def _of_three(value: object) -> object:
    if isinstance(value, list | tuple) and len(value) != _N_ANCHORS:
        raise ValueError(f"three anchors are needed: full-out, crossover, full-in; got {value}")
    return value


Three = Annotated[tuple[float, float, float], BeforeValidator(_of_three)]
Six = tuple[float, float, float, float, float, float]
Cases = Annotated[
    Literal["pooled", "mean"] | int,
    BeforeValidator(lambda v: int(v) if isinstance(v, str) and v.isdecimal() else v),
]


def _is_ordered(points: Three) -> bool:
    low, middle, high = points
    return low < middle < high or low > middle > high


def _listed(points: tuple[float, ...]) -> str:
    return ", ".join(f"{point:g}" for point in points)


class SetAnchors(Settings):
    """How one variable becomes a set; without any key it holds memberships already.

    In a study file three numbers stand for `values`, six for `bell`, one for `crisp`, and
    `none` for memberships.

    Attributes
    ----------
    percentiles
        Percentiles of full-out, crossover and full-in; falling ones make a decreasing set.
    values
        The same three anchors as numbers, in the variable's unit.
    bell
        Six anchors of a set of middle values: out, cross, in, in, cross, out.
    crisp
        The set is 1 from this value on and 0 below it.
    indirect
        Thresholds that divide the cases into groups of evenly rising membership, which a
        fractional logit smooths (Ragin's indirect method).
    """

    percentiles: Three | None = None
    values: Three | None = None
    bell: Six | None = None
    crisp: float | None = None
    indirect: tuple[float, ...] | None = Field(default=None, min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: object) -> object:
        if value is None or value == "none":
            return {}
        if isinstance(value, list):
            return {"bell" if len(value) == _N_BELL else "values": value}
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"crisp": value}
        return value

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if len(self.model_fields_set) > 1:
            raise ValueError(f"give one of {', '.join(sorted(self.model_fields_set))}")
        for points in (self.percentiles, self.values):
            if points is not None and not _is_ordered(points):
                raise ValueError(
                    "anchors must run full-out, crossover, full-in in strictly rising or "
                    f"strictly falling order, got {_listed(points)}"
                )
        if self.percentiles is not None and not all(0 <= p <= 100 for p in self.percentiles):
            raise ValueError(f"percentiles lie in 0 to 100, got {_listed(self.percentiles)}")
        return self

    @property
    def kind(self) -> Kind:
        """Which key was given; ``none`` for memberships."""
        return next((kind for kind in _KINDS if getattr(self, kind) is not None), "none")


class AnchorsOption(Settings):
    """How the variables become sets.

    In a study file `percentiles` is for all variables, a variable's name for that one alone,
    and ``none`` says that all columns hold memberships already.

    Attributes
    ----------
    percentiles
        Percentiles of full-out, crossover and full-in of every variable that is not named;
        None: those hold memberships.
    sets
        Variables with anchors of their own.
    """

    percentiles: Three | None = None
    sets: dict[str, SetAnchors] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _names_beside_percentiles(cls, value: object) -> object:
        if value is None or value == "none":
            return {}
        if not isinstance(value, Mapping):
            return value
        given: dict[str, Any] = {str(key): inner for key, inner in value.items()}
        common = given.pop("percentiles", None)
        named = given.pop("sets", {})
        return {"percentiles": common, "sets": {**named, **given}}

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.percentiles is not None:
            SetAnchors(percentiles=self.percentiles)
        return self

    def of(self, name: str) -> SetAnchors:
        """Return the anchors of one variable."""
        return self.sets.get(name) or SetAnchors(percentiles=self.percentiles)


class CalibratedOptions(ModelOptions):
    """An outcome and conditions as sets of cases.

    Attributes
    ----------
    outcome
        A column of the panel; a tilde before it studies its negation.
    conditions
        Columns, at most twenty.
    cases
        ``pooled``: every entity in every period; ``mean``: one case per entity, its mean over
        the periods; a period: its entities alone.
    anchors
        How columns become sets.
    log_odds
        Log-odds of membership at the outer anchors: 3 as fsQCA (0.953 and 0.047), 2.944 as
        R's QCA (0.95 and 0.05).
    snap
        Memberships nearer than this to 0 or 1 become 0 or 1: 0.0001 as R's QCA; none by default.
    """

    outcome: Column
    conditions: Columns = Field(min_length=1)
    cases: Cases = "pooled"
    anchors: AnchorsOption = AnchorsOption(percentiles=(5, 50, 95))
    log_odds: float = Field(default=3.0, gt=0, allow_inf_nan=False)
    snap: float = Field(default=0.0, ge=0, lt=0.5)

    @model_validator(mode="after")
    def _sets_are_sound(self) -> Self:
        twice = sorted(name for name, count in Counter(self.conditions).items() if count > 1)
        if twice:
            raise ValueError(f"a condition is named twice: {', '.join(twice)}")
        if self.variable in self.conditions:
            raise ValueError(f"the outcome `{self.variable}` is among the conditions")
        if len(self.conditions) > MAX_CONDITIONS:
            raise ValueError(
                f"{len(self.conditions)} conditions have 2^{len(self.conditions)} "
                f"configurations; choose at most {MAX_CONDITIONS}"
            )
        signed = [name for name in self.conditions if any(sign in name for sign in "~*+")]
        if signed:
            raise ValueError(f"`{signed[0]}` is no name of a condition: ~, * and + are signs")
        for name in self.anchors.sets:
            if name not in self.variables:
                raise ValueError(
                    f"anchors are given for `{name}`, which is neither a condition nor the "
                    f"outcome ({suggestion(name, self.variables)})"
                )
        return self

    @property
    def variable(self) -> str:
        """The column of the outcome, without a tilde."""
        return self.outcome.removeprefix("~").strip()

    @property
    def is_negated(self) -> bool:
        """Whether the negation of the outcome is studied."""
        return self.outcome.startswith("~")

    @property
    def variables(self) -> tuple[str, ...]:
        """Columns of the conditions and, last, of the outcome."""
        return (*self.conditions, self.variable)

    @property
    def outcome_name(self) -> str:
        """The outcome as results name it, with its tilde."""
        return f"~{self.variable}" if self.is_negated else self.variable

    def roles(self) -> dict[str, tuple[str, ...]]:
        """Return outcome and conditions."""
        return {"outcome": (self.variable,), "conditions": self.conditions}


class SetOptions(CalibratedOptions):
    """Sets for configurations: where a membership of one half is no row of a truth table.

    Attributes
    ----------
    half
        Where memberships of exactly one half go: ``up`` to 0.501, as the paper does, ``down``
        to 0.499, or ``keep`` (the case is then in no row of the truth table).
    """

    half: Literal["up", "down", "keep"] = "up"

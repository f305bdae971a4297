"""Settings of qualitative comparative analysis."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from analysis.study.names import suggestion
from analysis.study.options.base import Settings
from analysis.study.options.calibration import SetAnchors, SetOptions, Three

Share = Annotated[float, Field(ge=0, le=1)]
Shares = Annotated[
    tuple[Share, ...], BeforeValidator(lambda v: (v,) if isinstance(v, int | float) else v)
]
Counts = Annotated[
    tuple[Annotated[int, Field(ge=1)], ...],
    BeforeValidator(lambda v: (v,) if isinstance(v, int) else v),
]
Expressions = Annotated[
    tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)
]
_SIGNS = re.compile(r"[*+]")


class CalibrationOptions(SetOptions):
    """Anchors and memberships alone (qca.calibration): a table of calibration."""

    method: Literal["qca.calibration"]


class NecessitySearch(Settings):
    """Which joined conditions are reported as necessary, beside every single one.

    Attributes
    ----------
    order
        Most conditions in an expression; 1 searches none.
    join
        ``or``: disjunctions; ``and``: conjunctions; ``both``.
    consistency, coverage, relevance
        Cutoffs that an expression must reach, all three.
    """

    order: int = Field(default=3, ge=1, le=6)
    join: Literal["or", "and", "both"] = "both"
    consistency: Share = 0.9
    coverage: Share = 0.5
    relevance: Share = 0.5


class NecessityOptions(SetOptions):
    """Tests of necessity alone (qca.necessity): a table of necessary conditions.

    Attributes
    ----------
    search
        Disjunctions and conjunctions that are reported if they pass.
    """

    method: Literal["qca.necessity"]
    search: NecessitySearch = NecessitySearch()


class RobustnessGrid(Settings):
    """Other choices under which the solution is found again; all are crossed.

    The choice of the study itself comes first and need not be repeated.

    Attributes
    ----------
    percentiles
        Anchors of the variables that take the common percentiles.
    half
        Rules for memberships of exactly one half.
    frequency, consistency, pri
        Cutoffs.
    solution
        Which solution is followed.
    """

    percentiles: tuple[Three, ...] = ()
    half: tuple[Literal["up", "down", "keep"], ...] = ()
    frequency: Counts = ()
    consistency: Shares = ()
    pri: Shares = ()
    solution: Literal["conservative", "intermediate", "parsimonious"] = "intermediate"

    @field_validator("percentiles", mode="after")
    @classmethod
    def _are_anchors(cls, value: tuple[Three, ...]) -> tuple[Three, ...]:
        for points in value:
            SetAnchors(percentiles=points)
        return value


class FuzzyOptions(SetOptions):
    """Fuzzy-set QCA (qca.fuzzy): necessity, truth table, solutions, roles, robustness.

    Attributes
    ----------
    frequency, consistency, pri
        Least cases, raw consistency and PRI of a sufficient row.
    contradiction
        A lower consistency: rows between it and `consistency` are coded contradictions.
    expect
        Directional expectations: per condition ``present``, ``absent`` or ``either``; joint
        ones as ``gov1*~market1: present``.
    max_models
        Longest list of tied models per solution; more are counted and said.
    search
        Joined conditions that are reported if they pass as necessary.
    assumptions
        What happens to remainders assumed for the outcome and for its negation: ``report``
        lists them, ``bar`` bars them (enhanced standard analysis), ``none`` does not look.
    necessary
        Expressions claimed necessary; with ``bar``, remainders without them are barred.
    impossible
        Expressions that no case can satisfy; such remainders are barred always.
    robustness
        Other choices under which the solution is found again.
    label
        What configurations are called, before their number: ``H`` makes H1, H2 …
    compare
        Configurations printed elsewhere, by the column they stand in: measured on our cases
        beside our own solution.
    """

    takes_expectations: ClassVar[bool] = True

    method: Literal["qca.fuzzy"]
    frequency: int = Field(default=1, ge=1)
    consistency: Share = 0.8
    pri: Share = 0.7
    contradiction: Share | None = None
    max_models: int = Field(default=1000, ge=1)
    search: NecessitySearch = NecessitySearch()
    assumptions: Literal["report", "bar", "none"] = "report"
    necessary: Expressions = ()
    impossible: Expressions = ()
    robustness: RobustnessGrid | None = None
    label: str = Field(default="C", min_length=1)
    compare: dict[str, str] = Field(default_factory=dict)

    @field_validator("label")
    @classmethod
    def _label_leaves_room(cls, value: str) -> str:
        if any(letter.isdecimal() for letter in value):
            raise ValueError(f"`label` stands before a number and holds none; got `{value}`")
        return value

    @model_validator(mode="after")
    def _expressions_are_of_conditions(self) -> Self:
        if self.contradiction is not None and self.contradiction >= self.consistency:
            raise ValueError(
                f"the contradiction cutoff {self.contradiction:g} must be below the "
                f"consistency cutoff {self.consistency:g}"
            )
        stated = {"an expectation": tuple(self.expectations), "`necessary`": self.necessary}
        stated |= {"`impossible`": self.impossible, "`compare`": tuple(self.compare.values())}
        for what, expressions in stated.items():
            for expression in expressions:
                self._check(expression, what)
        for expression, direction in self.expectations.items():
            if _is_joint(expression) and direction != "present":
                raise ValueError(
                    f"the joint expectation `{expression}` is stated as `present`, with ~ before "
                    f"a condition that is to be absent; got `{direction}`"
                )
        return self

    def _check(self, expression: str, what: str) -> None:
        for part in _SIGNS.split(expression):
            name = part.strip().removeprefix("~").strip()
            if name not in self.conditions:
                raise ValueError(
                    f"{what} names `{name}`, which is not a condition "
                    f"({suggestion(name, self.conditions)})"
                )

    @property
    def expectations(self) -> dict[str, str]:
        """Every directional expectation."""
        return dict(self.expect) if isinstance(self.expect, dict) else {}

    @property
    def simple_expectations(self) -> dict[str, str]:
        """Expectations about single conditions."""
        return {key: value for key, value in self.expectations.items() if not _is_joint(key)}

    @property
    def joint_expectations(self) -> tuple[str, ...]:
        """Expectations about conditions jointly."""
        return tuple(key for key in self.expectations if _is_joint(key))

    def prints(self, column_no: str) -> bool:
        """Whether a printed column is this model's: its solution, or one of its configurations."""
        if self.column is None or column_no in (self.column, "all"):
            return True
        return re.fullmatch(rf"{re.escape(self.label)}\d+", column_no) is not None


def _is_joint(expression: str) -> bool:
    return "*" in expression or expression.strip().startswith("~")

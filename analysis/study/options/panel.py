"""Settings of the linear panel models."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from analysis.study.options.base import Column, Columns, EquationOptions, ModelOptions, Text
from analysis.study.options.covariance import (
    CLUSTERED,
    CovarianceOption,
    Covariances,
    Effect,
    Effects,
    coordinate_role,
)
from analysis.study.options.inference import InferenceSettings

Test = Literal[
    "poolability_f",
    "time_effects_f",
    "breusch_pagan_lm",
    "hausman",
    "hausman_robust",
    "pesaran_cd",
    "wooldridge_serial",
    "wooldridge_within",
    "modified_wald",
]
PooledTest = Literal["breusch_pagan_lm", "pesaran_cd", "wooldridge_serial"]
__all__ = ["CovarianceOption", "Covariances", "Effect", "Effects"]

R2 = Literal["r2_within", "r2_between", "r2_overall", "r2_lsdv", "r2_adjusted", "r2_within_xtreg"]

_F_TESTS = ("poolability_f", "time_effects_f")


class LinearPanelOptions(EquationOptions):
    """What the three linear panel models share.

    Attributes
    ----------
    covariance
        One kind of standard error or several; the first is the headline.
    published_r2
        Which R2 stands beside a published one that does not say which it is.
    """

    covariance: Covariances = Field(default=CLUSTERED, min_length=1)
    published_r2: R2 | None = None

    @property
    @abstractmethod
    def chosen_tests(self) -> tuple[Test, ...]:
        """The specification tests to report."""

    def roles(self) -> dict[str, tuple[str, ...]]:
        """Return outcome, regressors and, for Conley errors, coordinates."""
        return super().roles() | coordinate_role(self.covariance)


class LeastSquaresOptions(LinearPanelOptions, InferenceSettings):
    """Least squares, pooled or with effects absorbed: inference on one coefficient beside it."""

    @model_validator(mode="after")
    def _term_is_a_regressor(self) -> LeastSquaresOptions:
        if self.term is not None and self.term not in self.regressors:
            raise ValueError(
                f"`term: {self.term}` is no regressor; there are: {', '.join(self.regressors)}"
            )
        return self

    @property
    def focus(self) -> str:
        """The regressor whose coefficient is examined."""
        return self.term or self.regressors[0]

    def groups_used(self) -> tuple[str, ...]:
        """Return the samples that serve as groups of entities."""
        return self.groups_of_entities


class PooledOptions(LeastSquaresOptions):
    """Pooled least squares (panel.pooled).

    Attributes
    ----------
    tests
        ``breusch_pagan_lm``: are there entity effects that pooling leaves in the error?
        ``pesaran_cd`` and ``wooldridge_serial``: are the errors related across entities, over
        time?
    """

    method: Literal["panel.pooled"]
    tests: tuple[PooledTest, ...] = ("breusch_pagan_lm",)

    @property
    def chosen_tests(self) -> tuple[Test, ...]:
        """The specification tests to report."""
        return self.tests


class EffectsOptions(LinearPanelOptions):
    """A model with effects, fixed or random.

    Attributes
    ----------
    effects
        ``entity``, ``time`` or both.
    tests
        Specification tests; by default those that suit the effects.
    mundlak
        Report random effects with the entity means of the regressors added, as part `mundlak`.
    """

    # Effects that a test is about, and so must be in the model.
    needed_effect: ClassVar[dict[Test, Effect | None]] = {}

    effects: Effects = Field(min_length=1)
    tests: tuple[Test, ...] | None = None
    mundlak: bool = False

    @model_validator(mode="after")
    def _tests_suit(self) -> EffectsOptions:
        for name in self.tests or ():
            if name not in self.needed_effect:
                known = ", ".join(self.needed_effect)
                raise ValueError(f"`{name}` is no test of {self.method}; there are: {known}")
            needed = self.needed_effect[name]
            if needed is not None and needed not in self.effects:
                raise ValueError(f"`{name}` needs {needed} among the effects")
        return self

    @property
    def chosen_tests(self) -> tuple[Test, ...]:
        """The specification tests to report."""
        if self.tests is not None:
            return self.tests
        suited = self.needed_effect.items()
        return tuple(name for name, effect in suited if effect in self.effects)

    @model_validator(mode="after")
    def _means_need_entities(self) -> EffectsOptions:
        if self.mundlak and "entity" not in self.effects:
            raise ValueError("`mundlak` needs entity among the effects")
        return self


class RandomOptions(EffectsOptions):
    """Random effects (panel.random).

    Attributes
    ----------
    effects
        Which effects are random.
    components
        Estimator of the variance components.
    tests
        ``breusch_pagan_lm`` against pooling, ``hausman`` and its cluster-robust (Mundlak)
        form ``hausman_robust`` against fixed effects.
    """

    needed_effect: ClassVar[dict[Test, Effect | None]] = {
        "breusch_pagan_lm": "entity",
        "hausman": "entity",
        "hausman_robust": "entity",
        "pesaran_cd": None,
    }

    method: Literal["panel.random"]
    effects: Effects = Field(default=("entity",), min_length=1)
    components: Literal["swamy_arora", "amemiya", "wallace_hussain", "nerlove"] = "swamy_arora"


class WithinOptions(EffectsOptions, LeastSquaresOptions):
    """Fixed effects (panel.within).

    Attributes
    ----------
    effects
        Which effects are absorbed.
    tests
        ``poolability_f`` and ``time_effects_f``: are the absorbed effects zero (both by
        default); ``hausman`` and ``hausman_robust``: against random effects; ``pesaran_cd``:
        errors related across entities; ``wooldridge_serial`` and, in short balanced panels,
        ``wooldridge_within``: over time; ``modified_wald``: of unequal variance.
    """

    needed_effect: ClassVar[dict[Test, Effect | None]] = {
        "poolability_f": "entity",
        "time_effects_f": "time",
        "hausman": "entity",
        "hausman_robust": "entity",
        "pesaran_cd": None,
        "wooldridge_serial": None,
        "wooldridge_within": "entity",
        "modified_wald": "entity",
    }

    method: Literal["panel.within"]

    @property
    def chosen_tests(self) -> tuple[Test, ...]:
        """The specification tests to report."""
        chosen = super().chosen_tests
        return chosen if self.tests is not None else tuple(t for t in chosen if t in _F_TESTS)


class GroupsOptions(ModelOptions):
    """One coefficient in several groups of entities, and whether it differs (panel.groups).

    Attributes
    ----------
    outcome, regressors
        Columns of the panel.
    groups
        Samples of the study, each a group of whole entities; no entity in two of them.
    term
        The regressor whose coefficient is compared; the first by default.
    effects
        Which effects are absorbed; an empty list for none.
    permutations
        Number of reassignments of entities to groups; 0 for none.
    confidence
        Coverage of the intervals.
    """

    method: Literal["panel.groups"]
    outcome: Column
    regressors: Columns = Field(min_length=1)
    groups: tuple[Text, ...]
    term: Column | None = None
    effects: Effects = ("entity", "time")
    permutations: int = Field(default=999, ge=0)
    confidence: float = Field(default=0.95, gt=0, lt=1)

    @model_validator(mode="after")
    def _fits_together(self) -> GroupsOptions:
        if self.term is not None and self.term not in self.regressors:
            raise ValueError(
                f"`term: {self.term}` is no regressor; there are: {', '.join(self.regressors)}"
            )
        if len(self.groups) < 2:
            raise ValueError("`groups` needs two samples or more: there is nothing to compare")
        if len(set(self.groups)) < len(self.groups):
            raise ValueError(f"`groups` names one twice: {', '.join(self.groups)}")
        if 0 < self.permutations < 99:
            raise ValueError("`permutations` below 99 say nothing about p; 0 leaves them out")
        return self

    @property
    def focus(self) -> str:
        """The regressor whose coefficient is compared."""
        return self.term or self.regressors[0]

    def groups_used(self) -> tuple[str, ...]:
        """Return the samples that serve as groups of entities."""
        return self.groups

    def roles(self) -> dict[str, tuple[str, ...]]:
        """Return outcome and regressors."""
        return {"outcome": (self.outcome,), "regressors": self.regressors}

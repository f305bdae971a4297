"""Settings of the linear panel models."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from analysis.study.options.base import Column, Columns, ModelOptions
from analysis.study.options.covariance import (
    CLUSTERED,
    CovarianceOption,
    Covariances,
    Effect,
    Effects,
    coordinate_role,
)

Test = Literal["poolability_f", "time_effects_f", "breusch_pagan_lm", "hausman", "hausman_robust"]
__all__ = ["CovarianceOption", "Covariances", "Effect", "Effects"]

R2 = Literal["r2_within", "r2_between", "r2_overall", "r2_lsdv", "r2_adjusted", "r2_within_xtreg"]

_F_TESTS = ("poolability_f", "time_effects_f")


class LinearPanelOptions(ModelOptions):
    """What the three linear panel models share.

    Attributes
    ----------
    outcome, regressors
        Columns of the panel.
    covariance
        One kind of standard error or several; the first is the headline.
    confidence
        Coverage of the intervals.
    published_r2
        Which R2 stands beside a published one that does not say which it is.
    """

    outcome: Column
    regressors: Columns = Field(min_length=1)
    covariance: Covariances = Field(default=CLUSTERED, min_length=1)
    confidence: float = Field(default=0.95, gt=0, lt=1)
    published_r2: R2 | None = None

    @field_validator("regressors")
    @classmethod
    def _no_repetition(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        repeated = sorted({name for name in value if value.count(name) > 1})
        if repeated:
            raise ValueError(f"named twice: {', '.join(repeated)}")
        return value

    @model_validator(mode="after")
    def _outcome_apart(self) -> LinearPanelOptions:
        if self.outcome in self.regressors:
            raise ValueError(f"`{self.outcome}` is the outcome and a regressor")
        return self

    @property
    @abstractmethod
    def chosen_tests(self) -> tuple[Test, ...]:
        """The specification tests to report."""

    def roles(self) -> dict[str, tuple[str, ...]]:
        """Return outcome, regressors and, for Conley errors, coordinates."""
        roles = {"outcome": (self.outcome,), "regressors": self.regressors}
        return roles | coordinate_role(self.covariance)


class PooledOptions(LinearPanelOptions):
    """Pooled least squares (panel.pooled).

    Attributes
    ----------
    tests
        ``breusch_pagan_lm``: are there entity effects that pooling leaves in the error?
    """

    method: Literal["panel.pooled"]
    tests: tuple[Literal["breusch_pagan_lm"], ...] = ("breusch_pagan_lm",)

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
    """

    # Effects that a test is about, and so must be in the model.
    needed_effect: ClassVar[dict[Test, Effect]] = {}

    effects: Effects = Field(min_length=1)
    tests: tuple[Test, ...] | None = None

    @model_validator(mode="after")
    def _tests_suit(self) -> EffectsOptions:
        for name in self.tests or ():
            if name not in self.needed_effect:
                known = ", ".join(self.needed_effect)
                raise ValueError(f"`{name}` is no test of {self.method}; there are: {known}")
            if self.needed_effect[name] not in self.effects:
                raise ValueError(f"`{name}` needs {self.needed_effect[name]} among the effects")
        return self

    @property
    def chosen_tests(self) -> tuple[Test, ...]:
        """The specification tests to report."""
        if self.tests is not None:
            return self.tests
        suited = self.needed_effect.items()
        return tuple(name for name, effect in suited if effect in self.effects)


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

    needed_effect: ClassVar[dict[Test, Effect]] = {
        "breusch_pagan_lm": "entity",
        "hausman": "entity",
        "hausman_robust": "entity",
    }

    method: Literal["panel.random"]
    effects: Effects = Field(default=("entity",), min_length=1)
    components: Literal["swamy_arora", "amemiya", "wallace_hussain", "nerlove"] = "swamy_arora"


class WithinOptions(EffectsOptions):
    """Fixed effects (panel.within).

    Attributes
    ----------
    effects
        Which effects are absorbed.
    tests
        ``poolability_f`` and ``time_effects_f``: are the absorbed effects zero (both by
        default); ``hausman`` and ``hausman_robust``: against random effects.
    """

    needed_effect: ClassVar[dict[Test, Effect]] = {
        "poolability_f": "entity",
        "time_effects_f": "time",
        "hausman": "entity",
        "hausman_robust": "entity",
    }

    method: Literal["panel.within"]

    @property
    def chosen_tests(self) -> tuple[Test, ...]:
        """The specification tests to report."""
        chosen = super().chosen_tests
        return chosen if self.tests is not None else tuple(t for t in chosen if t in _F_TESTS)

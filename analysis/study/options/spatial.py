"""Settings of the spatial methods: autocorrelation, and spatial panel models."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from analysis.study.options.base import (
    Column,
    Columns,
    EquationOptions,
    ModelOptions,
    Settings,
    Text,
    no_repetition,
)
from analysis.study.options.covariance import Effects, ErrorOption, listed

TestGroup = Literal["lm", "nested", "effects", "hausman", "joint", "probabilities"]
# Those of any model but the Durbin model.
PlainTestGroup = Literal["lm", "effects", "hausman", "joint", "probabilities"]

_BOTH: Effects = ("entity", "time")
_LINEAR: tuple[TestGroup, ...] = ("lm", "effects", "joint")


class Regression(Settings):
    """A linear panel model whose residuals are asked about.

    Attributes
    ----------
    outcome, regressors
        Columns of the panel.
    effects
        Fixed effects that are taken out.
    """

    outcome: Column
    regressors: Columns = Field(min_length=1)
    effects: Effects = _BOTH


class MoranOptions(ModelOptions):
    """Moran's I of every period, or of residuals (spatial.moran).

    Attributes
    ----------
    variable
        Column of the panel; or `residuals`.
    residuals
        A regression: one I over all its residuals, with moments that know the regressors.
    weights
        Name of spatial weights of the study.
    variance
        The assumption behind variance, z and p: ``randomisation`` or ``normality``.
    permutations
        Permutations of the entities, shared by all periods; 0 for none.
    local_permutations
        Permutations of the others for each entity's local I; 0: normal approximation.
    level
        Up to which adjusted p an entity is called part of a cluster.
    """

    method: Literal["spatial.moran"]
    variable: Column | None = None
    residuals: Regression | None = None
    weights: Text
    variance: Literal["randomisation", "normality"] = "randomisation"
    permutations: int = Field(default=9999, ge=0)
    local_permutations: int = Field(default=999, ge=0)
    level: float = Field(default=0.05, gt=0, lt=1)

    @model_validator(mode="after")
    def _one_question(self) -> MoranOptions:
        if (self.variable is None) == (self.residuals is None):
            raise ValueError("give either `variable`, a column, or `residuals`, a regression")
        return self

    def roles(self) -> dict[str, tuple[str, ...]]:
        """Return the variable, or outcome and regressors."""
        if self.residuals is None:
            return {"variable": (str(self.variable),)}
        return {"outcome": (self.residuals.outcome,), "regressors": self.residuals.regressors}

    def weights_used(self) -> tuple[str, ...]:
        """Return the name of the weights."""
        return (self.weights,)


class SpatialCovariance(ErrorOption):
    """Which standard errors of a spatial model.

    Attributes
    ----------
    kind
        ``conventional`` (information matrix), robust ``hc0`` and ``hc1``, ``cluster``,
        ``driscoll_kraay``.
    """

    kind: Literal["conventional", "hc0", "hc1", "cluster", "driscoll_kraay"]


Covariances = Annotated[
    tuple[SpatialCovariance, ...],
    BeforeValidator(listed),
    AfterValidator(no_repetition),
]


class SpatialPanelOptions(EquationOptions):
    """What the spatial panel models share.

    Attributes
    ----------
    weights
        Name of spatial weights of the study; a list makes one model for each.
    effects
        Fixed effects; an empty list for none. By default both, with `random` those of periods.
    random
        Random effects of entities, in place of fixed ones; where the error has a spatial lag,
        filtered like it (Kapoor, Kelejian and Prucha: splm's ``spatial.error = "kkp"``).
    dynamic
        The outcome of the period before, and that of the neighbours, among the regressors.
    bias
        What is done about incidental parameters: ``transform`` fixed effects away (default),
        ``correct`` the estimates for the bias of maximum likelihood (default of random effects and
        dynamic models; period effects are transformed away first) or ``none``; a list makes one
        model for each.
    effects_bias
        What is done about the leading bias of effects, which 1 / (1 - rho) and the estimates have:
        ``correct`` takes it off (default of spatial.sac, unless `bias` leaves dummies in), ``none``
        reports effects at the estimates, as other programs do (default of all others).
    lagged
        Regressors that enter with their spatial lag too; by default all.
    covariance
        One kind of standard error or several; the first is the headline.
    draws
        Draws behind the standard errors of effects; 0: delta method alone.
    orders
        Up to which order of neighbours effects are split; 0: not at all.
    tests
        Groups of tests: ``lm`` (before the model), ``nested`` (against lag and error model),
        ``effects``, ``hausman``, ``joint``, ``probabilities`` (of the five models).
    determinant
        How ln|I - rho W| is computed; by default as the size asks.
    """

    takes_lags: ClassVar[bool] = False
    takes_random: ClassVar[bool] = False
    takes_dynamic: ClassVar[bool] = False
    usual_tests: ClassVar[tuple[TestGroup, ...]] = _LINEAR

    weights: Text
    effects: Effects = _BOTH
    random: bool = False
    dynamic: bool = False
    bias: Literal["transform", "correct", "none"] | None = None
    effects_bias: Literal["correct", "none"] | None = None
    lagged: Columns | None = None
    covariance: Covariances = Field(default=(SpatialCovariance(kind="conventional"),), min_length=1)
    draws: int = Field(default=1000, ge=0)
    orders: int = Field(default=4, ge=0, le=50)
    tests: tuple[TestGroup, ...] | None = None
    determinant: Literal["auto", "eigen", "lu", "chebyshev"] = "auto"

    @model_validator(mode="before")
    @classmethod
    def _random_ones_take_the_place_of_entities(cls, value: object) -> object:
        if isinstance(value, dict) and value.get("random") is True and "effects" not in value:
            return {**value, "effects": ("time",)}
        return value

    @classmethod
    def keys_not_taken(cls) -> frozenset[str]:
        """Return lags, random effects and the past, where the model does not know them."""
        takes = {
            "lagged": cls.takes_lags,
            "random": cls.takes_random,
            "dynamic": cls.takes_dynamic,
        }
        return frozenset(name for name, is_taken in takes.items() if not is_taken)

    @model_validator(mode="after")
    def _settings_fit_model(self) -> SpatialPanelOptions:
        for name in sorted(self.keys_not_taken()):
            if getattr(self, name) not in (None, False):
                raise ValueError(f"`{name}` does not belong to {self.method}")
        if self.lagged == ():
            raise ValueError(
                "`lagged` names no regressor: leave it out to lag all, or use spatial.sar or "
                "spatial.sem, which lag none"
            )
        odd = [name for name in self.lagged or () if name not in self.regressors]
        if odd:
            raise ValueError(f"`lagged` names {odd[0]}, which is no regressor")
        self._check_effects()
        self._check_tests()
        return self

    def _check_effects(self) -> None:
        if self.random and "entity" in self.effects:
            raise ValueError(
                "`random: true` takes the place of `entity` among the effects: write "
                "`effects: [time]`, or `effects: []` for none"
            )
        if self.random and self.dynamic:
            raise ValueError("dynamic models take fixed effects, not `random`")
        if self.dynamic and self.bias == "transform":
            raise ValueError(
                "dynamic models are estimated with `bias: correct` (the default) or `none`"
            )
        if self.random and not self.effects and self.bias == "transform":
            raise ValueError(
                "random effects without period effects are estimated with `bias: correct` (the "
                "default) or `none`"
            )
        self._check_effects_bias()
        if 0 < self.draws < 2:
            raise ValueError("`draws` is 0 or at least 2")

    def _check_effects_bias(self) -> None:
        if self.effects_bias != "correct":
            return
        if self.dynamic:
            raise ValueError("`effects_bias: correct` is about static models, not `dynamic`")
        has_dummies = self.bias == "none" or (self.bias == "correct" and not self.random)
        if self.effects and has_dummies:
            raise ValueError(
                "`effects_bias: correct` needs fixed effects that are transformed away: leave out "
                f"`bias: {self.bias}`, or write `effects_bias: none`"
            )

    def _check_tests(self) -> None:
        chosen = self.tests or ()
        wanted = [name for name in chosen if name in ("hausman", "probabilities", "effects")]
        if self.dynamic and ("nested" in chosen or wanted):
            raise ValueError(f"`{(*wanted, 'nested')[0]}` is about static models, not `dynamic`")
        if self.random and wanted:
            raise ValueError(f"`{wanted[0]}` is about models with fixed effects, not `random`")
        if "hausman" in chosen and "entity" not in self.effects:
            raise ValueError("`hausman` needs `entity` among the effects")

    @property
    def chosen_tests(self) -> tuple[TestGroup, ...]:
        """The groups of tests to report."""
        if self.tests is not None:
            return self.tests
        if self.dynamic or self.random:
            return ("joint",)
        return self.usual_tests

    def weights_used(self) -> tuple[str, ...]:
        """Return the name of the weights."""
        return (self.weights,)


class PlainOptions(SpatialPanelOptions):
    """What all spatial panel models but the Durbin model share.

    Attributes
    ----------
    tests
        Groups of tests: ``lm`` (before the model), ``effects``, ``hausman``, ``joint``,
        ``probabilities`` (of the five models).
    """

    tests: tuple[PlainTestGroup, ...] | None = None

    @field_validator("tests", mode="before")
    @classmethod
    def _nested_is_of_durbin(cls, value: object) -> object:
        if value == "nested" or (isinstance(value, list | tuple) and "nested" in value):
            raise ValueError("`nested` tests a Durbin model: it belongs to spatial.durbin")
        return value


class SlxOptions(PlainOptions):
    """Spatial lags of the regressors (spatial.slx)."""

    takes_lags: ClassVar[bool] = True

    method: Literal["spatial.slx"]


class SarOptions(PlainOptions):
    """Spatial lag of the outcome (spatial.sar)."""

    takes_random: ClassVar[bool] = True
    takes_dynamic: ClassVar[bool] = True

    method: Literal["spatial.sar"]


class SemOptions(PlainOptions):
    """Spatial lag of the error (spatial.sem)."""

    takes_random: ClassVar[bool] = True

    method: Literal["spatial.sem"]


class DurbinOptions(SpatialPanelOptions):
    """Spatial lags of outcome and regressors (spatial.durbin)."""

    takes_lags: ClassVar[bool] = True
    takes_random: ClassVar[bool] = True
    takes_dynamic: ClassVar[bool] = True
    usual_tests: ClassVar[tuple[TestGroup, ...]] = (
        "lm",
        "nested",
        "effects",
        "hausman",
        "joint",
        "probabilities",
    )

    method: Literal["spatial.durbin"]


class SdemOptions(PlainOptions):
    """Spatial lags of error and regressors (spatial.sdem)."""

    takes_lags: ClassVar[bool] = True

    method: Literal["spatial.sdem"]


class SacOptions(PlainOptions):
    """Spatial lags of outcome and error (spatial.sac)."""

    method: Literal["spatial.sac"]

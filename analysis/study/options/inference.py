"""Settings of inference beyond standard errors: bootstrap, randomisation, influence."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from analysis.study.options.base import Column, Settings, Text, no_repetition
from analysis.study.options.covariance import Effect, Effects

Weights = Literal["rademacher", "webb"]


class WildBootstrap(Settings):
    """The restricted wild cluster bootstrap of one coefficient.

    Attributes
    ----------
    draws
        Number of draws; all sign patterns are enumerated where they are fewer.
    weights
        ``rademacher`` signs, six ``webb`` points, or both.
    null
        Hypothesised coefficient.
    by
        Clusters.
    """

    draws: int = Field(default=9999, ge=99)
    weights: Annotated[
        tuple[Weights, ...],
        BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
        AfterValidator(no_repetition),
    ] = Field(default=("rademacher",), min_length=1)
    null: float = 0.0
    by: Effect = "entity"

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: object) -> object:
        return _short("draws", value)


class Randomisation(Settings):
    """Randomisation inference: whole regional paths of the regressor dealt out anew.

    Attributes
    ----------
    draws
        Number of reassignments.
    statistic
        Which statistic is compared: clustered ``t``, or the ``coefficient``.
    within
        Samples of the study, each a group of entities; paths move only inside them.
    """

    draws: int = Field(default=999, ge=99)
    statistic: Literal["t", "coefficient"] = "t"
    within: tuple[Text, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: object) -> object:
        return _short("draws", value)


class InferenceSettings(Settings):
    """What a least-squares model reports about one coefficient beside its standard errors.

    Attributes
    ----------
    term
        The regressor that all of this is about; the first by default.
    wild_bootstrap, randomisation
        Settings, ``true`` for the defaults, or the number of draws.
    jackknife
        Leave out each ``entity``, each ``time`` or both, one after another.
    vif
        Variance inflation of each regressor, after the absorbed effects.
    influence
        For how many rows, the most influential first, leverage, studentised residual, Cook's
        distance and dfbeta are listed.
    """

    term: Column | None = None
    wild_bootstrap: WildBootstrap | None = None
    randomisation: Randomisation | None = None
    jackknife: Effects = ()
    vif: bool = False
    influence: int = Field(default=0, ge=0, le=1000)

    @property
    def groups_of_entities(self) -> tuple[str, ...]:
        """Names of the samples that the settings use as groups."""
        return () if self.randomisation is None else self.randomisation.within


def _short(key: str, value: object) -> object:
    if value is True:
        return {}
    if isinstance(value, int) and not isinstance(value, bool):
        return {key: value}
    return value

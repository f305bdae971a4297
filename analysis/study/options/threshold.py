"""Settings of panel thresholds."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from analysis.study.options.base import Column, Columns, ModelOptions
from analysis.study.options.covariance import CovarianceOption, Covariances, Effects

Convention = Literal["stata", "hansen", "hansen_1999"]
Alternatives = tuple[Literal["quadratic", "kink"], ...]

_CLUSTERED = (CovarianceOption(kind="cluster"),)


class ThresholdOptions(ModelOptions):
    """Slopes that change once a variable passes a threshold (threshold.hansen).

    Attributes
    ----------
    outcome
        Column of the panel.
    regime_dependent
        Regressors with a slope of their own in each regime.
    threshold_variable
        What decides the regime; may be one of the regressors or none of them.
    regressors
        Regressors with the same slope in all regimes.
    thresholds
        Largest number of thresholds; every smaller number is searched and tested too, the
        slopes reported are those of the largest.
    trim
        Share of the distinct values of the threshold variable left out at each end.
    grid
        Number of candidates, evenly spaced among the values left; by default all of them.
    bootstrap
        Draws per test; 0 for none.
    resampling
        ``entities``: residuals of whole entities are exchanged; ``wild``: each entity keeps
        its own and draws their sign, which also serves unbalanced panels.
    effects
        ``entity``, or ``[entity, time]``: year effects then take part in every step.
    covariance
        Of the slopes, thresholds taken as known; the first kind is the headline.
    confidence
        Coverage of the intervals and of the confidence sets.
    convention
        ``stata``: error variance rss / ((N - 1) T) as xthreg; ``hansen``: rss / (N (T - 1));
        ``hansen_1999``: as his own program, which also drops the last demeaned period, puts
        the threshold itself into the upper regime and tries 400 quantiles.
    min_rows, min_entities
        What each regime must contain at least.
    jackknife
        Whether everything is repeated without each entity.
    jackknife_bootstrap
        Draws per test of these repetitions; by default 0, no p-values.
    alternatives
        Other forms estimated beside: ``quadratic``, and ``kink`` with the test of continuity.
    """

    method: Literal["threshold.hansen"]
    outcome: Column
    regime_dependent: Columns = Field(min_length=1)
    threshold_variable: Column
    regressors: Columns = ()
    thresholds: int = Field(default=1, ge=1, le=3)
    trim: float = Field(default=0.01, ge=0, lt=0.5)
    grid: int | None = Field(default=None, ge=1)
    bootstrap: int = Field(default=300, ge=0)
    resampling: Literal["entities", "wild"] = "entities"
    effects: Effects = ("entity",)
    covariance: Covariances = Field(default=_CLUSTERED, min_length=1)
    confidence: float = Field(default=0.95, gt=0, lt=1)
    convention: Convention = "stata"
    min_rows: int = Field(default=10, ge=1)
    min_entities: int = Field(default=2, ge=1)
    jackknife: bool = False
    jackknife_bootstrap: int = Field(default=0, ge=0)
    alternatives: Alternatives = ()

    @model_validator(mode="after")
    def _columns_apart(self) -> ThresholdOptions:
        both = (*self.regime_dependent, *self.regressors)
        repeated = sorted({name for name in both if both.count(name) > 1})
        if repeated:
            raise ValueError(f"named twice among the regressors: {', '.join(repeated)}")
        if self.outcome in (*both, self.threshold_variable):
            raise ValueError(f"`{self.outcome}` is the outcome and explains it")
        return self

    @model_validator(mode="after")
    def _effects_of_entities(self) -> ThresholdOptions:
        if self.effects not in (("entity",), ("entity", "time")):
            raise ValueError("`effects` is `entity` or `[entity, time]`")
        return self

    @model_validator(mode="after")
    def _settings_fit_convention(self) -> ThresholdOptions:
        if self.alternatives and self.convention == "hansen_1999":
            raise ValueError("`alternatives` are compared under `stata` or `hansen` only")
        if self.jackknife_bootstrap and not self.jackknife:
            raise ValueError("`jackknife_bootstrap` needs `jackknife: true`")
        return self

    def roles(self) -> dict[str, tuple[str, ...]]:
        """Return outcome, regressors and threshold variable."""
        return {
            "outcome": (self.outcome,),
            "regime_dependent": self.regime_dependent,
            "threshold_variable": (self.threshold_variable,),
            "regressors": self.regressors,
        }

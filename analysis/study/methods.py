"""Which methods a study can name, and where their settings and adapters are.

A method is one line here, one options class and one adapter. Nothing is imported before a
study asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python

if TYPE_CHECKING:
    from analysis.study.options.base import ModelOptions


@dataclass(frozen=True, slots=True)
class Method:
    """A method that a study can name.

    Attributes
    ----------
    options
        Module and class of its settings.
    adapter
        Module that runs it: ``run(design, options, context) -> Records``.
    about
        The method in one line.
    """

    options: tuple[str, str]
    adapter: str
    about: str

    def options_class(self) -> type[ModelOptions]:
        """Import and return the class of the settings."""
        module, name = self.options
        found: type[ModelOptions] = getattr(import_module(module), name)
        return found

    def defaults(self) -> dict[str, Any]:
        """Return, as a run stores them, the settings that a study need not give."""
        fields = self.options_class().model_fields
        given = {
            name: field.get_default(call_default_factory=True)
            for name, field in fields.items()
            if not field.is_required()
        }
        return dict(to_jsonable_python(given))


_OPTIONS = "analysis.study.options"
_ADAPTERS = "analysis.pipeline.adapters"

METHODS: dict[str, Method] = {
    "describe.summary": Method(
        (f"{_OPTIONS}.describe", "SummaryOptions"),
        f"{_ADAPTERS}.describe",
        "count, mean, standard deviation, minimum and maximum of columns",
    ),
    "nca.ceiling": Method(
        (f"{_OPTIONS}.nca", "NcaOptions"),
        f"{_ADAPTERS}.nca",
        "necessary condition analysis: ceilings, effect sizes, bottlenecks",
    ),
    "qca.calibration": Method(
        (f"{_OPTIONS}.qca", "CalibrationOptions"),
        f"{_ADAPTERS}.qca",
        "variables as sets: anchors and memberships",
    ),
    "qca.fuzzy": Method(
        (f"{_OPTIONS}.qca", "FuzzyOptions"),
        f"{_ADAPTERS}.qca",
        "fuzzy-set QCA: truth table, solutions, core conditions, robustness",
    ),
    "qca.necessity": Method(
        (f"{_OPTIONS}.qca", "NecessityOptions"),
        f"{_ADAPTERS}.qca",
        "necessity of single and joined conditions",
    ),
    "panel.pooled": Method(
        (f"{_OPTIONS}.panel", "PooledOptions"),
        f"{_ADAPTERS}.panel",
        "pooled least squares",
    ),
    "panel.random": Method(
        (f"{_OPTIONS}.panel", "RandomOptions"),
        f"{_ADAPTERS}.panel",
        "random effects (Swamy-Arora and others)",
    ),
    "panel.within": Method(
        (f"{_OPTIONS}.panel", "WithinOptions"),
        f"{_ADAPTERS}.panel",
        "fixed effects of entities, periods or both",
    ),
    "panel.groups": Method(
        (f"{_OPTIONS}.panel", "GroupsOptions"),
        f"{_ADAPTERS}.panel_groups",
        "one coefficient by group of entities, and tests that it differs",
    ),
    "iv.two_stage": Method(
        (f"{_OPTIONS}.iv", "TwoStageOptions"),
        f"{_ADAPTERS}.iv",
        "two-stage least squares with every test of its instruments",
    ),
    "iv.liml": Method(
        (f"{_OPTIONS}.iv", "LimlOptions"),
        f"{_ADAPTERS}.iv",
        "limited-information maximum likelihood, or Fuller's",
    ),
    "iv.gmm": Method(
        (f"{_OPTIONS}.iv", "GmmOptions"),
        f"{_ADAPTERS}.iv",
        "two-step efficient GMM",
    ),
    "spatial.moran": Method(
        (f"{_OPTIONS}.spatial", "MoranOptions"),
        f"{_ADAPTERS}.spatial_moran",
        "Moran's I, Geary's C and local Moran by period, or of residuals",
    ),
    "spatial.slx": Method(
        (f"{_OPTIONS}.spatial", "SlxOptions"),
        f"{_ADAPTERS}.spatial_panel",
        "spatial lags of the regressors",
    ),
    "spatial.sar": Method(
        (f"{_OPTIONS}.spatial", "SarOptions"),
        f"{_ADAPTERS}.spatial_panel",
        "spatial lag of the outcome",
    ),
    "spatial.sem": Method(
        (f"{_OPTIONS}.spatial", "SemOptions"),
        f"{_ADAPTERS}.spatial_panel",
        "spatial lag of the error",
    ),
    "spatial.durbin": Method(
        (f"{_OPTIONS}.spatial", "DurbinOptions"),
        f"{_ADAPTERS}.spatial_panel",
        "spatial lags of outcome and regressors, with effects and tests",
    ),
    "spatial.sdem": Method(
        (f"{_OPTIONS}.spatial", "SdemOptions"),
        f"{_ADAPTERS}.spatial_panel",
        "spatial lags of error and regressors",
    ),
    "spatial.sac": Method(
        (f"{_OPTIONS}.spatial", "SacOptions"),
        f"{_ADAPTERS}.spatial_panel",
        "spatial lags of outcome and error",
    ),
    "robust.lad": Method(
        (f"{_OPTIONS}.robust", "LadOptions"),
        f"{_ADAPTERS}.robust",
        "least absolute deviations, effects as dummies",
    ),
    "robust.m": Method(
        (f"{_OPTIONS}.robust", "MOptions"),
        f"{_ADAPTERS}.robust",
        "M-estimate (Huber, bisquare), effects as dummies",
    ),
    "robust.mm": Method(
        (f"{_OPTIONS}.robust", "MMOptions"),
        f"{_ADAPTERS}.robust",
        "MM-estimate: robust as S, efficient as asked for",
    ),
    "robust.s": Method(
        (f"{_OPTIONS}.robust", "SOptions"),
        f"{_ADAPTERS}.robust",
        "S-estimate: up to half of the rows may be bad",
    ),
    "quantile.regression": Method(
        (f"{_OPTIONS}.quantile", "RegressionOptions"),
        f"{_ADAPTERS}.quantile",
        "quantile regressions with a joint bootstrap, effects as dummies",
    ),
    "quantile.mm": Method(
        (f"{_OPTIONS}.quantile", "LocationScaleOptions"),
        f"{_ADAPTERS}.quantile",
        "quantiles via moments, effects projected out (MM-QR)",
    ),
    "threshold.hansen": Method(
        (f"{_OPTIONS}.threshold", "ThresholdOptions"),
        f"{_ADAPTERS}.threshold",
        "slopes by regime of a threshold variable (Hansen 1999), up to three thresholds",
    ),
    "multiverse.grid": Method(
        (f"{_OPTIONS}.multiverse", "GridOptions"),
        f"{_ADAPTERS}.multiverse",
        "one coefficient under every combination of declared choices",
    ),
}

"""Panel thresholds: search, tests, slopes by regime, census, jackknife, other forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.methods.errors import NotIdentified
from analysis.methods.threshold import (
    Inference,
    SearchRules,
    ThresholdEstimate,
    ThresholdFit,
    ThresholdModel,
    panel_threshold,
    slopes_again,
)
from analysis.methods.threshold.alternatives import FunctionalForm, functional_forms
from analysis.methods.threshold.jackknife import LeftOut, leave_one_entity_out
from analysis.pipeline.adapters import linear
from analysis.pipeline.adapters.rows import diagnostic, note, statistics
from analysis.pipeline.context import Context, Ours, Records
from analysis.pipeline.replication import coefficient
from analysis.results.records import (
    Diagnostic,
    Estimate,
    FitStatistic,
    Record,
    Threshold,
    ThresholdProfile,
    ThresholdRegime,
)

if TYPE_CHECKING:
    from analysis.methods.covariance.spec import Labels
    from analysis.methods.panel.results import PanelFit
    from analysis.pipeline.design import Design
    from analysis.study.options.covariance import CovarianceOption
    from analysis.study.options.threshold import ThresholdOptions

_SHOWN = 5
# As the published tables call models, and the slopes of a model with one threshold.
_COUNTED = ("single", "double", "triple")
_SIDES = {"low": 0, "high": 1}


def run(design: Design, options: ThresholdOptions, context: Context) -> Records:
    """Search the thresholds, and report the slopes of the model with the most of them."""
    _check(design, options)
    task = _Task(design, options, _labels(design))
    fit = task.fit(options.bootstrap, options.covariance[0], context.generator())
    last = fit.models[-1]
    rows: list[Record] = []
    for model in fit.models:
        rows += _thresholds(model)
        rows += _regimes(model, design)
        rows.append(diagnostic(model.test.as_test()))
    rows += _slopes(last, task)
    rows += _statistics(fit, options)
    if options.jackknife:
        rows += _left_out(task, context)
    if options.alternatives:
        rows += _alternatives(task, context)
    return Records(tuple(rows), _comparable(fit, options), note(_notes(fit)))


@dataclass(frozen=True, slots=True)
class _Task:
    """One model's data and settings in the form that the methods take."""

    design: Design
    options: ThresholdOptions
    labels: Labels

    @property
    def rules(self) -> SearchRules:
        options = self.options
        return SearchRules(
            effects=options.effects,
            trim=options.trim,
            grid=options.grid,
            min_rows=options.min_rows,
            min_entities=options.min_entities,
            convention="hansen_1999" if options.convention == "hansen_1999" else "free",
        )

    def inference(self, draws: int, covariance: CovarianceOption) -> Inference:
        options = self.options
        return Inference(
            draws=draws,
            resampling=options.resampling,
            denominator="xthreg" if options.convention == "stata" else "hansen",
            covariance=linear.covariance(covariance),
            level=options.confidence,
        )

    @property
    def arrays(self) -> tuple[Any, ...]:
        design = self.design
        return design.y, design.X, design.names, self.labels, design.time_index

    @property
    def split(self) -> dict[str, Any]:
        design = self.design
        return {
            "split": design.matrix("regime_dependent"),
            "split_names": design.roles["regime_dependent"],
            "threshold_variable": design.column(self.options.threshold_variable),
            "rules": self.rules,
        }

    def fit(
        self, draws: int, covariance: CovarianceOption, rng: np.random.Generator | None
    ) -> ThresholdFit:
        return panel_threshold(
            *self.arrays,
            **self.split,
            thresholds=self.options.thresholds,
            inference=self.inference(draws, covariance),
            rng=rng,
        )


def _check(design: Design, options: ThresholdOptions) -> None:
    if len(design.times) < 2:
        raise NotIdentified(
            "The sample has a single period: entity effects leave nothing to explain.",
            "Choose a sample with more periods.",
        )
    draws = options.bootstrap + options.jackknife_bootstrap
    if draws and options.resampling == "entities" and not design.is_balanced:
        absent = design.absent_rows()
        more = f" and {len(absent) - _SHOWN} more" if len(absent) > _SHOWN else ""
        raise NotIdentified(
            f"The panel lacks {len(absent)} of {len(absent) + design.n_rows} rows "
            f"({', '.join(absent[:_SHOWN])}{more}): "
            "residuals of whole entities cannot be exchanged in the bootstrap.",
            "Choose a sample in which every entity has every period, or `resampling: wild`.",
        )


def _labels(design: Design) -> Labels:
    names = design.entity_names
    if len(set(names)) < len(names):
        names = tuple(str(entity) for entity in design.entities)
    return np.asarray(names)[design.entity_index]


def _thresholds(model: ThresholdModel) -> Iterator[Record]:
    test = model.test
    for position, found in enumerate(model.thresholds, 1):
        yield Threshold(
            n_thresholds=model.n_thresholds,
            position=position,
            threshold=found.value,
            ci_low=found.ci_low,
            ci_high=found.ci_high,
            rss=model.rss,
            mse=model.mse,
            f_statistic=test.f_statistic,
            p_value=test.p_value,
            crit_10=test.crit_10,
            crit_5=test.crit_5,
            crit_1=test.crit_1,
            lr_critical=found.profile.critical,
            ci_pieces=found.n_pieces,
            ci_set=_set_in_words(found),
            ci_open_low=found.reaches_low,
            ci_open_high=found.reaches_high,
        )
        profile = found.profile
        columns = (profile.candidates.tolist(), profile.rss.tolist(), profile.lr.tolist())
        for candidate, rss, lr in zip(*columns, strict=True):
            yield ThresholdProfile(
                n_thresholds=model.n_thresholds,
                position=position,
                candidate=candidate,
                rss=rss,
                lr=lr,
            )


def _set_in_words(found: ThresholdEstimate) -> str:
    return " ∪ ".join(f"[{low:.6g}, {high:.6g}]" for low, high in found.pieces)


def _regimes(model: ThresholdModel, design: Design) -> Iterator[Record]:
    variable = design.column(design.roles["threshold_variable"][0]).tolist()
    entities, times = design.entity_index.tolist(), design.time_index.tolist()
    for row, regime in enumerate(model.census.regime.tolist()):
        yield ThresholdRegime(
            n_thresholds=model.n_thresholds,
            regime=regime,
            region_id=str(design.entities[entities[row]]),
            region_name=design.entity_names[entities[row]],
            year=design.times[times[row]],
            threshold_variable=variable[row],
        )


def _slopes(model: ThresholdModel, task: _Task) -> Iterator[Record]:
    """Yield the slopes with each kind of standard error, and by how much they change."""
    for number, option in enumerate(task.options.covariance):
        fit = model.regression
        if number:
            fit = slopes_again(
                *task.arrays,
                **task.split,
                model=model,
                covariance=linear.covariance(option),
                level=task.options.confidence,
            )
        places = list(model.terms)
        places += [("main", term) for term in fit.terms[len(places) :]]
        yield from linear.estimates(fit, is_headline=number == 0, places=places)
        yield from _changes(model, fit, is_headline=number == 0)


def _changes(model: ThresholdModel, fit: PanelFit, *, is_headline: bool) -> Iterator[Record]:
    """Yield the change of each slope at each threshold; whether it is one, the bootstrap says."""
    for lower, (part, term) in enumerate(model.terms):
        number = part.removeprefix("regime_")
        above = (f"regime_{int(number) + 1}", term) if part != number else None
        if above not in model.terms:
            continue
        upper = model.terms.index(above)
        pair = np.ix_((lower, upper), (lower, upper))
        variance = float(np.array([-1, 1]) @ fit.covariance[pair] @ np.array([-1, 1]))
        yield Estimate(
            part=f"change_{number}",
            term=term,
            estimate=float(fit.estimates[upper] - fit.estimates[lower]),
            std_error=variance**0.5 if variance > 0 else None,
            std_error_kind=fit.covariance_name,
            is_headline=is_headline,
        )


def _statistics(fit: ThresholdFit, options: ThresholdOptions) -> Iterator[Record]:
    model = fit.models[-1]
    numbers = linear.statistics(model.regression, counts_year_dummies=True)
    numbers |= linear.cluster_counts(model.regression, options.covariance[0])
    numbers |= {
        "rss_linear": fit.rss_linear,
        "mse": model.mse,
        "mse_divisor": float(model.mse_divisor),
        "n_candidates": float(fit.n_candidates),
        "n_movers": float(model.census.n_movers),
    }
    # The rows of the search; a convention may leave some out of the regression.
    numbers["n_obs"] = float(model.census.n_rows.sum())
    yield from statistics(numbers)
    sizes = zip(model.census.n_rows.tolist(), model.census.n_entities.tolist(), strict=True)
    for number, (n_rows, n_entities) in enumerate(sizes, 1):
        yield from statistics({"n_obs": n_rows, "n_entities": n_entities}, f"regime_{number}")


def _left_out(task: _Task, context: Context) -> Iterator[Record]:
    options = task.options
    found = leave_one_entity_out(
        *task.arrays,
        **task.split,
        thresholds=options.thresholds,
        inference=task.inference(options.jackknife_bootstrap, options.covariance[0]),
        rng=context.generator(),
    )
    for without in found:
        yield from _without(without, options)


def _without(found: LeftOut, options: ThresholdOptions) -> Iterator[Record]:
    part = f"jackknife:{found.label}"
    m = options.thresholds
    yield Diagnostic(
        part=part,
        test=f"threshold_{m}",
        statistic=found.f_statistic,
        p_value=found.p_value,
        tail="upper" if found.reason is None else None,
        null_hypothesis="as with every entity",
        note=found.reason or f"without {found.label}",
    )
    for number, value in enumerate(found.thresholds, 1):
        yield Estimate(part=part, term=f"threshold_{number}", estimate=value)
    kind = linear.covariance(options.covariance[0]).name
    for number, (slopes, errors) in enumerate(
        zip(found.slopes.tolist(), found.std_errors.tolist(), strict=True), 1
    ):
        for name, slope, error in zip(options.regime_dependent, slopes, errors, strict=True):
            yield Estimate(
                part=part,
                term=f"{name}, regime_{number}",
                estimate=slope,
                std_error=error,
                std_error_kind=kind,
            )
    for number, n_rows in enumerate(found.n_rows.tolist(), 1):
        yield FitStatistic(part=part, name=f"n_obs_regime_{number}", value=float(n_rows))


def _alternatives(task: _Task, context: Context) -> Iterator[Record]:
    options = task.options
    wanted = {"linear", "threshold", *options.alternatives}
    if "kink" in wanted:
        wanted.add("jump")
    found = functional_forms(
        *task.arrays,
        **task.split,
        inference=task.inference(options.bootstrap, options.covariance[0]),
        rng=context.generator(),
    )
    for form in found.forms:
        if form.form in wanted:
            yield from _form(form)
    if "kink" in wanted:
        yield diagnostic(found.continuity)


def _form(form: FunctionalForm) -> Iterator[Record]:
    part = f"form:{form.form}"
    places = [(part, term) for term in form.regression.terms]
    yield from linear.estimates(form.regression, is_headline=True, places=places)
    numbers: dict[str, float | None] = {
        "n_parameters": form.n_parameters,
        "rss": form.rss,
        "loglik": form.loglik,
        "aic": form.aic,
        "bic": form.bic,
        "threshold": form.threshold,
    }
    yield from statistics(numbers, part)


def _notes(fit: ThresholdFit) -> Iterator[str]:
    last = fit.models[-1]
    yield f"mse is rss / {last.mse_divisor} ({fit.denominator}'s error variance)"
    yield "standard errors of the slopes take the thresholds as known"
    yield from last.notes
    yield from last.regression.notes


def _comparable(fit: ThresholdFit, options: ThresholdOptions) -> dict[tuple[str, ...], Ours]:
    """Return what stands beside the tests by number of thresholds, and beside the slopes.

    A row of tests prints one threshold: for two or three, the one that the model adds.
    """
    name = options.threshold_variable
    found: dict[tuple[str, ...], Ours] = {}
    for model in fit.models:
        added = model.thresholds[model.added]
        test = model.test
        which = f"threshold {model.added + 1} of {model.n_thresholds}"
        numbers = {
            "rss": Ours(model.rss),
            "mse": Ours(model.mse, f"rss / {model.mse_divisor}"),
            "f_statistic": Ours(test.f_statistic, f"error variance by {test.denominator}"),
            "threshold": Ours(added.value, which),
            "ci_low": Ours(added.ci_low, which),
            "ci_high": Ours(added.ci_high, which),
        }
        if test.p_value is not None:
            numbers["p_value"] = Ours(test.p_value, f"{test.draws} draws, (1 + k) / (1 + B)")
        column = _COUNTED[model.n_thresholds - 1]
        found |= {(column, name, quantity): ours for quantity, ours in numbers.items()}
    return found | _comparable_slopes(fit.models[-1], options)


def _comparable_slopes(
    model: ThresholdModel, options: ThresholdOptions
) -> dict[tuple[str, ...], Ours]:
    fit = model.regression
    found: dict[tuple[str, ...], Ours] = {("model", "n"): Ours(float(model.census.n_rows.sum()))}
    r2 = fit.r2.xtreg_within
    if r2 is not None:
        found["model", "r2"] = Ours(r2, "r2_within_xtreg")
    if model.n_thresholds > 1:
        return found
    kind = fit.covariance_name
    for name in options.regime_dependent:
        for side, place in _SIDES.items():
            at = model.terms.index((f"regime_{place + 1}", name))
            term = f"{name}_{side}"
            ours = fit.estimates[at], fit.std_errors[at], fit.p_values[at]
            found |= coefficient((term,), *ours, kind, f"regime_{place + 1}")
    return found

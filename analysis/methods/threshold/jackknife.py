"""Does the threshold stand without any one region: the whole search, each left out in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.spec import FloatArray, IntArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.threshold.hansen import Inference, fit_thresholds
from analysis.methods.threshold.inputs import SearchRules, ThresholdData, check_threshold


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """The model without one entity.

    Attributes
    ----------
    label
        The entity left out.
    thresholds
        Thresholds found, increasing; empty where the rest does not carry them.
    f_statistic, p_value
        Test of the last threshold; ``None`` where not computed.
    slopes, std_errors
        Slopes of the split regressors, shape ``(m + 1, r)``.
    n_rows
        Rows of each regime, shape ``(m + 1,)``.
    reason
        Why there is no result; ``None`` otherwise.
    """

    label: object
    thresholds: tuple[float, ...]
    f_statistic: float | None
    p_value: float | None
    slopes: FloatArray
    std_errors: FloatArray
    n_rows: IntArray
    reason: str | None


def leave_one_entity_out(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    split: FloatArray,
    split_names: Sequence[str],
    threshold_variable: FloatArray,
    thresholds: int = 1,
    rules: SearchRules | None = None,
    inference: Inference | None = None,
    rng: np.random.Generator | None = None,
    only: Sequence[object] | None = None,
) -> tuple[LeftOut, ...]:
    """Search and estimate again without each entity.

    Parameters
    ----------
    y, X, names, entity, time, split, split_names, threshold_variable, thresholds, rules, rng
        As in `panel_threshold`.
    inference
        As there; default: no draws, so no p-values.
    only
        Entities to leave out; default: each.

    Returns
    -------
    tuple of LeftOut
        In the order of the labels.

    Raises
    ------
    ValueError
        As `panel_threshold`, or if `only` names an entity that the panel does not have.

    Examples
    --------
    >>> region, year = np.repeat(np.arange(6), 8), np.tile(np.arange(8), 6)
    >>> q = np.random.default_rng(0).uniform(size=48)
    >>> y = np.where(q > 0.6, 3 * q, q) + region + 0.001 * np.cos(np.arange(48))
    >>> found = leave_one_entity_out(
    ...     y, np.empty((48, 0)), [], region, year, split=q[:, None], split_names=["q"],
    ...     threshold_variable=q,
    ... )
    >>> [int(without.label) for without in found]
    [0, 1, 2, 3, 4, 5]
    """
    data = check_threshold(y, X, names, entity, time, split, split_names, threshold_variable)
    chosen = inference or Inference(draws=0)
    labels = data.panel.entity.labels
    wanted = labels if only is None else np.asarray(list(only))
    unknown = np.setdiff1d(wanted, labels)
    if unknown.size:
        raise ValueError(f"no entity {', '.join(map(str, unknown))} in the panel")
    return tuple(
        _without(data, label, thresholds, rules or SearchRules(), chosen, rng) for label in wanted
    )


def _without(
    data: ThresholdData,
    label: object,
    thresholds: int,
    rules: SearchRules,
    inference: Inference,
    rng: np.random.Generator | None,
) -> LeftOut:
    groups = data.panel.entity
    rest = data.on_rows(groups.labels[groups.codes] != label)
    r = data.split.shape[1]
    try:
        model = fit_thresholds(rest, thresholds, rules, inference, rng).models[-1]
    except NotIdentified as refusal:
        nothing = np.empty((0, r))
        no_rows = np.empty(0, dtype=np.int64)
        return LeftOut(label, (), None, None, nothing, nothing, no_rows, refusal.reason)
    count = (thresholds + 1) * r
    return LeftOut(
        label=label,
        thresholds=model.values,
        f_statistic=model.test.f_statistic,
        p_value=model.test.p_value,
        slopes=model.regression.estimates[:count].reshape(-1, r),
        std_errors=model.regression.std_errors[:count].reshape(-1, r),
        n_rows=model.census.n_rows,
        reason=None,
    )

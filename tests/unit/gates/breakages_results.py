"""One defect per rule of the gate `results`, and which rule must say so."""

from __future__ import annotations

from tests.unit.gates.breakage import Breakage

_ESTIMATE = "update results.estimate set"
_FIT = "update results.fit_statistic set"
_MODEL = (
    "insert into results.model by name select * replace ('{}' as model_id, '{}' as status, "
    "3 as position) from results.model where model_id = 'base'"
)

RESULTS = [
    Breakage(
        "results",
        "results.estimate",
        "statistic_is_ratio",
        f"{_ESTIMATE} statistic = 2.001",
        "term agg",
    ),
    Breakage(
        "results",
        "results.estimate",
        "estimate_in_interval",
        f"{_ESTIMATE} estimate = 3, statistic = 12",
        "ci_high 1.09",
    ),
    Breakage(
        "results",
        "results.fit_statistic",
        "r2_at_most_1",
        f"{_FIT} value = 1.4 where name = 'r2_overall'",
        "name r2_overall",
    ),
    Breakage(
        "results",
        "results.fit_statistic",
        "counts_positive",
        f"{_FIT} value = 8.5 where name = 'n_obs'",
        "name n_obs",
    ),
    Breakage(
        "results",
        "results.fit_statistic",
        "rows_within_grid",
        f"{_FIT} value = 2 where name = 'n_periods'",
        "n_periods 2",
    ),
    Breakage(
        "results",
        "results.fit_statistic",
        "rows_agree_with_model",
        f"{_FIT} value = 8 where name = 'n_obs'",
        "n_used 9",
    ),
    Breakage(
        "results",
        "results.refusal",
        "reason_given",
        "update results.refusal set reason = ''",
        "model_id lost",
    ),
    Breakage(
        "results",
        "results.refusal",
        "next_step_given",
        "update results.refusal set next_step = ' '",
        "model_id lost",
    ),
    Breakage(
        "results",
        "results.model",
        "done_has_results",
        _MODEL.format("empty", "done"),
        "model_id empty",
    ),
    Breakage(
        "results",
        "results.model",
        "refused_has_reason",
        _MODEL.format("mute", "refused"),
        "model_id mute",
    ),
    Breakage(
        "results",
        "results.model",
        "refused_has_no_numbers",
        "insert into results.estimate by name select * replace ('lost' as model_id) "
        "from results.estimate",
        "model_id lost",
    ),
    Breakage(
        "results",
        "results.model",
        "sample_agrees_with_panel",
        "insert into results.model by name select * replace ('half' as model_id, 3 as position, "
        "5 as n_sample, 5 as n_used) from results.model where model_id = 'base'",
        "model_id half",
    ),
]

"""One defect per rule: what to do to the small database, and which rule must say so."""

from __future__ import annotations

from typing import NamedTuple


class Breakage(NamedTuple):
    """A defect of the data and the rule that guards against it."""

    gate: str
    table: str
    rule: str
    sql: str
    names: str = ""  # a piece of the offending row's key that the message must hold


_ESTIMATE = "update results.estimate set"
_FIT = "update results.fit_statistic set"
_MODEL = (
    "insert into results.model by name select * replace ('{}' as model_id, '{}' as status, "
    "3 as position) from results.model where model_id = 'base'"
)

LANDING = [
    Breakage(
        "landing",
        "landing.file",
        "key_unique",
        "insert into landing.file select * from landing.file limit 1",
        "n_rows 2",
    ),
    Breakage(
        "landing",
        "landing.file",
        "something_landed",
        "update landing.file set status = 'set_aside', reason = 'x'",
    ),
    Breakage(
        "landing",
        "landing.file",
        "status_known",
        "update landing.file set status = 'lost' where source_file = 'raw/notes.csv'",
        "raw/notes.csv",
    ),
    Breakage(
        "landing",
        "landing.file",
        "reason_given",
        "update landing.file set reason = ' '",
        "raw/notes.csv",
    ),
    Breakage(
        "landing", "landing.file", "sha256_known", "update landing.file set file_sha256 = 'abc'"
    ),
    Breakage(
        "landing",
        "landing.file",
        "sample_not_mixed",
        "update landing.file set is_synthetic = false where source_file = 'raw/workers.csv'",
        "n_own_files 1",
    ),
    Breakage(
        "landing",
        "landing.file",
        "cells_accounted_for",
        "update landing.file set cells_read = 10 where source_file = 'raw/workers.csv'",
        "raw/workers.csv",
    ),
    Breakage(
        "landing",
        "landing.cell",
        "landed_cells_stored",
        "delete from landing.cell where source_cell = 'R2C2'",
        "cells_stored 8",
    ),
    Breakage(
        "landing",
        "landing.reject",
        "rejected_cells_stored",
        "insert into landing.reject values ('raw/workers.csv', 'A1', 'x', 'a footnote')",
        "raw/workers.csv",
    ),
    Breakage(
        "landing",
        "landing.file",
        "landed_file_has_cells",
        "update landing.file set status = 'landed' where source_file = 'raw/notes.csv'",
    ),
    Breakage(
        "landing",
        "landing.file",
        "set_aside_file_has_no_cells",
        "update landing.file set status = 'set_aside' where source_file = 'raw/workers.csv'",
    ),
    Breakage(
        "landing",
        "staging.stg_landing__cells",
        "every_cell_staged",
        "delete from staging.stg_landing__cells where source_cell = 'R2C2'",
        "n_staged 16",
    ),
    Breakage(
        "landing",
        "landing.cell",
        "file_listed",
        "delete from landing.file where source_file = 'raw/workers.csv'",
        "source_cell R2C2",
    ),
    *(
        Breakage(
            "landing",
            "landing.cell",
            f"{column}_known",
            f"update landing.cell set {column} = null where source_file = 'raw/workers.csv'",
        )
        for column in ("region_id", "year", "variable_text", "source_cell")
    ),
    Breakage(
        "landing",
        "landing.cell",
        "place_unique",
        "insert into landing.cell select * from landing.cell where source_cell = 'R2C2'",
        "row_no 2",
    ),
    Breakage(
        "landing",
        "landing.cell",
        "year_plausible",
        "update landing.cell set year = 20211 where year = 2021",
        "20211",
    ),
    Breakage(
        "landing",
        "landing.cell",
        "unit_known",
        "update landing.cell set unit = null where year = 2021",
        "variable_id workers",
    ),
    Breakage(
        "landing",
        "landing.cell",
        "number_is_a_number",
        "update landing.cell set number_text = '1O' where source_cell = 'R2C2'",
        "1O",
    ),
    Breakage(
        "landing", "landing.cell", "region_id_registered", "update landing.cell set region_id = 99"
    ),
    Breakage(
        "landing",
        "landing.cell",
        "variable_id_registered",
        "update landing.cell set variable_id = 'workrs'",
        "workrs",
    ),
    Breakage("landing", "landing.cell", "unit_registered", "update landing.cell set unit = 'ell'"),
    Breakage(
        "landing",
        "landing.cell",
        "variable_supplied",
        "insert into seeds.raw_variables values ('roads', 0, 1); "
        "insert into seeds.quotients values ('density', 'roads', 'workers')",
        "roads",
    ),
    Breakage(
        "landing",
        "landing.reject",
        "reason_given",
        "insert into landing.reject values ('raw/workers.csv', 'A1', 'x', null)",
        "A1",
    ),
    Breakage(
        "landing",
        "landing.notice",
        "no_warnings",
        "insert into landing.notice values ('warn', 'unit_magnitude', 'ten thousand fold')",
        "ten thousand fold",
    ),
]

_KEYS_OF_MARTS = [
    "dim_indicator", "dim_variable", "fct_indicator_score", "fct_indicator_weight",
    "fct_development_index", "fct_index_variant", "fct_location_quotient", "fct_province_year",
    "brg_region_neighbour", "fct_data_quality", "landing_file",
]  # fmt: skip
_NUMBERS_OF_MARTS = {
    "brg_region_neighbour": "weight",
    "fct_development_index": "score",
    "fct_index_variant": "score",
    "fct_indicator_score": "score",
    "fct_indicator_weight": "entropy",
    "fct_location_quotient": "value",
    "fct_observation": "value",
    "fct_province_year": "agg",
}

PANEL = [
    *(
        Breakage(
            "panel",
            f"marts.{name}",
            "key_unique",
            f"insert into marts.{name} select * from marts.{name} limit 1",
        )
        for name in _KEYS_OF_MARTS
    ),
    *(
        Breakage(
            "panel",
            f"marts.{name}",
            "numbers_finite",
            f"update marts.{name} set {column} = '{value}'::double where rowid = 1",
            f"columns {column}",
        )
        for name, column in _NUMBERS_OF_MARTS.items()
        for value in ("nan", "-inf")
    ),
    Breakage(
        "panel",
        "marts.fct_province_year",
        "regions_by_years_complete",
        "delete from marts.fct_province_year where region_id = 11 and year = 2021",
        "n_rows 8",
    ),
    Breakage(
        "panel", "marts.fct_province_year", "not_empty", "delete from marts.fct_province_year"
    ),
    Breakage(
        "panel",
        "marts.fct_province_year",
        "years_without_gap",
        "delete from marts.fct_province_year where year = 2021",
        "first_year 2020",
    ),
    Breakage(
        "panel",
        "marts.fct_province_year",
        "region_known",
        "update marts.fct_province_year set region_id = 99 where region_id = 11",
        "region_id 99",
    ),
    *(
        Breakage(
            "panel",
            "marts.fct_province_year",
            "share_between_0_and_1",
            f"update marts.fct_province_year set {column} = 1.2 where year = 2021",
            "year 2021",
        )
        for column in ("second", "third")
    ),
    Breakage(
        "panel",
        "marts.fct_province_year",
        "shares_below_whole",
        "update marts.fct_province_year set second = 0.6 where year = 2021",
        "second 0.6",
    ),
    *(
        Breakage(
            "panel",
            "marts.fct_province_year",
            "agrees_with_source_mart",
            f"update marts.fct_province_year set {column} = {column} + 1e-6 where year = 2021",
        )
        for column in ("develop", "agg")
    ),
    Breakage(
        "panel",
        "marts.fct_location_quotient",
        "quotient_not_negative",
        "update marts.fct_location_quotient set value = -1 where year = 2021",
        "year 2021",
    ),
    Breakage(
        "panel",
        "marts.fct_location_quotient",
        "weighted_mean_is_1",
        "update marts.fct_location_quotient set value = value * (1 + 1e-7) where year = 2021",
        "year 2021",
    ),
    Breakage(
        "panel",
        "marts.brg_region_neighbour",
        "no_region_its_own_neighbour",
        "insert into marts.brg_region_neighbour values ('contiguity', 11, 11, 1)",
        "region_id 11",
    ),
    Breakage(
        "panel",
        "marts.brg_region_neighbour",
        "borders_both_ways",
        "delete from marts.brg_region_neighbour where region_id = 11",
        "neighbour_id 11",
    ),
    Breakage(
        "panel",
        "marts.brg_region_neighbour",
        "weight_positive",
        "update marts.brg_region_neighbour set weight = 0 where region_id = 13",
        "region_id 13",
    ),
    Breakage(
        "panel",
        "marts.fct_observation",
        "status_known",
        "update marts.fct_observation set value_status = 'guessed' where year = 2021",
        "guessed",
    ),
    Breakage(
        "panel",
        "marts.fct_observation",
        "observed_unchanged",
        "update marts.fct_observation set value = value + 1 where year = 2021",
        "year 2021",
    ),
    Breakage(
        "panel",
        "marts.fct_observation",
        "filled_was_missing",
        "update marts.fct_observation set value_status = 'filled_gap' where year = 2021",
    ),
    Breakage(
        "panel",
        "marts.fct_observation",
        "replaced_was_observed",
        "update marts.fct_observation set value_status = 'replaced_outlier', "
        "value_observed = null where year = 2021",
    ),
    Breakage(
        "panel",
        "marts.fct_observation",
        "missing_has_no_value",
        "update marts.fct_observation set value_status = 'missing' where year = 2021",
    ),
    Breakage(
        "panel",
        "marts.fct_observation",
        "observed_has_source",
        "update marts.fct_observation set source_cell = null where year = 2021",
    ),
    Breakage(
        "panel",
        "marts.fct_observation",
        "value_within_bounds",
        "update marts.fct_observation set value = -1 where year = 2021",
        "lower_bound 0",
    ),
    Breakage(
        "panel",
        "marts.fct_observation",
        "mostly_observed",
        "update marts.fct_observation set value_status = 'filled_gap', value_observed = null "
        "where variable_id = 'workers' and year < 2022",
        "share_observed 0.333",
    ),
    Breakage(
        "panel",
        "marts.fct_data_quality",
        "counts_agree",
        "update marts.fct_data_quality set observed = 8 where variable_id = 'workers'",
        "workers",
    ),
    Breakage(
        "panel",
        "marts.fct_observation",
        "no_level_shift",
        "update marts.fct_observation set value = value * 10000 where year = 2021",
        "variable_id workers, year 2021",
    ),
    Breakage(
        "panel",
        "marts.fct_revision",
        "history_unmoved",
        "insert into marts.fct_revision values (11, 2021, 'observation', 'workers', 1, 2)",
        "value_before 1",
    ),
    Breakage(
        "panel",
        "marts.fct_indicator_score",
        "score_between_0_and_1",
        "update marts.fct_indicator_score set score = 1.1 where year = 2021",
        "year 2021",
    ),
    Breakage(
        "panel",
        "marts.fct_indicator_score",
        "weighted_score_present",
        "update marts.fct_indicator_score set score = null where year = 2021",
        "year 2021",
    ),
    Breakage(
        "panel",
        "marts.fct_indicator_score",
        "regions_by_years_complete",
        "delete from marts.fct_indicator_score where indicator_id = 'one' and year = 2021",
        "indicator_id one",
    ),
    Breakage(
        "panel",
        "marts.fct_indicator_weight",
        "weights_sum_to_1",
        "update marts.fct_indicator_weight set weight = weight + 1e-10",
        "sum_of_weights 1.0",
    ),
    Breakage(
        "panel",
        "marts.fct_indicator_weight",
        "weight_between_0_and_1",
        "update marts.fct_indicator_weight set weight = -0.1 where indicator_id = 'one'",
    ),
    Breakage(
        "panel",
        "marts.fct_indicator_weight",
        "entropy_between_0_and_1",
        "update marts.fct_indicator_weight set entropy = 1.01 where indicator_id = 'one'",
    ),
    Breakage(
        "panel",
        "marts.fct_indicator_weight",
        "indicator_informative",
        "update marts.fct_indicator_weight set weight = 0 where indicator_id = 'one'",
    ),
    Breakage(
        "panel",
        "marts.fct_indicator_weight",
        "indicator_registered",
        "delete from marts.dim_indicator where indicator_id = 'one'",
    ),
    Breakage(
        "panel",
        "marts.fct_development_index",
        "index_between_0_and_1",
        "update marts.fct_development_index set score = 1.01 where year = 2021",
    ),
    Breakage(
        "panel",
        "marts.fct_development_index",
        "total_complete",
        "delete from marts.fct_development_index where dimension = 'total' and year = 2021",
    ),
    Breakage(
        "panel",
        "marts.fct_development_index",
        "dimensions_add_up",
        "update marts.fct_development_index set score = score + 1e-10 "
        "where dimension = 'green' and year = 2021",
        "year 2021",
    ),
    Breakage(
        "panel",
        "marts.fct_development_index",
        "index_is_weighted_sum",
        "update marts.fct_development_index set score = score + 1e-10 "
        "where dimension = 'total' and year = 2021",
        "year 2021",
    ),
    Breakage(
        "panel",
        "marts.fct_development_index",
        "ranks_follow_scores",
        "update marts.fct_development_index set rank = 4 - rank",
        "dimension",
    ),
    Breakage(
        "panel",
        "marts.fct_index_variant",
        "regions_by_years_complete",
        "delete from marts.fct_index_variant where year = 2021",
        "variant_id equal",
    ),
]

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

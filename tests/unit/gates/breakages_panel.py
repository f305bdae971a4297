"""One defect per rule of the gate `panel`, and which rule must say so."""

from __future__ import annotations

from tests.unit.gates.breakage import Breakage

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
        "marts.fct_location_quotient",
        "weighted_mean_is_1",
        "update marts.fct_observation set value = 0 where variable_id = 'workers_all'",
        "weighted_mean missing",
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
        "index_exists",
        "update marts.fct_indicator_weight set weight = 0",
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

# One row: what the gate `panel` found in this build. It reads every mart, so it runs last.


def model(dbt, session):
    dbt.ref("gate_landing")
    dbt.ref("brg_region_neighbour")
    dbt.ref("dim_indicator")
    dbt.ref("dim_region")
    dbt.ref("dim_variable")
    dbt.ref("fct_data_quality")
    dbt.ref("fct_development_index")
    dbt.ref("fct_index_rank_interval")
    dbt.ref("fct_index_summary")
    dbt.ref("fct_index_variant")
    dbt.ref("fct_index_variant_weight")
    dbt.ref("fct_indicator_missing_cell")
    dbt.ref("fct_indicator_score")
    dbt.ref("fct_indicator_status")
    dbt.ref("fct_indicator_weight")
    dbt.ref("fct_landing_notice")
    dbt.ref("fct_location_quotient")
    dbt.ref("fct_measurement_notice")
    dbt.ref("fct_observation")
    dbt.ref("fct_overlap")
    dbt.ref("fct_province_year")
    dbt.ref("fct_province_year_raw")
    dbt.ref("fct_revision")
    dbt.ref("fct_sub_index")
    dbt.ref("landing_file")
    dbt.ref("landing_reject")

    from expectations.dbt_node import gate_row

    return gate_row("panel", session)

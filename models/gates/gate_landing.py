# One row: what the gate `landing` found in this build. Stored checks: results.data_quality_check.


def model(dbt, session):
    dbt.ref("stg_landing__cells")
    dbt.ref("stg_landing__files")
    dbt.ref("stg_landing__notices")
    dbt.ref("stg_landing__rejects")

    from expectations.dbt_node import gate_row

    return gate_row("landing", session)

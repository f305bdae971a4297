{#-
grain: one remark that landing made while the build went on
-#}
-- A fault of the raw files shows once, at the cells; what hangs on them is skipped.
-- depends_on: {{ ref('stg_landing__cells') }}
with

source as (

    select * from {{ source('landing', 'notice') }}

),

typed as (

    select
        severity,
        topic,
        source_file,
        variable_text,
        variable_id,
        region_id,
        year,
        detail,
        next_step
    from source

)

select * from typed

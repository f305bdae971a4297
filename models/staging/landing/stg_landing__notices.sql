{#-
grain: one remark that landing made while the build went on
-#}
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

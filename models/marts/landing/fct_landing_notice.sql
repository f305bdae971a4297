{#-
grain: one remark that landing made while the build went on
-#}
with

notices as (

    select * from {{ ref('stg_landing__notices') }}

),

numbered as (

    select
        cast(row_number() over (
            order by
                severity desc, topic, source_file, variable_id, variable_text,
                region_id, year, detail
        ) as integer) as notice_no,
        *
    from notices

)

select * from numbered

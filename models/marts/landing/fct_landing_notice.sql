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
                severity desc,
                topic asc,
                source_file asc,
                variable_id asc,
                variable_text asc,
                region_id asc,
                year asc,
                detail asc
        ) as integer) as notice_no,
        severity,
        topic,
        source_file,
        variable_text,
        variable_id,
        region_id,
        year,
        detail,
        next_step
    from notices

)

select * from numbered

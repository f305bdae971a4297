{#-
grain: one indicator of the registry
-#}
with

indicators as (

    select * from {{ ref('indicators') }}

),

described as (

    select
        indicator_id,
        dimension,
        sub_index_en as sub_index,
        sub_index_zh,
        name_en,
        name_zh,
        unit,
        direction,
        formula,
        note,
        position
    from indicators

)

select * from described

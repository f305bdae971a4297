{#-
grain: one region, year and indicator that cannot be computed
-#}
with

computed as (

    select * from {{ ref('int_formulas__computed') }}
    where treatment = 'cleaned' and value is null

),

indicators as (

    select * from {{ ref('indicators') }}

),

missing_cells as (

    select
        computed.region_id,
        computed.year,
        indicators.indicator_id,
        computed.reason
    from computed
    inner join indicators
        on computed.formula_id = indicators.indicator_id

)

select * from missing_cells

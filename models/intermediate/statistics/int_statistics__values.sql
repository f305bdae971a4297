{{ config(materialized='view') }}
{#-
grain:  one treatment, region, year and variable, printed or derived: what formulas read
method: `intervention` says what made the value: 0 observed, 1 filled, 2 replaced
-#}
with

filled as (

    select * from {{ ref('int_statistics__filled') }}

),

derived as (

    select * from {{ ref('int_statistics__derived') }}

),

all_values as (

    select
        treatment,
        region_id,
        year,
        variable_id,
        value,
        {{ intervention('value_status') }} as intervention,
        cast(null as varchar) as reason
    from filled
    union all
    select
        treatment,
        region_id,
        year,
        variable_id,
        value,
        intervention,
        reason
    from derived

)

select * from all_values

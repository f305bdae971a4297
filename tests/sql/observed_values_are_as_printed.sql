{#- A value that a file prints in the registry's unit stands unchanged in the mart. -#}
with

observations as (

    select * from {{ ref('fct_observation') }}

),

cells as (

    select * from {{ ref('stg_landing__cells') }}

),

altered as (

    select
        observations.region_id,
        observations.year,
        observations.variable_id,
        observations.value_observed,
        cells.value as printed
    from observations
    inner join cells
        on
            observations.region_id = cells.region_id
            and observations.year = cells.year
            and observations.variable_id = cells.variable_id
            and observations.source_file = cells.source_file
            and observations.source_cell = cells.source_cell
            and observations.unit = cells.unit
    where observations.value_observed is distinct from cells.value

)

select * from altered

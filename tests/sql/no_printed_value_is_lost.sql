{#- Every printed number of a registered variable, for a region and year of the study,
    is counted in the merged values. -#}
with

cells as (

    select * from {{ ref('stg_landing__cells') }}

),

variables as (

    select * from {{ ref('raw_variables') }}

),

region_years as (

    select * from {{ ref('int_geography__region_years') }}

),

merged as (

    select * from {{ ref('int_statistics__merged') }}

),

printed as (

    select count(*) as n_printed
    from cells
    inner join region_years
        on cells.region_id = region_years.region_id and cells.year = region_years.year
    inner join variables
        on cells.variable_id = variables.variable_id
    where cells.value is not null

),

counted as (

    select coalesce(sum(n_cells), 0) as n_merged from merged

),

lost as (

    select
        printed.n_printed,
        counted.n_merged
    from printed
    cross join counted
    where printed.n_printed <> counted.n_merged

)

select * from lost

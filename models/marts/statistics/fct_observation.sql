{#-
grain: one region, year and printed variable
-#}
with

filled as (

    select * from {{ ref('int_statistics__filled') }}
    where treatment = 'cleaned'

),

vintages as (

    select * from {{ ref('int_statistics__vintages') }}

),

merged as (

    select * from {{ ref('int_statistics__merged') }}

),

variables as (

    select * from {{ ref('raw_variables') }}

),

outliers as (

    select * from {{ ref('int_statistics__outliers') }}

),

observations as (

    select
        filled.region_id,
        filled.year,
        filled.variable_id,
        filled.value_observed,
        filled.value,
        filled.value_status,
        variables.unit,
        vintages.vintage,
        merged.source_file,
        merged.source_cell,
        filled.rule,
        filled.gap_length,
        outliers.z as outlier_z,
        coalesce(merged.n_files, 0) as n_files,
        merged.other_sources
    from filled
    inner join vintages
        on filled.variable_id = vintages.variable_id
    inner join variables
        on filled.variable_id = variables.variable_id
    left join merged
        on
            filled.region_id = merged.region_id
            and filled.variable_id = merged.variable_id
            and filled.year = merged.year
            and vintages.vintage = merged.vintage
    left join outliers
        on
            filled.region_id = outliers.region_id
            and filled.variable_id = outliers.variable_id
            and filled.year = outliers.year

)

select * from observations

{#-
grain:  one region and year of the study
method: one column per study variable that the contract beside this file lists
-#}
with

study_values as (

    select * from {{ ref('int_panel__study_values') }}
    where treatment = 'cleaned'

),

regions as (

    select * from {{ ref('regions') }}

),

pivoted as (

    select
        regions.region_id,
        regions.name_en as region_name,
        regions.name_zh as region_name_zh,
        regions.area,
        regions.is_municipality,
        study_values.year,
        {{ study_columns(model) }}
    from study_values
    inner join regions
        on study_values.region_id = regions.region_id
    group by
        regions.region_id,
        regions.name_en,
        regions.name_zh,
        regions.area,
        regions.is_municipality,
        study_values.year

)

select * from pivoted
order by region_id, year

{#-
grain: one region of the registry
-#}
with

regions as (

    select * from {{ ref('regions') }}

),

sample_regions as (

    select * from {{ ref('int_geography__sample_regions') }}

),

described as (

    select
        regions.region_id,
        regions.name_en,
        regions.name_zh,
        regions.name_zh_short,
        regions.area,
        regions.is_municipality,
        sample_regions.region_id is not null as in_sample,
        regions.capital_en,
        regions.capital_lon,
        regions.capital_lat,
        regions.grid_row,
        regions.grid_col
    from regions
    left join sample_regions
        on regions.region_id = sample_regions.region_id

)

select * from described

{#-
grain:  one ordered pair of neighbouring regions of the sample
method: the registry lists each border once; here it stands in both directions with
        weight 1. Methods standardise.
-#}
with

borders as (

    select * from {{ ref('region_borders') }}

),

sample_regions as (

    select * from {{ ref('int_geography__sample_regions') }}

),

directed as (

    select
        region_id,
        neighbour_id,
        kind
    from borders
    union all
    select
        neighbour_id as region_id,
        region_id as neighbour_id,
        kind
    from borders

),

neighbours as (

    select
        'contiguity' as weights_id,
        region_id,
        neighbour_id,
        cast(1.0 as double) as weight,
        kind
    from directed
    where
        region_id in (select sample_regions.region_id from sample_regions)
        and neighbour_id in (select sample_regions.region_id from sample_regions)

)

select * from neighbours

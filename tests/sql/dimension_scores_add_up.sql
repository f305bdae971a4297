{#- The dimensions of a region and year sum to its total, and the sub-indices of a
    dimension to the dimension, within the rounding of doubles. -#}
with

development_index as (

    select * from {{ ref('fct_development_index') }}

),

sub_indices as (

    select * from {{ ref('fct_sub_index') }}

),

sums as (

    select
        region_id,
        year,
        'total' as dimension,
        sum(score) as summed
    from development_index
    where dimension <> 'total'
    group by region_id, year
    union all
    select
        region_id,
        year,
        dimension,
        sum(score) as summed
    from sub_indices
    group by region_id, year, dimension

),

unequal as (

    select
        development_index.region_id,
        development_index.year,
        development_index.dimension,
        development_index.score,
        sums.summed
    from development_index
    left join sums
        on
            development_index.region_id = sums.region_id
            and development_index.year = sums.year
            and development_index.dimension = sums.dimension
    where not coalesce(abs(development_index.score - sums.summed) <= 1e-12, false)

)

select * from unequal

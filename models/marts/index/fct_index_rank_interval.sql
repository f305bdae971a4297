{#-
grain:  one region and year
method: ranks of the published index and of all its variants together, so that the
        interval always holds the published rank
-#}
with

development_index as (

    select * from {{ ref('fct_development_index') }}
    where dimension = 'total'

),

variants as (

    select * from {{ ref('fct_index_variant') }}

),

all_ranks as (

    select
        region_id,
        year,
        rank
    from development_index
    union all
    select
        region_id,
        year,
        rank
    from variants

),

spreads as (

    select
        region_id,
        year,
        min(rank) as rank_min,
        max(rank) as rank_max,
        cast(median(rank) as double) as rank_median,
        cast(count(*) - 1 as integer) as n_variants
    from all_ranks
    group by region_id, year

),

intervals as (

    select
        development_index.region_id,
        development_index.year,
        development_index.rank,
        spreads.rank_min,
        spreads.rank_max,
        spreads.rank_median,
        spreads.n_variants
    from development_index
    inner join spreads
        on
            development_index.region_id = spreads.region_id
            and development_index.year = spreads.year

)

select * from intervals

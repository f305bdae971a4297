{#-
grain:  one scoring, dimension of the index (or `total`), region and year
method: the sum of the dimension's sub-index scores; the dimensions add up to the total
-#}
with

sub_index_scores as (

    select * from {{ ref('int_indicators__sub_index_scored') }}

),

levels as (

    select
        scoring,
        dimension,
        dimension as part,
        sub_index,
        region_id,
        year,
        score,
        intervention
    from sub_index_scores
    union all
    select
        scoring,
        'total' as dimension,
        dimension as part,
        sub_index,
        region_id,
        year,
        score,
        intervention
    from sub_index_scores

),

dimension_scores as (

    select
        scoring,
        dimension,
        region_id,
        year,
        {{ exact_sum('score') }} as score,
        max(intervention) as intervention
    from levels
    group by scoring, dimension, region_id, year

)

select * from dimension_scores

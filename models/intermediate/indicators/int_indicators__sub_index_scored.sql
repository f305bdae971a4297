{#-
grain:  one scoring, sub-index, region and year
method: score = sum(weight * score of the indicator), with the scoring's entropy weights
-#}
with

normalised as (

    select * from {{ ref('int_indicators__normalised') }}

),

weights as (

    select * from {{ ref('int_indicators__entropy_weighted') }}
    where total_redundancy > 0

),

indicators as (

    select * from {{ ref('indicators') }}

),

scored as (

    select
        normalised.scoring,
        indicators.dimension,
        indicators.sub_index_en as sub_index,
        normalised.region_id,
        normalised.year,
        {{ exact_sum('weights.weight * normalised.score') }}
            as score,
        max(normalised.intervention) as intervention
    from normalised
    inner join weights
        on
            normalised.scoring = weights.scoring
            and normalised.indicator_id = weights.indicator_id
    inner join indicators
        on normalised.indicator_id = indicators.indicator_id
    group by
        normalised.scoring,
        indicators.dimension,
        indicators.sub_index_en,
        normalised.region_id,
        normalised.year

)

select * from scored

{#-
grain:  one variant of the index, region and year
method: score = sum(weight * score of the indicator). Leaving an indicator k out leaves
        the others' entropies as they are, so that with redundancies d
            score without k = (sum_j d_j x_j - d_k x_k) / (sum_j d_j - d_k)
        which needs one pass whatever the number of indicators.
-#}
with

normalised as (

    select * from {{ ref('int_indicators__normalised') }}

),

weights as (

    select * from {{ ref('int_indicators__weighted') }}

),

totals as (

    select
        weights.variant_id,
        normalised.region_id,
        normalised.year,
        {{ exact_sum('weights.weight * normalised.score') }}
            as score
    from weights
    inner join normalised
        on
            weights.scoring = normalised.scoring
            and weights.indicator_id = normalised.indicator_id
    group by weights.variant_id, normalised.region_id, normalised.year

),

left_out as (

    select
        'without_' || weights.indicator_id as variant_id,
        totals.region_id,
        totals.year,
        greatest(
            totals.score - weights.weight * normalised.score, 0.0
        ) / (1.0 - weights.weight) as score
    from totals
    inner join weights
        on totals.variant_id = weights.variant_id
    inner join normalised
        on
            weights.scoring = normalised.scoring
            and weights.indicator_id = normalised.indicator_id
            and totals.region_id = normalised.region_id
            and totals.year = normalised.year
    where totals.variant_id = 'headline' and weights.weight < 1.0

),

scored as (

    select * from totals
    union all
    select * from left_out

)

select * from scored

{#-
grain: one variant of the index, region and year
-#}
with

total_scores as (

    select * from {{ ref('int_indicators__total_scored') }}

),

ranked as (

    select
        variant_id,
        region_id,
        year,
        score,
        {{ rank_from_best('score', 'variant_id, year') }} as rank
    from total_scores
    where variant_id <> 'headline'

)

select * from ranked

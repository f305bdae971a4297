{#-
grain: one region, year and dimension of the index, or `total`
-#}
with

dimension_scores as (

    select * from {{ ref('int_indicators__dimension_scored') }}

),

ranked as (

    select
        region_id,
        year,
        dimension,
        score,
        {{ rank_from_best('score', 'year, dimension') }} as rank
    from dimension_scores
    where scoring = 'headline'

)

select * from ranked

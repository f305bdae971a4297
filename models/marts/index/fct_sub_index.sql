{#-
grain: one region, year and sub-index
-#}
with

sub_index_scores as (

    select * from {{ ref('int_indicators__sub_index_scored') }}

),

ranked as (

    select
        region_id,
        year,
        dimension,
        sub_index,
        score,
        {{ rank_from_best('score', 'year, dimension, sub_index') }} as rank
    from sub_index_scores
    where scoring = 'headline'

)

select * from ranked

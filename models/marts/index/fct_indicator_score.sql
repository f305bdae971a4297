{#-
grain: one region, year and indicator in use
-#}
with

normalised as (

    select * from {{ ref('int_indicators__normalised') }}

),

scores as (

    select
        region_id,
        year,
        indicator_id,
        value,
        score
    from normalised
    where scoring = 'headline'

)

select * from scores

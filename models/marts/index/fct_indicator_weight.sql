{#-
grain: one indicator in use
-#}
with

entropy_weighted as (

    select * from {{ ref('int_indicators__entropy_weighted') }}

),

weights as (

    select
        indicator_id,
        entropy,
        redundancy,
        weight,
        is_constant
    from entropy_weighted
    where scoring = 'headline'

)

select * from weights

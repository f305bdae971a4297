{#-
grain:  one way of weighing and indicator
method: the weights of the published index (`headline`) and of the variants that have
        weights of their own. An indicator that does not vary has weight 0, or none.
-#}
with

weights as (

    select * from {{ ref('int_indicators__weighted') }}

),

described as (

    select
        variant_id,
        indicator_id,
        weight
    from weights

)

select * from described

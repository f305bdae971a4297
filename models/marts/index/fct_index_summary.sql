{#-
grain:  one way of weighing
method: the effective number of indicators is 1 / sum(weight^2): as many equal weights
        would concentrate as much. It says how few indicators carry an index of many.
-#}
with

weights as (

    select * from {{ ref('int_indicators__weighted') }}

),

indicators as (

    select * from {{ ref('indicators') }}

),

registered as (

    select count(*) as n_registered from indicators

),

ordered as (

    select
        *,
        row_number() over (
            partition by variant_id order by weight desc, indicator_id asc
        ) as place
    from weights

),

summed as (

    select
        variant_id,
        count(case when weight > 0 then 1 end) as n_indicators,
        1.0 / {{ exact_sum('weight * weight') }} as effective_indicators,
        max(weight) as largest_weight,
        max(case when place = 1 then indicator_id end) as largest_indicator_id
    from ordered
    group by variant_id

),

summary as (

    select
        summed.variant_id,
        cast(registered.n_registered as integer) as n_registered,
        cast(summed.n_indicators as integer) as n_indicators,
        summed.effective_indicators,
        summed.largest_weight,
        summed.largest_indicator_id
    from summed
    cross join registered

)

select * from summary

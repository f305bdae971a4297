{#- In each year the mean of a location quotient over regions, weighted by its
    denominator, is 1, wherever every region has a quotient. -#}
with

quotients as (

    select * from {{ ref('fct_location_quotient') }}

),

means as (

    select
        quotient_id,
        year,
        sum(value * whole) / sum(whole) as weighted_mean
    from quotients
    group by quotient_id, year
    having count(*) = count(value)

),

unequal as (

    select * from means
    where abs(weighted_mean - 1.0) > 1e-12

)

select * from unequal

{#-
grain:  one indicator that varies
method: squared loadings of the first principal component of the correlation matrix R.
        They sum to 1 because the loadings have length 1, and no sign has to be chosen.
        R is squared again and again (R, R^2, R^4, …) and scaled by its trace each
        time; what remains is v v', the projection on the first component, whose
        diagonal holds the squared loadings.
-#}
{%- set squarings = 12 -%}
with

power_0 as (

    select
        indicator_id,
        other_id,
        correlation as entry
    from {{ ref('int_indicators__correlations') }}

),
{% for step in range(1, squarings + 1) %}
squared_{{ step }} as (

    select
        one.indicator_id,
        other.other_id,
        {{ exact_sum('one.entry * other.entry') }} as entry
    from power_{{ step - 1 }} as one
    inner join power_{{ step - 1 }} as other
        on one.other_id = other.indicator_id
    group by one.indicator_id, other.other_id

),

power_{{ step }} as (

    select
        indicator_id,
        other_id,
        entry
        / {{ exact_sum(
            'case when indicator_id = other_id then entry end', over='partition by 1'
        ) }} as entry
    from squared_{{ step }}

),
{% endfor %}
weights as (

    select
        indicator_id,
        {{ share_of_one('entry') }} as weight
    from power_{{ squarings }}
    where indicator_id = other_id

)

select * from weights

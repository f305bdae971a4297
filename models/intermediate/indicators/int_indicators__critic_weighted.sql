{#-
grain:  one indicator that varies
method: contrast times conflict:  c_j = sd_j * sum_k (1 - r_jk),  w_j = c_j / sum(c).
        Indicators that all move together carry no conflict: then weights are equal.
        A conflict within the rounding of correlations is none.
source: Diakoulaki, Mavrotas and Papayannakis (1995), CRITIC
-#}
with

correlations as (

    select * from {{ ref('int_indicators__correlations') }}

),

contents as (

    select
        indicator_id,
        standard_deviation
        * {{ exact_sum(
            'case when 1.0 - correlation > 1e-12 then 1.0 - correlation else 0.0 end'
        ) }} as content
    from correlations
    group by indicator_id, standard_deviation

),

totals as (

    select
        count(*) as n_indicators,
        {{ exact_sum('content') }} as total_content
    from contents

),

weights as (

    select
        contents.indicator_id,
        coalesce(
            {{ share_of_one(ratio('contents.content', 'totals.total_content')) }},
            1.0 / totals.n_indicators
        ) as weight
    from contents
    cross join totals

)

select * from weights

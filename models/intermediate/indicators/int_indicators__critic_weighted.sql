{#-
grain:  one indicator that varies
method: contrast times conflict:  c_j = sd_j * sum_k (1 - r_jk),  w_j = c_j / sum(c).
        Indicators that all move together carry no conflict: then weights are equal.
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
        * {{ exact_sum('1.0 - correlation') }} as content
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
            {{ ratio('contents.content', 'totals.total_content') }},
            1.0 / totals.n_indicators
        ) as weight
    from contents
    cross join totals

)

select * from weights

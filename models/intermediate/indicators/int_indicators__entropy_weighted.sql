{#-
grain:  one scoring and indicator
method: entropy weights over the pooled panel, so that a weight means the same thing in
        every year. n is the number of region-years.
            p = score / sum(score)
            e = -sum(p ln p) / ln n
            w = (1 - e) / sum(1 - e)
        Zero shares use the limit 0 ln 0 = 0. An indicator that does not vary has e = 1
        and weight 0; where none varies every weight is 0.
source: Shannon (1948); the paper's section 2.3
-#}
with

normalised as (

    select * from {{ ref('int_indicators__normalised') }}

),

totals as (

    select
        scoring,
        indicator_id,
        count(*) as n_rows,
        min(score) = max(score) as is_constant,
        {{ exact_sum('score') }} as total_score
    from normalised
    group by scoring, indicator_id

),

terms as (

    select
        normalised.scoring,
        normalised.indicator_id,
        normalised.region_id,
        normalised.year,
        totals.n_rows,
        totals.is_constant,
        {{ entropy_term(
            '(normalised.score / nullif(totals.total_score, 0.0))'
        ) }} as term
    from normalised
    inner join totals
        on
            normalised.scoring = totals.scoring
            and normalised.indicator_id = totals.indicator_id

),

entropies as (

    select
        scoring,
        indicator_id,
        is_constant,
        case
            when is_constant then 1.0
            else {{ share_of_one(exact_sum('term') ~ ' / ln(n_rows)') }}
        end as entropy
    from terms
    group by scoring, indicator_id, is_constant, n_rows

),

redundancies as (

    select
        *,
        1.0 - entropy as redundancy,
        {{ exact_sum('1.0 - entropy', over='partition by scoring') }}
            as total_redundancy
    from entropies

),

weights as (

    select
        scoring,
        indicator_id,
        is_constant,
        entropy,
        redundancy,
        total_redundancy,
        coalesce(
            {{ share_of_one(ratio('redundancy', 'total_redundancy')) }}, 0.0
        ) as weight
    from redundancies

)

select * from weights

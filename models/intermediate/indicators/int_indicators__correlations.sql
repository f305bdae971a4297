{#-
grain:  one ordered pair of indicators that vary, each with itself included
method: Pearson's correlation of the headline scores over the pooled panel:
            r = sum(d d') / (|d| |d'|),  d = score - mean(score)
        Each pair is computed once and mirrored.
-#}
with

normalised as (

    select * from {{ ref('int_indicators__normalised') }}
    where scoring = 'headline'

),

means as (

    select
        indicator_id,
        count(*) as n_rows,
        {{ exact_sum('score') }} / count(*) as mean_score
    from normalised
    group by indicator_id
    having min(score) < max(score)

),

centred as (

    select
        normalised.indicator_id,
        normalised.region_id,
        normalised.year,
        means.n_rows,
        normalised.score - means.mean_score as deviation
    from normalised
    inner join means
        on normalised.indicator_id = means.indicator_id

),

products as (

    select
        one.indicator_id,
        other.indicator_id as other_id,
        one.n_rows,
        {{ exact_sum('one.deviation * other.deviation') }}
            as product
    from centred as one
    inner join centred as other
        on one.region_id = other.region_id and one.year = other.year
    where one.indicator_id <= other.indicator_id
    group by one.indicator_id, other.indicator_id, one.n_rows

),

mirrored as (

    select * from products
    union all
    select
        other_id as indicator_id,
        indicator_id as other_id,
        n_rows,
        product
    from products
    where indicator_id <> other_id

),

correlations as (

    select
        mirrored.indicator_id,
        mirrored.other_id,
        mirrored.product / sqrt(own.product * others.product) as correlation,
        sqrt(own.product / mirrored.n_rows) as standard_deviation
    from mirrored
    inner join products as own
        on mirrored.indicator_id = own.indicator_id and own.other_id = own.indicator_id
    inner join products as others
        on
            mirrored.other_id = others.indicator_id
            and others.other_id = others.indicator_id

)

select * from correlations

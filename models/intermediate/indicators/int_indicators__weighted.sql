{#-
grain:  one variant of the index and indicator
method: `headline`, `by_year` and `no_outlier_rule` carry the entropy weights of their own
        scores; `equal`, `critic` and `pca` weigh the headline scores otherwise. An
        indicator that does not vary has weight 0 in all of them.
-#}
with

entropy_weighted as (

    select * from {{ ref('int_indicators__entropy_weighted') }}
    where total_redundancy > 0

),

critic_weighted as (

    select * from {{ ref('int_indicators__critic_weighted') }}

),

pca_weighted as (

    select * from {{ ref('int_indicators__pca_weighted') }}

),

weights as (

    select
        scoring as variant_id,
        scoring,
        indicator_id,
        weight
    from entropy_weighted
    union all
    select
        'equal' as variant_id,
        scoring,
        indicator_id,
        1.0 / count(*) over () as weight
    from entropy_weighted
    where scoring = 'headline' and not is_constant
    union all
    select
        'critic' as variant_id,
        'headline' as scoring,
        indicator_id,
        weight
    from critic_weighted
    union all
    select
        'pca' as variant_id,
        'headline' as scoring,
        indicator_id,
        weight
    from pca_weighted

)

select * from weights

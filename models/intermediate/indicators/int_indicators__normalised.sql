{#-
grain:  one scoring, indicator, region and year
method: min-max so that 1 is always the better end: (x - min) / (max - min), or
        (max - x) / (max - min) where less is better. Over the pooled panel years stay
        comparable; over each year they do not (`normalise_by`). An indicator that does
        not vary scores 0. `zero_shift` is added after scaling.
        Scorings: `headline`; `by_year`, scaled within each year; `no_outlier_rule`,
        from unreplaced observations.
-#}
{%- set normalise_by = choice('normalise_by', ['panel', 'year']) -%}
with

assessed as (

    select * from {{ ref('int_indicators__assessed') }}
    where is_used

),

computed as (

    select * from {{ ref('int_formulas__computed') }}

),

scorings as (

    select
        'headline' as scoring,
        'cleaned' as treatment,
        '{{ normalise_by }}' as frame
    union all
    select
        'by_year' as scoring,
        'cleaned' as treatment,
        'year' as frame
    union all
    select
        'no_outlier_rule' as scoring,
        'unreplaced' as treatment,
        '{{ normalise_by }}' as frame

),

framed as (

    select
        scorings.scoring,
        assessed.indicator_id,
        assessed.direction,
        assessed.is_constant,
        computed.region_id,
        computed.year,
        computed.value,
        computed.intervention,
        case when scorings.frame = 'year' then computed.year end as frame_year
    from scorings
    inner join assessed
        on scorings.treatment = assessed.treatment
    inner join computed
        on
            assessed.treatment = computed.treatment
            and assessed.indicator_id = computed.formula_id

),

ranged as (

    select
        *,
        min(value) over (partition by scoring, indicator_id, frame_year) as lowest,
        max(value) over (partition by scoring, indicator_id, frame_year) as highest
    from framed

),

normalised as (

    select
        scoring,
        indicator_id,
        region_id,
        year,
        value,
        intervention,
        case
            when is_constant then 0.0
            else
                {{ min_max('value', 'lowest', 'highest', 'direction') }}
                + {{ number_setting('zero_shift') }}
        end as score
    from ranged

)

select * from normalised

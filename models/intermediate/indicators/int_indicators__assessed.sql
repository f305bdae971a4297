{#-
grain:  one treatment and indicator
method: an indicator needs a value in every region and year of the study; otherwise it is
        left out for all, by name (`incomplete_indicator: drop`), or the build stops and
        names it (`refuse`). One that never changes but for the rounding of ratios stays,
        with weight 0.
-#}
{%- set on_incomplete = choice('incomplete_indicator', ['drop', 'refuse']) -%}
with

indicators as (

    select * from {{ ref('indicators') }}

),

computed as (

    select * from {{ ref('int_formulas__computed') }}

),

known as (

    select indicator_id as id from indicators

),

listed as (
    {{ listed_ids('indicators', 'varchar') }}
),

distinct_reasons as (

    select distinct
        treatment,
        formula_id,
        reason
    from computed

),

reasons as (

    select
        treatment,
        formula_id,
        {{ list_text('reason', 'reason') }} as reasons
    from distinct_reasons
    group by treatment, formula_id

),

counted as (

    select
        computed.treatment,
        indicators.indicator_id,
        indicators.dimension,
        indicators.sub_index_en as sub_index,
        indicators.direction,
        cast(count(*) as integer) as n_cells,
        {{ intervention_counts('computed.value', 'computed.intervention') }},
        {{ is_constant('min(computed.value)', 'max(computed.value)') }} as is_constant
    from indicators
    inner join computed
        on indicators.indicator_id = computed.formula_id
    group by
        computed.treatment,
        indicators.indicator_id,
        indicators.dimension,
        indicators.sub_index_en,
        indicators.direction

),

selected as (

    select
        counted.*,
        reasons.reasons,
        counted.indicator_id in (select listed.id from listed)
        or not exists (select 1 from listed) as is_selected
    from counted
    inner join reasons
        on
            counted.treatment = reasons.treatment
            and counted.indicator_id = reasons.formula_id
    where {{ refuse_unknown('indicators', 'listed', 'known') }}

),

incomplete as (

    select
        {{ list_text(
            "indicator_id || ' (' || missing || ' of ' || n_cells || ' region-years: '"
            ~ " || reasons || ')'",
            'indicator_id'
        ) }} as names
    from selected
    where is_selected and missing > 0 and treatment = 'cleaned'

),

assessed as (

    select
        selected.*,
        selected.is_selected and selected.missing = 0 as is_used
    from selected
    cross join incomplete
    where
        case
            when '{{ on_incomplete }}' = 'drop' or incomplete.names is null then true
            else {{ raise_error(
                "'Indicators without a value everywhere: ' || incomplete.names"
                ~ " || '. Add downloads, or let incomplete_indicator be drop.'"
            ) }}
        end

)

select * from assessed

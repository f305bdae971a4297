{#-
grain:  one treatment and indicator
method: an indicator needs a value in every region and year of the study; otherwise it is
        left out for all, by name (`incomplete_indicator: drop`), or the build stops and
        names it (`refuse`). One that never changes stays, with weight 0.
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

reasons as (

    select
        treatment,
        formula_id,
        {{ list_text('reason', 'reason') }} as reasons
    from (select distinct treatment, formula_id, reason from computed) as found
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
        min(computed.value) = max(computed.value) as is_constant
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
        {% if var('indicators') -%}
        counted.indicator_id in (select listed.id from listed) as is_selected
        {%- else -%}
        true as is_selected
        {%- endif %}
    from counted
    inner join reasons
        on
            counted.treatment = reasons.treatment
            and counted.indicator_id = reasons.formula_id
    where {{ refuse_unknown('indicators', 'listed', 'known') }}

),

assessed as (

    select
        *,
        is_selected and missing = 0 as is_used
    from selected
    {%- if on_incomplete == 'refuse' %}
    where
        case
            when is_selected and missing > 0
                then {{ raise_error(
                    "'Indicator ' || indicator_id || ' has no value in ' || missing"
                    ~ " || ' of ' || n_cells || ' region-years (' || reasons || ')."
                    ~ " Add the missing downloads, or let incomplete_indicator be drop.'"
                ) }}
            else true
        end
    {%- endif %}

)

select * from assessed

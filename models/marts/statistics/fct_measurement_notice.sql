{#-
grain:  one remark that cleaning, formulas or the index made while the build went on
-#}
with

raw_quality as (

    select * from {{ ref('int_quality__raw_variables') }}

),

study_quality as (

    select * from {{ ref('int_quality__study_variables') }}

),

indicator_statuses as (

    select * from {{ ref('fct_indicator_status') }}

),

outliers as (

    select * from {{ ref('int_statistics__outliers') }}

),

irreplaceable as (

    select
        variable_id,
        region_id,
        {{ list_text('cast(year as varchar)', 'year') }} as years
    from {{ ref('int_statistics__treated') }}
    where treatment = 'cleaned' and is_irreplaceable
    group by variable_id, region_id

),

scales as (

    select * from {{ ref('int_statistics__residual_scales') }}

),

remarks as (

    select distinct
        'warn' as severity,
        'not_cleanable' as topic,
        variable_id,
        region_id,
        'outliers remain after every round of the rule: none in this series is replaced'
            as detail,
        'compare the series with its printed source' as next_step
    from outliers
    where not is_cleanable
    union all
    select
        'warn' as severity,
        'outlier_kept' as topic,
        variable_id,
        region_id,
        'the outlier rule flags ' || years || ', and no observation is near enough to'
        || ' replace them: they are kept as observed' as detail,
        'compare the series with its printed source' as next_step
    from irreplaceable
    union all
    select
        'warn' as severity,
        'end_kept' as topic,
        variable_id,
        region_id,
        'the outlier rule flags ' || {{ list_text('cast(year as varchar)', 'year') }}
        || ', at the end of the series, where an error looks like the first year'
        || ' of a new level: kept as observed' as detail,
        'compare it with its printed source or the next year; where it is an error,'
        || ' correct the file, or set outlier_rule to mad' as next_step
    from outliers
    where is_cleanable and is_kept_end
    group by variable_id, region_id
    union all
    select
        'info' as severity,
        'not_judged' as topic,
        variable_id,
        cast(null as integer) as region_id,
        'more than half of its values lie on straight lines, so that the outlier rule'
        || ' has no scale to judge the others by' as detail,
        'rely on its bounds' as next_step
    from scales
    where scale_between is null
    union all
    select
        'warn' as severity,
        'replaced' as topic,
        variable_id,
        cast(null as integer) as region_id,
        'values replaced: ' || case
            when replaced_bound = 0 then replaced_outlier || ' as outliers'
            when replaced_outlier = 0 then replaced_bound || ' outside their bounds'
            else
                replaced_bound || ' outside their bounds, '
                || replaced_outlier || ' as outliers'
        end as detail,
        'see value_observed and rule in fct_observation' as next_step
    from raw_quality
    where replaced > 0
    union all
    select
        'warn' as severity,
        'missing' as topic,
        variable_id,
        cast(null as integer) as region_id,
        reason as detail,
        'add a download that holds it' as next_step
    from raw_quality
    where reason is not null
    union all
    select
        'warn' as severity,
        'vintage' as topic,
        variable_id,
        cast(null as integer) as region_id,
        note as detail,
        'add a download of the chosen vintage, or choose another' as next_step
    from raw_quality
    where note is not null
    union all
    select
        'warn' as severity,
        'panel_variable_missing' as topic,
        variable_id,
        cast(null as integer) as region_id,
        reason as detail,
        'add downloads of what it is made of' as next_step
    from study_quality
    where reason is not null
    union all
    select
        'warn' as severity,
        'vintage_mix' as topic,
        variable_id,
        cast(null as integer) as region_id,
        note as detail,
        'take its parts from one vintage' as next_step
    from study_quality
    where note is not null
    union all
    select
        'warn' as severity,
        'vintage_mix' as topic,
        indicator_id as variable_id,
        cast(null as integer) as region_id,
        'its parts come from different vintages: ' || vintages as detail,
        'take its parts from one vintage' as next_step
    from indicator_statuses
    where is_vintage_mixed and is_used
    union all
    select
        'warn' as severity,
        status || '_indicator' as topic,
        indicator_id as variable_id,
        cast(null as integer) as region_id,
        reason as detail,
        case
            when status = 'constant' then 'nothing, or take it out of the registry'
            else 'add downloads of what it is made of'
        end as next_step
    from indicator_statuses
    where status in ('incomplete', 'constant')

),

numbered as (

    select
        cast(row_number() over (
            order by severity desc, topic asc, variable_id asc, region_id asc
        ) as integer) as notice_no,
        severity,
        topic,
        variable_id,
        region_id,
        detail,
        next_step
    from remarks

)

select * from numbered

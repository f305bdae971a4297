{#-
grain:  one treatment, region, variable and year
method: inside a series linear in the year; at its edges by `edge_rule`: the line through
        the two nearest observations, clipped to the bounds, or the nearest value. An
        edge gap of more than `edge_limit` years stays missing.
-#}
{%- set edge_rule = choice('edge_rule', ['linear', 'nearest', 'none']) -%}
with

treated as (

    select * from {{ ref('int_statistics__treated') }}

),

bracketed as (

    select * from {{ ref('int_statistics__bracketed') }}

),

variables as (

    select * from {{ ref('raw_variables') }}

),

lines as (

    select
        bracketed.*,
        variables.lower_bound,
        variables.upper_bound,
        case
            when bracketed.year_1 is null then 'too_few_observations'
            when bracketed.is_interior then 'linear'
            {%- if edge_rule == 'none' %}
            else 'edge_rule_none'
            {%- else %}
            {%- if var('edge_limit') is not none %}
            when bracketed.gap_length > {{ number_setting('edge_limit') }}
                then 'beyond_edge_limit'
            {%- endif %}
            else 'edge_{{ edge_rule }}'
            {%- endif %}
        end as method,
        {{ line_at('year', 'year_1', 'value_1', 'year_2', 'value_2') }} as on_line
    from bracketed
    inner join variables
        on bracketed.variable_id = variables.variable_id

),

valued as (

    select
        *,
        case method
            when 'linear' then on_line
            when 'edge_linear' then {{ clip('on_line', 'lower_bound', 'upper_bound') }}
            when 'edge_nearest'
                then case when year < year_1 then value_1 else value_2 end
        end as value
    from lines

),

filled as (

    select
        treatment,
        region_id,
        variable_id,
        year,
        value_observed,
        value_kept as value,
        'observed' as value_status,
        cast(null as varchar) as rule,
        cast(null as integer) as gap_length
    from treated
    where value_kept is not null
    union all
    select
        treatment,
        region_id,
        variable_id,
        year,
        value_observed,
        value,
        case
            when value is null then 'missing'
            when replaced_by = 'bounds' then 'replaced_bound'
            when replaced_by = 'mad' then 'replaced_outlier'
            when is_interior then 'filled_gap'
            else 'filled_edge'
        end as value_status,
        concat_ws('; ', replaced_by, method) as rule,
        cast(gap_length as integer) as gap_length
    from valued

)

select * from filled

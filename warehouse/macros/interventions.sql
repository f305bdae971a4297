{#- What was done to a value: 0 observed, 1 filled, 2 replaced; empty where it is missing.
    A formula carries the largest of its parts. And who lacks a value. -#}

{% macro intervention(value_status) -%}
    case
        when {{ value_status }} = 'observed' then 0
        when {{ value_status }} like 'filled%' then 1
        when {{ value_status }} like 'replaced%' then 2
    end
{%- endmacro %}


{% macro intervention_counts(number, intervention) -%}
    {%- for name in ['observed', 'filled', 'replaced'] -%}
    cast(
            count(case when {{ number }} is not null and {{ intervention }} = {{ loop.index0 }} then 1 end) as integer
        ) as {{ name }},
        {% endfor -%}
    cast(count(*) - count({{ number }}) as integer) as missing
{%- endmacro %}


{% macro first_names(name, order_by, condition, place, most=3) -%}
    {{ list_text(
        'case when ' ~ condition ~ ' and ' ~ place ~ ' <= ' ~ most ~ ' then ' ~ name ~ ' end',
        order_by
    ) }}
        || case
            when max({{ place }}) = {{ most + 1 }} then ' and 1 other'
            when max({{ place }}) > {{ most }}
                then ' and ' || (max({{ place }}) - {{ most }}) || ' others'
            else ''
        end
{%- endmacro %}

{#- What was done to a value: 0 observed, 1 filled, 2 replaced; empty where it is missing.
    A formula carries the largest of its parts. -#}

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

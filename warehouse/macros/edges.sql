{#- Gaps before the first and after the last kept observation of a series: how long they are
    and why they may stay open. One definition for what is filled and what is replaced. -#}

{% macro edge_gap(year, first_kept, last_kept) -%}
    case
        when {{ year }} < {{ first_kept }}
            then {{ first_kept }} - least({{ year }}, {{ number_setting('first_year') }})
        when {{ year }} > {{ last_kept }}
            then {{ number_setting('last_year') }} - {{ last_kept }}
    end
{%- endmacro %}


{% macro edge_refusal(gap_length) -%}
    {%- if choice('edge_rule', ['linear', 'nearest', 'none']) == 'none' -%}
    case when {{ gap_length }} > 0 then 'edge_rule_none' end
    {%- elif var('edge_limit') is not none -%}
    case
        when {{ gap_length }} > {{ number_setting('edge_limit') }}
            then 'beyond_edge_limit'
    end
    {%- else -%}
    cast(null as varchar)
    {%- endif -%}
{%- endmacro %}

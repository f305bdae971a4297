{#- What engines write differently. Every macro here has a `default__` form in the SQL
    that most engines share and, where DuckDB has its own, a `duckdb__` form. -#}

{% macro year_rows(first, last) -%}
    {{ return(adapter.dispatch('year_rows')(first, last)) }}
{%- endmacro %}

{% macro default__year_rows(first, last) -%}
    {%- for year in range(first, last + 1) %}
    select cast({{ year }} as integer) as year
    {%- if not loop.last %} union all{% endif %}
    {%- endfor %}
{%- endmacro %}

{% macro duckdb__year_rows(first, last) -%}
    select cast(range as integer) as year
    from range({{ first }}, {{ last + 1 }})
{%- endmacro %}


{% macro list_text(expression, order_by, separator=', ') -%}
    {{ return(adapter.dispatch('list_text')(expression, order_by, separator)) }}
{%- endmacro %}

{% macro default__list_text(expression, order_by, separator) -%}
    listagg({{ expression }}, '{{ separator }}') within group (order by {{ order_by }})
{%- endmacro %}

{% macro duckdb__list_text(expression, order_by, separator) -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}


{% macro ordered_sum(expression, order_by) -%}
    {{ return(adapter.dispatch('ordered_sum')(expression, order_by)) }}
{%- endmacro %}

{% macro default__ordered_sum(expression, order_by) -%}
    sum({{ expression }})
{%- endmacro %}

{% macro duckdb__ordered_sum(expression, order_by) -%}
    sum({{ expression }} order by {{ order_by }})
{%- endmacro %}


{% macro raise_error(message) -%}
    {{ return(adapter.dispatch('raise_error')(message)) }}
{%- endmacro %}

{% macro default__raise_error(message) -%}
    cast(raise_error({{ message }}) as boolean)
{%- endmacro %}

{% macro duckdb__raise_error(message) -%}
    cast(error({{ message }}) as boolean)
{%- endmacro %}

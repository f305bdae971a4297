{#- The wide panel's columns are listed once, in its contract
    (models/marts/panel/_panel__models.yml). Those below identify a row; every other one
    is a study variable. -#}

{% macro study_variable_ids(contracted_model) -%}
    {%- set keys = [
        'region_id', 'region_name', 'region_name_zh', 'area', 'is_municipality', 'year'
    ] -%}
    {{ return(contracted_model.columns.keys() | reject('in', keys) | list) }}
{%- endmacro %}


{% macro study_columns(contracted_model) -%}
    {%- for variable_id in study_variable_ids(contracted_model) -%}
        max(case when variable_id = '{{ variable_id }}' then value end)
            as {{ variable_id }}
        {%- if not loop.last %},
        {% endif %}
    {%- endfor -%}
{%- endmacro %}

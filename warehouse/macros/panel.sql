{#- The wide panel's columns are listed once, in its contract
    (models/marts/panel/_panel__models.yml): keys, and one per study variable. -#}

{% macro panel_keys() -%}
    {{ return([
        'region_id', 'region_name', 'region_name_zh', 'area', 'is_municipality', 'year'
    ]) }}
{%- endmacro %}


{% macro study_columns(contracted_model) -%}
    {%- for variable_id in contracted_model.columns if variable_id not in panel_keys() -%}
        max(case when variable_id = '{{ variable_id }}' then value end)
            as {{ variable_id }}
        {%- if not loop.last %},
        {% endif %}
    {%- endfor -%}
{%- endmacro %}

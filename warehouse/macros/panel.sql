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


{% macro province_panel(treatment, contracted_model) -%}
with

study_values as (

    select * from {{ ref('int_panel__study_values') }}
    where treatment = '{{ treatment }}'

),

regions as (

    select * from {{ ref('regions') }}

),

pivoted as (

    select
        regions.region_id,
        regions.name_en as region_name,
        regions.name_zh as region_name_zh,
        regions.area,
        regions.is_municipality,
        study_values.year,
        {{ study_columns(contracted_model) }}
    from study_values
    inner join regions
        on study_values.region_id = regions.region_id
    group by
        regions.region_id,
        regions.name_en,
        regions.name_zh,
        regions.area,
        regions.is_municipality,
        study_values.year

)

select * from pivoted
order by region_id, year
{%- endmacro %}

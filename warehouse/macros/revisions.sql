{#- What the last finished build held, and what it was compared with, is kept in one table, so
    that the next build can list what moved (models/marts/statistics/fct_revision.sql). -#}

{% macro kept_relation(identifier, schema='intermediate') -%}
    {{ return(api.Relation.create(
        database=target.database, schema=schema, identifier=identifier
    )) }}
{%- endmacro %}


{% macro kept_builds() -%}
    {%- set name = 'int_revision__kept_builds' -%}
    {%- if execute and adapter.get_relation(target.database, 'intermediate', name) %}
    select * from {{ kept_relation(name) }}
    {%- else %}
    select
        cast(null as varchar) as build,
        cast(null as integer) as region_id,
        cast(null as integer) as year,
        cast(null as varchar) as kind,
        cast(null as varchar) as variable_id,
        cast(null as double) as value,
        cast(null as boolean) as is_synthetic,
        cast(null as varchar) as files,
        cast(null as varchar) as settings
    where false
    {%- endif %}
{%- endmacro %}


{% macro settings_text() -%}
    {%- set settings = {} -%}
    {%- for name in [
        'first_year', 'last_year', 'outlier_rule', 'outlier_z', 'outlier_rounds',
        'edge_rule', 'edge_limit', 'normalise_by', 'zero_shift',
        'incomplete_indicator', 'indicators', 'regions', 'vintages'
    ] -%}
        {%- do settings.update({name: var(name)}) -%}
    {%- endfor -%}
    {{ return(settings | string) }}
{%- endmacro %}


{% macro has_moved(value_before, value_after) -%}
    coalesce(
        abs({{ value_after }} - {{ value_before }})
        > 1e-9 * greatest(abs({{ value_after }}), abs({{ value_before }})),
        ({{ value_before }} is null) <> ({{ value_after }} is null)
    )
{%- endmacro %}


{% macro keep_quantities(results) -%}
    {%- set names = results | map(attribute='node.name') | list -%}
    {%- set unsound = results
        | rejectattr('status', 'in', ['success', 'pass', 'warn', 'no-op']) | list -%}
    {%- if execute and 'fct_revision' in names and not unsound -%}
    create or replace table {{ kept_relation('int_revision__kept_builds') }} as
    select
        'last' as build,
        *
    from {{ kept_relation('int_revision__quantities') }}
    union all
    select
        'compared' as build,
        *
    from {{ kept_relation('int_revision__compared') }}
    {%- endif -%}
{%- endmacro %}

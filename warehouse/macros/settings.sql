{#- Settings (dbt vars), read in one way and refused with their name when they are wrong. -#}

{% macro choice(name, allowed) -%}
    {%- set value = var(name) | string -%}
    {%- if value not in allowed -%}
        {{ exceptions.raise_compiler_error(
            "The setting " ~ name ~ " is '" ~ value ~ "'; expected one of: "
            ~ allowed | join(', ') ~ ". Correct it in dbt_project.yml or in --vars."
        ) }}
    {%- endif -%}
    {{ return(value) }}
{%- endmacro %}


{% macro number_setting(name, at_least=0) -%}
    {%- set value = var(name) -%}
    {%- if value is not number or value < at_least -%}
        {{ exceptions.raise_compiler_error(
            "The setting " ~ name ~ " is '" ~ value ~ "'; expected a number from "
            ~ at_least ~ " up. Correct it in dbt_project.yml or in --vars."
        ) }}
    {%- endif -%}
    {{ return(value) }}
{%- endmacro %}


{% macro text_literal(text) -%}
    '{{ text | string | replace("'", "''") }}'
{%- endmacro %}


{% macro listed_ids(name, data_type) -%}
    {%- for item in var(name) %}
    select cast({{ text_literal(item) }} as {{ data_type }}) as id
    {%- if not loop.last %} union all{% endif %}
    {%- else %}
    select cast(null as {{ data_type }}) as id where false
    {%- endfor %}
{%- endmacro %}


{% macro refuse_unknown(name, listed, known) -%}
    {%- set unknown -%}
        from {{ listed }} as named
        where named.id not in (select {{ known }}.id from {{ known }})
    {%- endset -%}
    case
        when exists (select 1 {{ unknown }})
            then {{ raise_error(
                "'The setting " ~ name ~ " names what no registry knows: ' || (select "
                ~ list_text("cast(named.id as varchar)", "named.id")
                ~ " " ~ unknown ~ ")"
            ) }}
        else true
    end
{%- endmacro %}

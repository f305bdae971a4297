{#- Schemas are called exactly what a model says ("marts"), without the target's prefix:
    their names are a promise to everyone who queries the database. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}

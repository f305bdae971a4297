{#- What a finished build has to say to whoever watched it: one line per kind of remark. -#}

{% macro say_remarks(results) -%}
    {%- set done = results | selectattr('status', 'equalto', 'success')
        | map(attribute='node.name') | list -%}
    {%- if execute and 'fct_landing_notice' in done and 'fct_measurement_notice' in done -%}
        {%- set remarks = run_query(remark_lines()).rows -%}
        {%- if remarks | length > 0 -%}
            {%- do print(
                "\nRemarks of this build (each one in marts.fct_landing_notice, "
                ~ "marts.fct_measurement_notice and the report):"
            ) -%}
            {%- for row in remarks -%}
                {%- do print("  " ~ row[0]) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro remark_lines() -%}
    with remarks as (
        select
            1 as origin,
            severity,
            topic,
            notice_no,
            coalesce(source_file, variable_id) as subject,
            detail
        from {{ kept_relation('fct_landing_notice', 'marts') }}
        union all
        select
            2 as origin,
            severity,
            topic,
            notice_no,
            variable_id as subject,
            detail
        from {{ kept_relation('fct_measurement_notice', 'marts') }}
    ),

    topics as (
        select
            origin,
            severity,
            topic,
            count(*) as n,
            min_by(coalesce(subject || ': ', '') || detail, notice_no) as example
        from remarks
        group by origin, severity, topic
    )

    select
        severity || '  ' || replace(topic, '_', ' ') || case when n > 1 then ', ' || n else '' end
        || case
            when severity = 'warn'
                then ': ' || case when n > 1 then 'e.g. ' else '' end
                    || left(example, 160) || case when length(example) > 160 then '…' else '' end
            else ''
        end as line
    from topics
    order by severity desc, origin, topic
{%- endmacro %}

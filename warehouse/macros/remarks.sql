{#- What a finished build has to say to whoever watched it: one line per kind of remark. -#}

{% macro say_remarks(results) -%}
    {%- set done = results | selectattr('status', 'equalto', 'success')
        | map(attribute='node.name') | list -%}
    {%- set needed = [
        'fct_landing_notice', 'fct_measurement_notice', 'dim_variable', 'dim_indicator'
    ] -%}
    {%- if execute and needed | reject('in', done) | list | length == 0 -%}
        {%- set remarks = run_query(remark_lines()).rows -%}
        {%- if remarks | length > 0 -%}
            {%- do print(
                "\nRemarks of this build (each one in the report, marts.fct_landing_notice "
                ~ "and marts.fct_measurement_notice):"
            ) -%}
            {%- for row in remarks -%}
                {%- do print("  " ~ row[0]) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro remark_lines() -%}
    {%- set words = {
        'column_set_aside': 'columns set aside',
        'conflict_merged': 'tables that repeat cells of another',
        'constant_indicator': 'indicators that are constant',
        'duplicate_file': 'duplicate files, set aside',
        'end_kept': 'flagged series ends, kept as observed',
        'file_changed': 'files that changed since sources.csv was written',
        'file_set_aside': 'files set aside',
        'incomplete_indicator': 'indicators left out, not every cell has a value',
        'incomplete_table': 'tables that may be cut off',
        'layout_differs': 'tables laid out otherwise than sources.csv says',
        'missing': 'variables without a value somewhere',
        'not_cleanable': 'series that the outlier rule cannot clean',
        'not_judged': 'variables that the outlier rule cannot judge',
        'outlier_kept': 'outliers that nothing can replace, kept as observed',
        'panel_variable_missing': 'variables of the panel without a value somewhere',
        'region_rejected': 'rows of none of the regions',
        'replaced': 'variables with replaced values',
        'sheet_set_aside': 'sheets set aside',
        'sources_line': 'lines of sources.csv that fit nothing',
        'unit_assumed': 'variables without a unit',
        'unit_magnitude': 'units that the size of the numbers contradicts',
        'unused_variable': 'variables outside the registry',
        'unused_year': 'files with years outside the study',
        'vintage': 'series of another vintage than the chosen one',
        'vintage_mix': 'figures whose parts are of different vintages',
    } -%}
    with names as (
        select
            variable_id as id,
            name_en
        from {{ kept_relation('dim_variable', 'marts') }}
        union all
        select
            indicator_id as id,
            name_en
        from {{ kept_relation('dim_indicator', 'marts') }}
    ),

    remarks as (
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
            coalesce(
                (
                    select max(names.name_en || ' (' || names.id || ')')
                    from names
                    where names.id = notice.variable_id
                ),
                variable_id
            ) as subject,
            detail
        from {{ kept_relation('fct_measurement_notice', 'marts') }} as notice
    ),

    topics as (
        select
            origin,
            severity,
            topic,
            count(*) as n,
            rtrim(min_by(
                coalesce(subject || ': ', '')
                || regexp_replace(detail, '^(Set aside|values replaced): ', ''),
                notice_no
            ), '.') as example
        from remarks
        group by origin, severity, topic
    )

    select
        case severity when 'warn' then 'warning  ' else 'note     ' end
        || case topic
            {%- for topic, words in words.items() %}
            when '{{ topic }}' then '{{ words }}'
            {%- endfor %}
            else replace(topic, '_', ' ')
        end
        || ' (' || n || ')' || case when n > 1 then ', e.g. ' else ': ' end
        || case
            when length(example) <= 180 then example
            else regexp_replace(left(example, 180), '[,;:]?\s+\S*$', '') || ' …'
        end as line
    from topics
    order by severity desc, origin, topic
{%- endmacro %}

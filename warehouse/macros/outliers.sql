{#- The steps that each round of the outlier rule repeats
    (models/intermediate/statistics/int_statistics__outliers.sql). -#}

{% macro neighbour_residuals(points) -%}
    select
        region_id,
        variable_id,
        year,
        x,
        x - (
            {{ line_at('year', 'year_before', 'x_before', 'year_after', 'x_after') }}
        ) as residual_between,
        x - (
            {{ line_at(
                'year', 'year_before_2', 'x_before_2', 'year_before', 'x_before'
            ) }}
        ) as residual_before,
        x - (
            {{ line_at('year', 'year_after', 'x_after', 'year_after_2', 'x_after_2') }}
        ) as residual_after
    from (
        select
            region_id,
            variable_id,
            year,
            x,
            lag(year) over series as year_before,
            lag(x) over series as x_before,
            lag(year, 2) over series as year_before_2,
            lag(x, 2) over series as x_before_2,
            lead(year) over series as year_after,
            lead(x) over series as x_after,
            lead(year, 2) over series as year_after_2,
            lead(x, 2) over series as x_after_2
        from {{ points }}
        window series as (partition by variable_id, region_id order by year)
    ) as neighbours
{%- endmacro %}


{% macro residual_scores(residuals, scales) -%}
    select
        {{ residuals }}.region_id,
        {{ residuals }}.variable_id,
        {{ residuals }}.year,
        {{ residuals }}.x,
        {{ residuals }}.residual_between is not null
        {%- if var('outlier_rule') != 'mad' %}
        and {{ residuals }}.residual_before is not null
        and {{ residuals }}.residual_after is not null
        {%- endif %} as is_interior,
        abs({{ residuals }}.residual_between) / {{ scales }}.scale_between as z_between,
        {{ least_available(
            'abs(' ~ residuals ~ '.residual_between) / ' ~ scales ~ '.scale_between',
            'abs(' ~ residuals ~ '.residual_before) / ' ~ scales ~ '.scale_before',
            'abs(' ~ residuals ~ '.residual_after) / ' ~ scales ~ '.scale_after'
        ) }} as z
    from {{ residuals }}
    inner join {{ scales }}
        on {{ residuals }}.variable_id = {{ scales }}.variable_id
{%- endmacro %}


{% macro least_available(a, b, c) -%}
    least(
        coalesce({{ a }}, {{ b }}, {{ c }}),
        coalesce({{ b }}, {{ c }}, {{ a }}),
        coalesce({{ c }}, {{ a }}, {{ b }})
    )
{%- endmacro %}


{% macro largest_candidates(scores, round) -%}
    select
        region_id,
        variable_id,
        year,
        {{ round }} as round,
        z
    from (
        select
            region_id,
            variable_id,
            year,
            z,
            row_number() over (
                partition by variable_id, region_id
                order by coalesce(z_between, 0.0) desc, year
            ) as place
        from {{ scores }}
        where is_interior and z > {{ number_setting('outlier_z') }}
    ) as candidates
    where place = 1
{%- endmacro %}


{% macro outlying_ends(scores, flagged, round) -%}
    select
        {{ scores }}.region_id,
        {{ scores }}.variable_id,
        {{ scores }}.year,
        {{ round }} as round,
        {{ scores }}.z
    from {{ scores }}
    left join {{ flagged }}
        on
            {{ scores }}.region_id = {{ flagged }}.region_id
            and {{ scores }}.variable_id = {{ flagged }}.variable_id
    where
        {{ flagged }}.region_id is null
        and not {{ scores }}.is_interior
        and {{ scores }}.z > {{ number_setting('outlier_z') }}
{%- endmacro %}


{% macro points_after(scores, flagged) -%}
    select
        {{ scores }}.region_id,
        {{ scores }}.variable_id,
        {{ scores }}.year,
        {{ scores }}.x
    from {{ scores }}
    inner join {{ flagged }}
        on
            {{ scores }}.region_id = {{ flagged }}.region_id
            and {{ scores }}.variable_id = {{ flagged }}.variable_id
    where {{ scores }}.year <> {{ flagged }}.year
{%- endmacro %}

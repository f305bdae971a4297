{#-
grain:  one flagged value
method: z is a residual over its scale. A value is a candidate if its smallest available
        |z| exceeds `outlier_z`: a level shift agrees with one side and passes. In each
        round every series loses the interior candidate with the largest |z| against
        the line between its neighbours, and its residuals are taken again from the
        next observed neighbours. Then the values near an end are judged, which lack two
        neighbours on one side. Nothing there tells an error from the first year of a new
        level: `mad_interior` keeps them, flagged; `mad` has them replaced, and takes only
        the first and the last value for an end. A series with an interior candidate left
        after the last round cannot be cleaned: its flags stay on record and nothing in it
        is replaced.
-#}
{%- set rounds = number_setting('outlier_rounds', at_least=1) -%}
{%- set outlier_rule = choice('outlier_rule', ['mad_interior', 'mad', 'none']) -%}
with

residuals as (

    select * from {{ ref('int_statistics__residuals') }}
    where {{ 'false' if outlier_rule == 'none' else 'true' }}

),

scales as (

    select * from {{ ref('int_statistics__residual_scales') }}

),

{% for round in range(1, rounds + 2) %}
{%- set before = 'residuals' if loop.first else 'residuals_' ~ round %}
scored_{{ round }} as (

    {{ residual_scores(before, 'scales') | indent(4) }}

),

flagged_{{ round }} as (

    {{ largest_candidates('scored_' ~ round, round) | indent(4) }}

),

ends_{{ round }} as (

    {{ outlying_ends('scored_' ~ round, 'flagged_' ~ round, round) | indent(4) }}

),
{%- if not loop.last %}

points_{{ round + 1 }} as (

    {{ points_after('scored_' ~ round, 'flagged_' ~ round) | indent(4) }}

),

residuals_{{ round + 1 }} as (
    {{ neighbour_residuals('points_' ~ (round + 1)) }}
),
{%- endif %}

{% endfor -%}

flagged as (
    {% for round in range(1, rounds + 2) %}
    select
        *,
        false as is_near_end
    from flagged_{{ round }}
    union all
    select
        *,
        true as is_near_end
    from ends_{{ round }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

outliers as (

    select
        flagged.region_id,
        flagged.variable_id,
        flagged.year,
        flagged.round,
        flagged.z,
        endless.region_id is null as is_cleanable,
        flagged.is_near_end and {{ 'false' if outlier_rule == 'mad' else 'true' }}
            as is_kept_end
    from flagged
    left join flagged_{{ rounds + 1 }} as endless
        on
            flagged.region_id = endless.region_id
            and flagged.variable_id = endless.variable_id

)

select * from outliers

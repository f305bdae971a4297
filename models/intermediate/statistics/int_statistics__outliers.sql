{#-
grain:  one flagged value
method: z is a residual over its scale. A value is a candidate if its smallest available
        |z| exceeds `outlier_z`: a level shift agrees with one side and passes. In each
        round every series loses the interior candidate with the largest |z| against
        the line between its neighbours, and its residuals are taken again from the
        next observed neighbours. Then the ends are judged, which have one side only
        (`outlier_rule: mad_interior` leaves them alone). A series with an interior
        candidate left after the last round cannot be cleaned: its flags stay on record
        and nothing in it is replaced.
-#}
{%- set rounds = number_setting('outlier_rounds', at_least=1) -%}
{%- set outlier_rule = choice('outlier_rule', ['mad', 'mad_interior', 'none']) -%}
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
    select * from flagged_{{ round }}
    {%- if outlier_rule == 'mad' %}
    union all
    select * from ends_{{ round }}
    {%- endif %}
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
        endless.region_id is null as is_cleanable
    from flagged
    left join flagged_{{ rounds + 1 }} as endless
        on
            flagged.region_id = endless.region_id
            and flagged.variable_id = endless.variable_id

)

select * from outliers

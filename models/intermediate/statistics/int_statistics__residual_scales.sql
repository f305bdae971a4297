{#-
grain:  one variable
method: 1.4826 * median(|residual - median(residual)|), the deviation that estimates the
        standard deviation of a normal sample and that outliers cannot move. One per
        kind of residual, over all regions and years, before anything is flagged.
        A scale that is only rounding noise beside the variable's level is left empty:
        more than half of the residuals are equal then and nothing can be judged.
-#}
{%- set kinds = ['between', 'before', 'after'] -%}
{%- set rounding_noise = '1e-9' -%}
with

residuals as (

    select * from {{ ref('int_statistics__residuals') }}

),

centres as (

    select
        variable_id,
        {%- for kind in kinds %}
        median(residual_{{ kind }}) as centre_{{ kind }},
        {%- endfor %}
        median(abs(x)) as level
    from residuals
    group by variable_id

),

deviations as (

    select
        residuals.variable_id,
        {%- for kind in kinds %}
        abs(residuals.residual_{{ kind }} - centres.centre_{{ kind }})
            as deviation_{{ kind }},
        {%- endfor %}
        centres.level
    from residuals
    inner join centres
        on residuals.variable_id = centres.variable_id

),

medians as (

    select
        variable_id,
        {%- for kind in kinds %}
        median(deviation_{{ kind }}) as deviation_{{ kind }},
        {%- endfor %}
        max(level) as level
    from deviations
    group by variable_id

),

scales as (

    select
        variable_id,
        {%- for kind in kinds %}
        case
            when deviation_{{ kind }} > {{ rounding_noise }} * level
                then 1.4826 * deviation_{{ kind }}
        end as scale_{{ kind }},
        {%- endfor %}
        level
    from medians

)

select * from scales

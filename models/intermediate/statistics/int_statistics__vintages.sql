{#-
grain:  one variable of the registry
method: the chosen vintage if the files hold it; otherwise the only one they hold, noted
        where another was chosen; otherwise none, because nobody chose.
-#}
with

variables as (

    select * from {{ ref('raw_variables') }}

),

merged as (

    select * from {{ ref('int_statistics__merged') }}

),

settings as (
    {%- for variable_id, vintage in var('vintages').items() %}

    select
        {{ text_literal(variable_id) }} as id,
        {{ text_literal(vintage) }} as vintage
    {%- if not loop.last %} union all{% endif %}
    {%- else %}

    select
        cast(null as varchar) as id,
        cast(null as varchar) as vintage
    where false
    {%- endfor %}

),

known as (

    select variable_id as id from variables

),

chosen as (

    select
        variables.variable_id,
        coalesce(settings.vintage, nullif(variables.chosen_vintage, ''))
            as chosen_vintage
    from variables
    left join settings
        on variables.variable_id = settings.id
    where {{ refuse_unknown('vintages', 'settings', 'known') }}

),

available as (

    select
        variable_id,
        vintage
    from merged
    group by variable_id, vintage
    having count(value) > 0

),

counted as (

    select
        chosen.variable_id,
        chosen.chosen_vintage,
        count(available.vintage) as n_vintages,
        min(available.vintage) as first_vintage,
        coalesce(
            max(case when available.vintage = chosen.chosen_vintage then 1 end), 0
        ) as n_chosen,
        {{ list_text('available.vintage', 'available.vintage') }} as held_vintages
    from chosen
    left join available
        on chosen.variable_id = available.variable_id
    group by chosen.variable_id, chosen.chosen_vintage

),

vintages as (

    select
        variable_id,
        chosen_vintage,
        held_vintages,
        cast(n_vintages as integer) as n_vintages,
        case
            when n_chosen = 1 then chosen_vintage
            when n_vintages = 1 then first_vintage
        end as vintage,
        n_chosen = 0 and n_vintages = 1 and chosen_vintage is not null
            as is_substitute
    from counted

)

select * from vintages

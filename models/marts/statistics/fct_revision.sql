{#-
grain:  one region, year and quantity that the last change moved
method: compared is what both builds hold, so that a new year's download lists what it
        moved in history and not the new year itself. Differences within the rounding
        of doubles do not count, nor does the step from the sample to own files. A value
        that moves with the same files and settings is moved by the rules: the registries
        or the SQL.
-#}
with

now as (

    select * from {{ ref('int_revision__quantities') }}

),

compared as (

    select * from {{ ref('int_revision__compared') }}

),

moved as (

    select
        now.region_id,
        now.year,
        now.kind,
        now.variable_id,
        compared.value as value_before,
        now.value as value_after,
        now.value - compared.value as change,
        case
            when now.files <> compared.files and now.settings <> compared.settings
                then 'files and settings'
            when now.files <> compared.files then 'files'
            when now.settings <> compared.settings then 'settings'
            else 'rules'
        end as cause
    from now
    inner join compared
        on
            now.region_id = compared.region_id
            and now.year = compared.year
            and now.kind = compared.kind
            and now.variable_id = compared.variable_id
            and now.is_synthetic = compared.is_synthetic
    where {{ has_moved('compared.value', 'now.value') }}

)

select * from moved

{#-
grain:  one region, year and quantity that moved since the last finished build
method: compared is what both builds hold, so that a new year's download lists what it
        moved in history and not the new year itself. Differences within the rounding
        of doubles do not count, nor does the step from the sample to own files.
-#}
with

now as (

    select * from {{ ref('int_revision__quantities') }}

),

kept as (
    {{ kept_quantities() }}
),

moved as (

    select
        now.region_id,
        now.year,
        now.kind,
        now.variable_id,
        kept.value as value_before,
        now.value as value_after,
        now.value - kept.value as change
    from now
    inner join kept
        on
            now.region_id = kept.region_id
            and now.year = kept.year
            and now.kind = kept.kind
            and now.variable_id = kept.variable_id
            and now.is_synthetic = kept.is_synthetic
    where {{ has_moved('kept.value', 'now.value') }}

)

select * from moved

{#-
grain:  one region, year and quantity of the build that this one is compared with
method: the last finished build, if its files, settings or values were others. If they were
        the same, the build that it was compared with itself: a rebuild of the same goes on
        showing what the last change moved.
-#}
with

now as (

    select * from {{ ref('int_revision__quantities') }}

),

kept as (
    {{ kept_builds() }}
),

marks as (

    select
        max(files) as files,
        max(settings) as settings
    from now

),

last_marks as (

    select
        max(files) as files,
        max(settings) as settings
    from kept
    where build = 'last'

),

moves as (

    select count(*) as n_moved
    from kept
    inner join now
        on
            kept.region_id = now.region_id
            and kept.year = now.year
            and kept.kind = now.kind
            and kept.variable_id = now.variable_id
    where kept.build = 'last' and {{ has_moved('kept.value', 'now.value') }}

),

choices as (

    select
        case
            when
                marks.files = last_marks.files
                and marks.settings = last_marks.settings
                and moves.n_moved = 0
                then 'compared'
            else 'last'
        end as build
    from marks
    cross join last_marks
    cross join moves

),

compared as (

    select
        kept.region_id,
        kept.year,
        kept.kind,
        kept.variable_id,
        kept.value,
        kept.is_synthetic,
        kept.files,
        kept.settings
    from kept
    inner join choices
        on kept.build = choices.build

)

select * from compared

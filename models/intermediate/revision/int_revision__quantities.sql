{{ config(materialized='view') }}
{#-
grain:  one region, year and quantity of this build that the next build is compared with:
        cleaned values of printed variables, and dimensions of the index
method: `files` and `settings` tell builds apart: what was landed, as declared, and dbt vars
-#}
with

filled as (

    select * from {{ ref('int_statistics__filled') }}
    where treatment = 'cleaned'

),

dimension_scores as (

    select * from {{ ref('int_indicators__dimension_scored') }}
    where scoring = 'headline'

),

files as (

    select
        coalesce(max(cast(is_synthetic as integer)), 0) = 1 as is_synthetic,
        md5({{ list_text(
            "concat_ws('|', file_sha256, layout, variable_text, unit_text, vintage,"
            ~ " region_text)",
            "file_sha256, source_file"
        ) }}) as files
    from {{ ref('stg_landing__files') }}
    where status = 'landed'

),

quantities as (

    select
        filled.region_id,
        filled.year,
        'observation' as kind,
        filled.variable_id,
        filled.value
    from filled
    union all
    select
        dimension_scores.region_id,
        dimension_scores.year,
        'index' as kind,
        dimension_scores.dimension as variable_id,
        dimension_scores.score as value
    from dimension_scores

),

marked as (

    select
        quantities.*,
        files.is_synthetic,
        files.files,
        md5({{ text_literal(settings_text()) }}) as settings
    from quantities
    cross join files

)

select * from marked

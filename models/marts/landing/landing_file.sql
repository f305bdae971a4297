{#-
grain: one file of the raw folder
-#}
with

files as (

    select * from {{ ref('stg_landing__files') }}

),

described as (

    select
        source_file,
        file_sha256,
        bytes,
        encoding,
        layout,
        variable_text,
        unit_text,
        vintage,
        region_text,
        first_year,
        last_year,
        n_regions,
        cells_read,
        cells_landed,
        cells_rejected,
        cells_structure,
        status,
        reason,
        is_synthetic
    from files

)

select * from described

{#-
grain: one file of the raw folder
-#}
-- A fault of the raw files shows once, at the cells; what hangs on them is skipped.
-- depends_on: {{ ref('stg_landing__cells') }}
with

source as (

    select * from {{ source('landing', 'file') }}

),

typed as (

    select
        source_file,
        file_sha256,
        cast(bytes as bigint) as bytes,
        encoding,
        layout,
        variable_text,
        unit_text,
        vintage,
        region_text,
        first_year,
        last_year,
        n_regions,
        cast(cells_read as bigint) as cells_read,
        cast(cells_landed as bigint) as cells_landed,
        cast(cells_rejected as bigint) as cells_rejected,
        cast(cells_structure as bigint) as cells_structure,
        status,
        reason,
        is_synthetic
    from source

)

select * from typed

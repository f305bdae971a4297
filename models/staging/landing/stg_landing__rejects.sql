{#-
grain: one cell that was read and did not land
-#}
-- A fault of the raw files shows once, at the cells; what hangs on them is skipped.
-- depends_on: {{ ref('stg_landing__cells') }}
with

source as (

    select * from {{ source('landing', 'reject') }}

),

typed as (

    select
        source_file,
        source_cell,
        sheet,
        row_no,
        column_no,
        value_text,
        reason,
        file_sha256
    from source

)

select * from typed

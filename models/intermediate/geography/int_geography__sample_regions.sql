{#-
grain:  one region of the sample
method: the regions that the setting `regions` names; where it names none, those that
        the registry marks as in the sample.
-#}
with

regions as (

    select * from {{ ref('regions') }}

),

known as (

    select region_id as id from regions

),

listed as (
    {{ listed_ids('regions', 'integer') }}
),

sample_regions as (

    select region_id
    from regions
    where
        {{ refuse_unknown('regions', 'listed', 'known') }}
        and case
            when exists (select 1 from listed)
                then region_id in (select listed.id from listed)
            else in_sample
        end

)

select * from sample_regions

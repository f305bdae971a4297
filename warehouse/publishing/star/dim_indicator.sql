-- needs: marts.dim_indicator (indicator_id, name_en, name_zh, dimension, sub_index, unit, direction)
create table star.dim_indicator (
    indicator_id varchar primary key,
    indicator varchar not null,
    indicator_zh varchar,
    dimension varchar,
    sub_index varchar,
    unit varchar,
    direction varchar
);
comment on table star.dim_indicator is 'Indicators of the development index. One row per indicator of the registry.';
comment on column star.dim_indicator.indicator_id is 'Identifier of the indicator.';
comment on column star.dim_indicator.indicator is 'Name in English.';
comment on column star.dim_indicator.indicator_zh is 'Name in Chinese.';
comment on column star.dim_indicator.dimension is 'Dimension of the index that it belongs to.';
comment on column star.dim_indicator.sub_index is 'Part of the dimension that it belongs to.';
comment on column star.dim_indicator.unit is 'Unit of its values before scaling.';
comment on column star.dim_indicator.direction is '+ where more is better, - where less is.';
insert into star.dim_indicator
select
    indicator_id,
    coalesce(name_en, name_zh, indicator_id),
    name_zh,
    dimension,
    sub_index,
    unit,
    direction
from marts.dim_indicator;

-- needs: marts.dim_variable (variable_id, name_en, name_zh, kind, role, unit)
create table star.dim_variable (
    variable_id varchar primary key,
    variable varchar not null,
    variable_zh varchar,
    kind varchar,
    role varchar,
    unit varchar
);
comment on table star.dim_variable is 'Variables. One row per printed, derived or study variable and per quotient that is no column of the panel.';
comment on column star.dim_variable.variable_id is 'Identifier of the variable, as columns of the panel are called.';
comment on column star.dim_variable.variable is 'Name in English.';
comment on column star.dim_variable.variable_zh is 'Name in Chinese.';
comment on column star.dim_variable.kind is 'raw (printed in a yearbook), derived (computed from printed ones), study (a column of the panel) or quotient.';
comment on column star.dim_variable.role is 'What the study uses it for.';
comment on column star.dim_variable.unit is 'Unit of its values.';
insert into star.dim_variable
select
    variable_id,
    coalesce(name_en, name_zh, variable_id),
    name_zh,
    kind,
    role,
    unit
from marts.dim_variable;

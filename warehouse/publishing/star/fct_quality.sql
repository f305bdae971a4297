-- needs: marts.fct_data_quality (variable_id, n_cells, observed, filled, replaced, missing, share_not_observed)
-- needs: star.dim_variable (variable_id)
create table star.fct_quality (
    variable_id varchar primary key references star.dim_variable (variable_id),
    n_cells integer not null,
    observed integer not null,
    filled integer not null,
    replaced integer not null,
    missing integer not null,
    share_not_observed double
);
comment on table star.fct_quality is 'How the cells of each variable came about. One row per variable.';
comment on column star.fct_quality.variable_id is 'Variable.';
comment on column star.fct_quality.n_cells is 'Cells of the variable in the panel.';
comment on column star.fct_quality.observed is 'Cells with a printed value.';
comment on column star.fct_quality.filled is 'Cells filled between or beyond printed values.';
comment on column star.fct_quality.replaced is 'Cells whose printed value was replaced.';
comment on column star.fct_quality.missing is 'Cells without a value.';
comment on column star.fct_quality.share_not_observed is 'Share of cells filled, replaced or missing, from 0 to 1.';
insert into star.fct_quality
select
    variable_id,
    n_cells,
    observed,
    filled,
    replaced,
    missing,
    share_not_observed
from marts.fct_data_quality
where variable_id in (select variable_id from star.dim_variable);

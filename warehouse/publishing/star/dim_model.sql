-- needs: results.latest_model (study_id, model_id, title, table_no, column_no, method, outcome, sample, twin_of, status, n_used, run_id, is_current, is_synthetic)
create table star.dim_model (
    model_key varchar primary key,
    study_id varchar not null,
    model_id varchar not null,
    title varchar,
    table_no varchar,
    column_no varchar,
    method varchar,
    outcome varchar,
    sample varchar,
    is_on_unreplaced_data boolean not null,
    status varchar,
    n_rows integer,
    run_id varchar,
    is_current boolean,
    is_synthetic boolean
);
comment on table star.dim_model is 'Models of every study, as last estimated. One row per study and model.';
comment on column star.dim_model.model_key is 'Study and model, joined by a slash.';
comment on column star.dim_model.study_id is 'Study whose file names the model.';
comment on column star.dim_model.model_id is 'Entry of the study file.';
comment on column star.dim_model.title is 'Title given in the study file.';
comment on column star.dim_model.table_no is 'Table of the publication that it repeats.';
comment on column star.dim_model.column_no is 'Column of that table.';
comment on column star.dim_model.method is 'Estimator.';
comment on column star.dim_model.outcome is 'Explained variable.';
comment on column star.dim_model.sample is 'Sample that it was estimated on.';
comment on column star.dim_model.is_on_unreplaced_data is 'Whether it repeats another model on data in which nothing was replaced.';
comment on column star.dim_model.status is 'done, or refused where the data do not identify it.';
comment on column star.dim_model.n_rows is 'Rows that it used.';
comment on column star.dim_model.run_id is 'Run that made it.';
comment on column star.dim_model.is_current is 'Whether the panel is still the one it was estimated on.';
comment on column star.dim_model.is_synthetic is 'Whether it rests on synthetic data, and so is not a finding.';
insert into star.dim_model
select
    study_id || '/' || model_id,
    study_id,
    model_id,
    title,
    table_no,
    column_no,
    method,
    outcome,
    sample,
    twin_of is not null,
    status,
    n_used,
    run_id,
    is_current,
    is_synthetic
from results.latest_model;

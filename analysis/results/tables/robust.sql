-- One row per row of an outlier-robust regression: how much it counts.
create table if not exists results.robust_weight (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    region_id varchar not null, -- the entity, as text
    year integer not null, -- the period; 0 where the panel is one cross-section
    weight double check (weight between 0 and 1), -- weight of the row in the last reweighted regression, 1 near the line, 0 far out; NULL: the method has no weights (LAD)
    scaled_residual double not null check (scaled_residual > '-infinity' and scaled_residual < 'infinity'), -- residual / scale of the residuals
    is_down_weighted boolean not null, -- true: the row counts less than the study's threshold (LAD: its scaled residual is beyond 2.24)
    primary key (run_id, model_id, region_id, year),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

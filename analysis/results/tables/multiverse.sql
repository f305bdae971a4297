-- One row per specification of a multiverse: a combination of choices and what it gives.
create table if not exists results.specification (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model; its sample and transform are choices too (results.model)
    position integer not null, -- order in which the model gave its rows, from 1
    outcome varchar not null, -- the choice of outcome: a column of the panel
    term varchar not null, -- the coefficient of interest
    controls varchar not null, -- the choice of controls: the optional regressors that are in; none
    effects varchar not null, -- the choice of absorbed effects: none, entity, time or both
    std_error_kind varchar not null, -- the choice of standard error, e.g. cluster(entity)
    n_obs integer not null check (n_obs > 0), -- rows used
    estimate double check (estimate > '-infinity' and estimate < 'infinity'), -- coefficient: units of the outcome per unit of the term; NULL where it is not identified
    std_error double check (std_error > 0 and std_error < 'infinity'), -- standard error, in the unit of the estimate
    statistic double check (statistic > '-infinity' and statistic < 'infinity'), -- estimate / standard error
    df double check (df > 0), -- degrees of freedom of the t distribution; NULL: normal, or no test
    p_value double check (p_value between 0 and 1), -- two-sided p of the hypothesis that the coefficient is zero
    ci_low double check (ci_low > '-infinity' and ci_low < 'infinity'), -- lower end of the confidence interval
    ci_high double check (ci_high > '-infinity' and ci_high < 'infinity' and (ci_low is null or ci_low <= ci_high)), -- upper end
    reason varchar check (reason is not null or estimate is not null), -- why there is no estimate; NULL where there is one
    primary key (run_id, model_id, position),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

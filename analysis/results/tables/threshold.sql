-- One row per estimated threshold of a panel threshold model.
create table if not exists results.threshold (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    n_thresholds integer not null check (n_thresholds > 0), -- number of thresholds in the model the row belongs to
    position integer not null check (position between 1 and n_thresholds), -- which of them, in ascending order
    threshold double not null check (threshold > '-infinity' and threshold < 'infinity'), -- estimated threshold, in the unit of the threshold variable
    ci_low double check (ci_low > '-infinity' and ci_low < 'infinity'), -- lower end of its confidence set; NULL: none
    ci_high double check (ci_high > '-infinity' and ci_high < 'infinity' and (ci_low is null or ci_low <= ci_high)), -- upper end; NULL: none
    rss double not null check (rss >= 0 and rss < 'infinity'), -- residual sum of squares of the model
    mse double check (mse >= 0 and mse < 'infinity'), -- rss over the divisor named in the model's note
    f_statistic double check (f_statistic > '-infinity' and f_statistic < 'infinity'), -- F of this number of thresholds against one fewer
    p_value double check (p_value between 0 and 1), -- bootstrap p of that F, (1 + k) / (1 + B)
    crit_10 double check (crit_10 > '-infinity' and crit_10 < 'infinity'), -- bootstrap critical value at 10 %
    crit_5 double check (crit_5 > '-infinity' and crit_5 < 'infinity'), -- bootstrap critical value at 5 %
    crit_1 double check (crit_1 > '-infinity' and crit_1 < 'infinity'), -- bootstrap critical value at 1 %
    primary key (run_id, model_id, n_thresholds, position),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per candidate of a threshold search: the likelihood-ratio profile.
create table if not exists results.threshold_profile (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    n_thresholds integer not null check (n_thresholds > 0), -- number of thresholds in the model the row belongs to
    position integer not null check (position between 1 and n_thresholds), -- which threshold is searched
    candidate double not null check (candidate > '-infinity' and candidate < 'infinity'), -- value tried, in the unit of the threshold variable
    rss double not null check (rss >= 0 and rss < 'infinity'), -- residual sum of squares at it
    lr double not null check (lr > '-infinity' and lr < 'infinity'), -- likelihood ratio at it; the confidence set is where it stays below c
    primary key (run_id, model_id, n_thresholds, position, candidate),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

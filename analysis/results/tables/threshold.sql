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
    lr_critical double check (lr_critical > 0 and lr_critical < 'infinity'), -- value up to which a candidate of the profile belongs to the confidence set
    ci_pieces integer check (ci_pieces > 0), -- intervals that the confidence set consists of; above 1 it has gaps between ci_low and ci_high
    ci_set varchar, -- the confidence set, every interval of neighbouring candidates, e.g. [1.3, 1.5] ∪ [2.1, 2.2]
    ci_open_low boolean, -- true: the set contains the first candidate, so it may reach below ci_low
    ci_open_high boolean, -- true: the set contains the last candidate, so it may reach above ci_high
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
    lr double not null check (lr > '-infinity' and lr < 'infinity'), -- likelihood ratio at it; the confidence set is where it is at most threshold.lr_critical
    primary key (run_id, model_id, n_thresholds, position, candidate),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per row of the panel and number of thresholds: the regime it is in.
create table if not exists results.threshold_regime (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    n_thresholds integer not null check (n_thresholds > 0), -- number of thresholds in the model the row belongs to
    regime integer not null check (regime between 1 and 4), -- regime, from 1 with the lowest values of the threshold variable
    region_id varchar not null, -- the entity, as text
    region_name varchar not null, -- its name
    year integer not null, -- the period
    threshold_variable double not null check (threshold_variable > '-infinity' and threshold_variable < 'infinity'), -- value that puts it there, in the unit of the threshold variable
    primary key (run_id, model_id, n_thresholds, region_id, year),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- What every run leaves. A comment beside a column becomes its comment in the database;
-- the lines above a table become the table's. NaN counts as larger than infinity, so
-- `x < 'infinity'` refuses both. Checks call no function: DuckDB 1.5.5 cannot replay the log of
-- a killed writer that commented on a table with such a check.

-- One row per run of a study: what was computed, from what, by which code.
create table if not exists results.run (
    run_id varchar primary key, -- the run: UTC start, then six characters against clashes
    started_at timestamp not null, -- when the run began, UTC
    finished_at timestamp, -- when its rows were complete, UTC
    status varchar not null check (status in ('finished', 'failed')), -- finished: its rows passed the results gate; failed: they did not and were withdrawn
    study_id varchar not null, -- the study: the name of its file without the ending
    study_title varchar not null, -- the study in words
    study_sha256 varchar not null, -- SHA-256 of the study file
    panel varchar not null, -- the panel: schema and table of a mart, or the name of a file
    panel_sha256 varchar not null, -- SHA-256 of the panel's rows as text, sorted
    code_version varchar not null, -- version of this software, with the git commit where there is one
    seed bigint not null, -- seed from which every model's own seed is derived
    is_synthetic boolean not null, -- true: the panel was made from the synthetic sample; not a finding
    packages varchar not null -- versions of Python and of the libraries that computed the numbers, as JSON
);

-- One row per run, name and language: what the study file calls itself and its columns, samples and weights.
create table if not exists results.wording (
    run_id varchar not null references results.run (run_id), -- the run
    what varchar not null check (what in ('study', 'column', 'sample', 'weights')), -- what is named: the study itself, or a column, a sample or spatial weights of it
    name varchar not null, -- the study, or the name in the study file
    lang varchar not null check (lang in ('en', 'zh')), -- language of the words
    words varchar not null, -- what the report calls it in that language
    primary key (run_id, what, name, lang)
);

-- One row per run and model: what was asked for and what became of it.
create table if not exists results.model (
    run_id varchar not null references results.run (run_id), -- the run
    model_id varchar not null, -- the study entry; [option] for one of several values, [unreplaced] for the twin
    position integer not null, -- place of the model in the study, from 1
    method varchar not null, -- method, e.g. panel.within
    title varchar, -- the model in words, if the study gives a title
    table_no varchar, -- printed table that the model reproduces
    column_no varchar, -- column of that table
    outcome varchar, -- outcome column, where the method has one
    sample varchar not null, -- sample of the study file
    sample_filter varchar not null, -- the sample as SQL over the panel
    twin_of varchar, -- the model of which this is the re-run on unreplaced data
    options varchar not null, -- every setting of the model, defaults included, as JSON
    status varchar not null check (status in ('done', 'refused')), -- done, or refused (see refusal)
    n_sample integer not null check (n_sample >= 0), -- rows of the panel in the sample
    n_used integer not null check (n_used between 0 and n_sample), -- rows the model used
    dropped varchar, -- why rows of the sample were not used, with names; NULL when all were used
    is_balanced boolean not null, -- true: every entity has every period among the rows used
    panel varchar not null, -- the panel the model used: a mart, or the name of a file
    panel_sha256 varchar not null, -- SHA-256 of that panel
    note varchar, -- what a reader must know about the computation, in words
    primary key (run_id, model_id)
);

-- One row per entry of the study file as a run found it, whether the run was to compute it or not.
create table if not exists results.study_entry (
    run_id varchar not null references results.run (run_id), -- the run
    model_id varchar not null, -- the study entry, as in results.model
    position integer not null, -- its place in the study, from 1
    options varchar not null, -- every setting of the entry, defaults included, as JSON
    primary key (run_id, model_id)
);

-- One row per model and spatial weights that it used.
create table if not exists results.model_weights (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    position integer not null, -- order in which the study names the weights, from 1
    weights_name varchar not null, -- name of the weights in the study
    source varchar not null, -- where they come from: a mart, or the name of a file
    weights_id varchar, -- which weights of the mart; NULL for a file
    weights_sha256 varchar not null, -- SHA-256 of their pairs as text, sorted
    primary key (run_id, model_id, weights_name),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per coefficient and kind of standard error.
create table if not exists results.estimate (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    position integer not null, -- order in which the model gave its rows, from 1
    part varchar not null, -- what the row belongs to within the model: main, first_stage, wx, direct, q=0.10, regime_1 …
    term varchar not null, -- column of the panel; const is the intercept
    estimate double not null check (estimate > '-infinity' and estimate < 'infinity'), -- coefficient: units of the outcome per unit of the term
    std_error double check (std_error > 0 and std_error < 'infinity'), -- standard error, in the unit of the estimate; NULL where the method has none
    std_error_kind varchar not null, -- how it was computed, e.g. cluster(entity); none without one
    is_headline boolean not null, -- true: the kind of standard error that the study names first
    statistic double check (statistic > '-infinity' and statistic < 'infinity'), -- estimate / standard error
    df double check (df > 0), -- degrees of freedom of the t distribution; NULL: normal, or no test
    p_value double check (p_value between 0 and 1), -- two-sided p of the hypothesis that the coefficient is zero
    ci_low double check (ci_low > '-infinity' and ci_low < 'infinity'), -- lower end of the confidence interval; NULL: unbounded below or none
    ci_high double check (ci_high > '-infinity' and ci_high < 'infinity' and (ci_low is null or ci_low <= ci_high)), -- upper end; NULL: unbounded above or none
    primary key (run_id, model_id, part, term, std_error_kind),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per named number that describes a fit: n_obs, r2_within, rss …
create table if not exists results.fit_statistic (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    position integer not null, -- order in which the model gave its rows, from 1
    part varchar not null, -- what the number belongs to within the model; main by default
    name varchar not null, -- which number: n_obs, n_entities, n_periods, r2_within, r2_between, r2_overall, r2_lsdv, loglik, sigma2, rss …
    value double not null check (value > '-infinity' and value < 'infinity'), -- the number; shares and R2 as fractions of 1
    primary key (run_id, model_id, part, name),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per specification test.
create table if not exists results.diagnostic (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    position integer not null, -- order in which the model gave its rows, from 1
    part varchar not null, -- what the test belongs to within the model; main by default
    test varchar not null, -- which test: poolability_f, breusch_pagan_lm, hausman …
    statistic double check (statistic > '-infinity' and statistic < 'infinity'), -- test statistic; NULL where it is not defined, the note says why
    df1 double check (df1 > 0), -- degrees of freedom; NULL: none
    df2 double check (df2 > 0), -- denominator degrees of freedom of an F; NULL: none
    p_value double check (p_value between 0 and 1), -- p of the tail named
    tail varchar, -- tail of the p-value: upper, one_sided or two_sided
    null_hypothesis varchar not null, -- what a small p speaks against, in words
    note varchar check (note is not null or statistic is not null), -- distribution, convention, or why there is no number
    primary key (run_id, model_id, part, test),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per published figure that a model reproduces, ours beside it.
create table if not exists results.replication (
    run_id varchar not null, -- the run
    table_no varchar not null, -- printed table
    column_no varchar not null, -- its column; empty where the table has none
    model_id varchar not null, -- the model
    position integer not null, -- order of the figure in the printed table, from 1
    term varchar not null, -- what the figure describes: a variable, a condition; empty for the whole column
    quantity varchar not null, -- which figure: estimate, std_error, stars, mean, n, r2 …
    published double not null check (published > '-infinity' and published < 'infinity'), -- the figure as printed
    ours double check (ours > '-infinity' and ours < 'infinity'), -- ours; NULL where the model does not yield it
    ours_is varchar, -- which of our numbers it is, where several go by that name, e.g. r2_within
    same_sign boolean, -- do the two signs agree; NULL where a sign says nothing
    same_stars boolean, -- do the significance stars agree (1: 10 %, 2: 5 %, 3: 1 %); NULL where there are none
    primary key (run_id, model_id, table_no, column_no, term, quantity),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per model that the data cannot identify: the reason stands where a number would.
create table if not exists results.refusal (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    reason varchar not null, -- why there is no estimate, naming columns or units
    next_step varchar not null, -- what can be done about it
    is_expected boolean not null, -- true: the study says expect: refused
    primary key (run_id, model_id),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

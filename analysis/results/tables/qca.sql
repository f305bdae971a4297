-- One row per calibrated set.
create table if not exists results.qca_calibration (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    set_name varchar not null, -- column that was calibrated
    kind varchar not null, -- direct, indirect, bell, crisp, or none when the column held memberships
    full_out double check (full_out > '-infinity' and full_out < 'infinity'), -- anchor of full non-membership, in the column's unit; NULL: none
    crossover double check (crossover > '-infinity' and crossover < 'infinity'), -- anchor of 0.5; NULL: none
    full_in double check (full_in > '-infinity' and full_in < 'infinity'), -- anchor of full membership; NULL: none
    log_odds double check (log_odds > 0 and log_odds < 'infinity'), -- log-odds at the outer anchors; NULL: none
    n_half integer not null check (n_half >= 0), -- memberships of exactly 0.5 that were moved
    primary key (run_id, model_id, set_name),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per case and set: the calibrated membership.
create table if not exists results.qca_membership (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    region_id varchar not null, -- the case's entity, as text
    year integer not null, -- the case's period; 0 when a case is an entity over all periods
    set_name varchar not null, -- calibrated column
    membership double not null check (membership between 0 and 1), -- degree of membership, 0 to 1
    primary key (run_id, model_id, region_id, year, set_name),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per expression tested for necessity.
create table if not exists results.qca_necessity (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    expression varchar not null, -- condition, ~negation, or several joined by + or *
    consistency double not null check (consistency between 0 and 1), -- sum min(x, y) / sum y
    coverage double check (coverage between 0 and 1), -- sum min(x, y) / sum x; NULL: the set is empty
    ron double check (ron between 0 and 1), -- relevance of necessity, sum(1 - x) / sum(1 - min(x, y)); NULL: 0/0
    primary key (run_id, model_id, expression),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per combination of conditions: the truth table.
create table if not exists results.qca_truth_table (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    row_no bigint not null, -- row of the truth table, from 1
    conditions varchar not null, -- presence of each condition in the study's order, e.g. 110101
    n integer not null check (n >= 0), -- cases with membership above 0.5
    inclusion double check (inclusion between 0 and 1), -- raw consistency; NULL: no membership at all
    pri double check (pri between 0 and 1), -- proportional reduction in inconsistency; NULL: 0/0
    out varchar not null check (out in ('1', '0', 'C', '?')), -- coded outcome: 1, 0, C contradiction, ? remainder
    cases varchar, -- the cases by name; NULL: none
    primary key (run_id, model_id, row_no),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per minimised solution, ties included.
create table if not exists results.qca_solution (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    solution_kind varchar not null, -- conservative, parsimonious or intermediate
    model_no integer not null check (model_no > 0), -- which of the tied models, from 1
    is_complete boolean not null, -- false: there are more tied models than were listed
    inclusion double check (inclusion between 0 and 1), -- solution consistency; NULL: no configuration
    pri double check (pri between 0 and 1), -- solution PRI; NULL: no configuration or 0/0
    coverage double check (coverage between 0 and 1), -- solution coverage; NULL: no configuration
    primary key (run_id, model_id, solution_kind, model_no),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per term (configuration) of a solution.
create table if not exists results.qca_term (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    solution_kind varchar not null, -- conservative, parsimonious or intermediate
    model_no integer not null, -- which of the tied models
    term_no integer not null check (term_no > 0), -- term within the solution, from 1
    term varchar not null, -- the configuration, e.g. gov1*~inf2
    inclusion double check (inclusion between 0 and 1), -- consistency of the term
    pri double check (pri between 0 and 1), -- PRI of the term; NULL: 0/0
    raw_coverage double check (raw_coverage between 0 and 1), -- share of the outcome the term covers
    unique_coverage double check (unique_coverage between 0 and 1), -- share that only this term covers
    n_cases integer check (n_cases >= 0), -- cases with membership above 0.5 in the term
    primary key (run_id, model_id, solution_kind, model_no, term_no),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per condition of a term: the chart of configurations.
create table if not exists results.qca_condition_role (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    solution_kind varchar not null, -- conservative, parsimonious or intermediate
    model_no integer not null, -- which of the tied models
    term_no integer not null, -- term within the solution
    condition varchar not null, -- the condition
    presence varchar not null check (presence in ('present', 'absent', 'either')), -- present, absent, or not in the term
    role varchar check (role in ('core', 'peripheral', 'undefined')), -- core, peripheral, or undefined; NULL: not in the term
    primary key (run_id, model_id, solution_kind, model_no, term_no, condition),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per condition and ceiling line of a necessary condition analysis.
create table if not exists results.nca_ceiling (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    condition varchar not null, -- the condition
    ceiling varchar not null, -- ceiling line: ce_fdh or cr_fdh
    scope double not null check (scope >= 0 and scope < 'infinity'), -- area that the data could fill, condition unit times outcome unit
    effect_size double not null check (effect_size between 0 and 1), -- empty zone over scope
    p_permutation double check (p_permutation between 0 and 1), -- p over seeded permutations; NULL: none asked for
    primary key (run_id, model_id, condition, ceiling),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per outcome level: how much of the condition it requires.
create table if not exists results.nca_bottleneck (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    condition varchar not null, -- the condition
    ceiling varchar not null, -- ceiling line: ce_fdh or cr_fdh
    outcome_level double not null check (outcome_level between 0 and 1), -- level of the outcome, as a fraction of its range
    required_level double check (required_level between 0 and 1), -- level of the condition it requires, as a fraction; NULL: none required
    primary key (run_id, model_id, condition, ceiling, outcome_level),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

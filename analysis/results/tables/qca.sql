-- One row per calibrated set.
create table if not exists results.qca_calibration (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    set_name varchar not null, -- column that was calibrated
    kind varchar not null, -- direct, indirect, bell, crisp, or none when the column held memberships
    full_out double check (full_out > '-infinity' and full_out < 'infinity'), -- anchor of full non-membership, in the column's unit; NULL: none
    crossover double check (crossover > '-infinity' and crossover < 'infinity'), -- anchor of 0.5; NULL: none
    full_in double check (full_in > '-infinity' and full_in < 'infinity'), -- anchor of full membership; NULL: none
    percentiles varchar, -- percentiles that the three anchors are, e.g. 5/50/95; NULL: anchors given as numbers, or none
    right_full_in double, -- anchor of full membership on the falling side of a bell; NULL: no bell
    right_crossover double, -- anchor of 0.5 on the falling side of a bell; NULL: no bell
    right_full_out double, -- anchor of full non-membership on the falling side of a bell; NULL: no bell
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
    n_with_outcome integer not null check (n_with_outcome >= 0), -- of these cases, members of the outcome (above 0.5); neither none nor all: contradictory cases
    out varchar not null check (out in ('1', '0', 'C', '?')), -- coded outcome: 1, 0, C contradiction, ? remainder
    cases varchar, -- the cases by name; NULL: none
    primary key (run_id, model_id, row_no),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per minimised solution, ties included.
create table if not exists results.qca_solution (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    solution_kind varchar not null, -- conservative, parsimonious, intermediate, or stated: configurations that the study names for comparison
    model_no integer not null check (model_no > 0), -- which of the tied models, from 1; a solution without models has one row without numbers
    is_complete boolean not null, -- false: there are more tied models than were listed
    n_models bigint, -- how many tied models there are; 0: no configuration; NULL: not all were counted
    note varchar, -- what a reader of an empty or incomplete list must know; NULL: nothing
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
    solution_kind varchar not null, -- conservative, parsimonious, intermediate, or stated: configurations that the study names for comparison
    model_no integer not null, -- which of the tied models
    term_no integer not null check (term_no > 0), -- term within the solution, from 1
    term varchar not null, -- the configuration, e.g. gov1*~inf2
    inclusion double check (inclusion between 0 and 1), -- consistency of the term
    pri double check (pri between 0 and 1), -- PRI of the term; NULL: 0/0
    raw_coverage double check (raw_coverage between 0 and 1), -- share of the outcome the term covers
    unique_coverage double check (unique_coverage between 0 and 1), -- share that only this term covers
    n_cases integer check (n_cases >= 0), -- cases with membership above 0.5 in the term
    label varchar, -- what the chart calls the configuration; NULL: not in the chart
    cases varchar, -- these cases by name; NULL: none
    unique_cases varchar, -- those that are in no other term of the model; NULL: none
    parents varchar, -- the parsimonious terms around the configuration, which decide what is core; NULL: none
    primary key (run_id, model_id, solution_kind, model_no, term_no),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per condition of a term: the chart of configurations.
create table if not exists results.qca_condition_role (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    solution_kind varchar not null, -- conservative, parsimonious, intermediate, or stated: configurations that the study names for comparison
    model_no integer not null, -- which of the tied models
    term_no integer not null, -- term within the solution
    condition varchar not null, -- the condition
    presence varchar not null check (presence in ('present', 'absent', 'either')), -- present, absent, or not in the term
    role varchar check (role in ('core', 'peripheral', 'undefined', 'disputed')), -- core, peripheral, undefined (no parsimonious term around the configuration) or disputed (tied parsimonious models disagree); NULL: not in the term
    primary key (run_id, model_id, solution_kind, model_no, term_no, condition),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per case and configuration of the solution in the chart: the data of its XY plots.
create table if not exists results.qca_case (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    term_no integer not null check (term_no >= 0), -- term within the first intermediate model; 0: the whole solution
    region_id varchar not null, -- the case's entity, as text
    year integer not null, -- the case's period; 0 when a case is an entity over all periods
    membership double not null check (membership between 0 and 1), -- membership in the configuration, 0 to 1
    outcome double not null check (outcome between 0 and 1), -- membership in the outcome (negated where its negation is studied), 0 to 1
    case_group varchar not null check (case_group in ('typical', 'deviant_degree', 'deviant_kind', 'deviant_coverage', 'irrelevant', 'undecided')), -- typical; deviant consistency in degree or in kind; deviant coverage; irrelevant; undecided at exactly 0.5
    is_unique boolean not null, -- whether no other configuration of the solution holds the case
    primary key (run_id, model_id, term_no, region_id, year),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per remainder or row that an assumption is about: easy and difficult counterfactuals, and untenable ones.
create table if not exists results.qca_assumption (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    model_no integer not null check (model_no >= 0), -- intermediate model that rests on it (one of the first 20); 0: of the whole analysis
    row_no bigint not null, -- row of the truth table
    conditions varchar not null, -- presence of each condition in the study's order, e.g. 110101
    kind varchar not null check (kind in ('easy', 'difficult', 'contradictory', 'against_necessity', 'impossible', 'both_sufficient')), -- easy or difficult counterfactual; assumed for the outcome and its negation; against a claimed necessity; impossible; observed and sufficient for both
    is_barred boolean not null, -- whether it was taken out before minimising
    primary key (run_id, model_id, model_no, row_no, kind),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per finding of the Boolean check of a printed solution; fault `none` where there is nothing to find.
create table if not exists results.qca_self_check (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    solution_kind varchar not null, -- conservative, parsimonious, intermediate, or stated
    model_no integer not null, -- which of the tied models
    finding_no integer not null check (finding_no > 0), -- number within the solution, from 1
    fault varchar not null check (fault in ('none', 'merge', 'nested', 'redundant_term', 'redundant_literal')), -- merge: two terms differ in one literal; nested: one lies inside another; redundant_term, redundant_literal: the solution is the same without it
    terms varchar, -- the terms concerned, the one at fault first; NULL: none
    statement varchar not null, -- the finding in words
    primary key (run_id, model_id, solution_kind, model_no, finding_no),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per expression and group of cases: pooled, between (per period) and within (per entity) fit.
create table if not exists results.qca_panel_fit (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    relation varchar not null check (relation in ('sufficient', 'necessary')), -- what the expression is held to be for the outcome
    expression varchar not null, -- a condition, a configuration, or the solution, its terms joined by +
    level varchar not null check (level in ('pooled', 'between', 'within')), -- all cases, one period, or one entity
    group_id varchar not null, -- the period or entity, as text; all: every case
    consistency double check (consistency between 0 and 1), -- consistency among these cases; NULL: 0/0
    coverage double check (coverage between 0 and 1), -- coverage among these cases; NULL: 0/0
    primary key (run_id, model_id, relation, expression, level, group_id),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per expression and level: how far the groups' consistencies lie apart.
create table if not exists results.qca_panel_distance (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    relation varchar not null, -- sufficient or necessary
    expression varchar not null, -- as in qca_panel_fit
    level varchar not null check (level in ('between', 'within')), -- between periods or within entities
    distance double check (distance >= 0), -- distance of the groups' shares of consistency from equal shares, 0: all agree; NULL: fewer than two groups
    adjusted_distance double check (adjusted_distance >= 0), -- distance over sqrt(n / (n^2 + 3n + 2)) with n groups; above 0.2 is read as a group effect
    n_undefined integer not null check (n_undefined >= 0), -- groups without a consistency, left out
    primary key (run_id, model_id, relation, expression, level),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per finding of the audit of printed tables: arithmetic, no data.
create table if not exists results.audit_finding (
    run_id varchar not null references results.run (run_id), -- the run
    finding_no integer not null check (finding_no > 0), -- finding within the run, from 1
    table_no varchar not null, -- printed table, with the column where it has one
    check_name varchar not null, -- which check, e.g. pooled_slope
    grade varchar not null check (grade in ('impossible', 'contradictory', 'undisclosed', 'consistent')), -- impossible as the statement reads it; contradictory to other figures or the text; undisclosed: possible, but what it needs is not said; consistent: the check passes
    statement varchar not null, -- what does not fit, in one sentence
    arithmetic varchar not null, -- the computation, with its rounding interval
    reading varchar, -- a reading under which the figures are possible; NULL: none needed or known
    facts varchar not null, -- what the statement names, as JSON: the report says it in its own language
    primary key (run_id, finding_no)
);

-- A command is repeated to members that did not answer, until they do or it expires: so its envelope and end are kept.
alter table command add column envelope text not null default '';
alter table command add column not_after integer not null default 0;

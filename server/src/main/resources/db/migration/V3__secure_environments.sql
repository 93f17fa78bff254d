-- What a member's secure environment said of itself at enrolment, signed: kind and TS-0003 protection level.
alter table member add column environment text not null default '';
alter table member add column level integer not null default 0;

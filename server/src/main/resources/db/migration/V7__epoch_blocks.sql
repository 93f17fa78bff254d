-- Leaves are given by the enclave, so that nobody ever gets one that somebody had: 0 until then. A member is in a group once. The newest generation of the group's tree that it confirmed to hold labels of.
create table seat (
  grp text not null, identity text not null, leaf integer not null default 0, active integer not null default 1,
  generation integer not null default 0, primary key (grp, identity));
insert into seat (grp, identity, leaf, active) select grp, identity, leaf, active from membership;
drop table membership;
alter table seat rename to membership;
-- A member gets an epoch by a credential of its own, or by the block that lies at its gateway.
alter table delivery add column way text not null default 'INDIVIDUAL';
-- Every block that was issued, as published: anybody can verify that they follow one another.
create table block (
  grp text not null, epoch integer not null, generation integer not null, octets blob not null, at integer not null,
  primary key (grp, epoch));
-- What the operator chose instead of the fleet file's scheme; empty: nothing.
alter table grp add column scheme text not null default '';

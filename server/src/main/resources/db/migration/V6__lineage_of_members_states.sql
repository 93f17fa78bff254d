-- Where each member's sealed state comes from, as it said itself: one row for each of its runs; and what can't be of a state that went on.
create table lineage (
  member text not null, run integer not null, instance text not null, revision integer not null, at integer not null,
  primary key (member, run));
create table lineage_fault (member text primary key, reason text not null, at integer not null);

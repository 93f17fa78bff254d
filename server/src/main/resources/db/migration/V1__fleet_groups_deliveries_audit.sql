create table member (
  identity text primary key, name text not null, gateway text not null, role text not null, function text not null,
  zone text not null, key_id text not null default '', revoked integer not null default 0);
create table grp (id text primary key, name text not null unique);
create table membership (
  grp text not null, identity text not null, leaf integer not null, active integer not null default 1,
  primary key (grp, leaf));
create table epoch (
  grp text not null, number integer not null, kcv text not null, not_before integer not null, not_after integer not null,
  reason text not null, primary key (grp, number));
create table delivery (
  id integer primary key autoincrement, grp text not null, epoch integer not null, member text not null,
  state text not null, reason text not null default '', attempts integer not null default 0,
  next_at integer not null default 0, lease_owner text not null default '', lease_until integer not null default 0,
  updated_at integer not null, unique (grp, epoch, member));
create table confirmation (
  member text not null, grp text not null, epoch integer not null, kcv text not null, at integer not null,
  primary key (member, grp, epoch));
create table negotiation (
  member text primary key, offered text not null, chosen text not null, reason text not null, at integer not null);
create table reading (
  member text not null, grp text not null, epoch integer not null, counter integer not null, content blob not null,
  at integer not null, primary key (member, grp, epoch, counter));
create table command (
  id integer primary key, grp text not null, target text not null, verb text not null, expected text not null, at integer not null);
create table acknowledgement (
  command integer not null, member text not null, outcome text not null, detail text not null, at integer not null,
  primary key (command, member));
create table audit (
  seq integer primary key, at integer not null, kind text not null, body text not null, prev text not null, hash text not null);
create table checkpoint (seq integer primary key, jws text not null);

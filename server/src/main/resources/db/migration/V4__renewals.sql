-- How far the renewal of each member's pairwise key has come, what was chosen and what was rejected.
create table renewal (
  member text primary key, state text not null, wanted integer not null default 0, offered text not null default '',
  chosen text not null default '', choice text not null default '', reason text not null default '', attempts integer not null default 0,
  next_at integer not null default 0, renewed_at integer not null default 0, updated_at integer not null);

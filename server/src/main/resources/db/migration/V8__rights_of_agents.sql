-- Agents whose delegations for a group are revoked: 0 may command, 1 revoked, -1 revoked and the epoch that ends them at members is still to be drawn.
alter table membership add column barred integer not null default 0;

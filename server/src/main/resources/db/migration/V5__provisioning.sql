-- Revocations that the MEF has still to be told; its clients' revocations outlive this server.
create table revocation (identity text primary key, reason text not null, at integer not null, told integer not null default 0);

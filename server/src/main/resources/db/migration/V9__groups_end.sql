-- When a group ends, or ended, epoch seconds; 0: never. Ended: 0 it lives, 1 deleted, -1 deleted and the enclave is still to be told. Limited: the expiry that the enclave knows and epochs were drawn for.
alter table grp add column expires integer not null default 0;
alter table grp add column limited integer not null default 0;
alter table grp add column ended integer not null default 0;

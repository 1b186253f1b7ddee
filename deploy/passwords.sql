-- Passwords of the roles of postgresql.sql, from the secrets that both sides are given.
\set reader `cat /run/secrets/leap_reader`
\set loader `cat /run/secrets/leap_loader`
ALTER ROLE leap_reader PASSWORD :'reader';
ALTER ROLE leap_loader PASSWORD :'loader';

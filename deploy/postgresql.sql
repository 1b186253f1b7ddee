-- Roles and rights of a reporting database on PostgreSQL 13 or later. Once, by an administrator:
--
--     createdb leap
--     psql leap --file postgresql.sql
--     psql leap --command '\password leap_loader' --command '\password leap_reader'
--
-- leap_loader loads deliveries: every load makes a schema of its own and drops the one before last.
-- leap_reader is the dashboard: it reads the current load, and the rows of named students only of
-- the districts that the query layer names for the signed-in coordinator (row-level security).
-- What it may read in a load, the loader grants with the load. Its password opens the names of all
-- students contacted: who has it can name districts as the dashboard does.

CREATE ROLE leap_loader LOGIN;
CREATE ROLE leap_reader LOGIN;
ALTER ROLE leap_reader SET default_transaction_read_only = on;

DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO leap_loader', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO leap_reader', current_database());
END
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

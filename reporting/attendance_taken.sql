-- How far attendance has been taken where a school delivers its absences alone: what all sources of
-- absences share. Tables of school days and of events have school_id, school_year and date.

CREATE OR REPLACE TEMP MACRO school_year_of(day) AS -- as in queries.official
    format('{}-{:02d}', year(day) - CAST(month(day) < 8 AS INTEGER),
           (year(day) - CAST(month(day) < 8 AS INTEGER) + 1) % 100);

-- School days without any event at a school, after which nobody knows whether attendance was taken.
CREATE OR REPLACE TEMP MACRO longest_silence() AS 10;

-- A school day with the number of the last day with an event up to it (0: none), and of the first
-- such day from it on. Days after the last event, and long stretches without one, do not count.
CREATE OR REPLACE TEMP MACRO numbered_days(school_days, events) AS TABLE
WITH open_day AS (
    SELECT DISTINCT school_id, school_year, date FROM query_table(school_days)
    WHERE date <= current_date
),
event_day AS (SELECT DISTINCT school_id, CAST(date AS DATE) AS date FROM query_table(events)),
numbered AS (
    SELECT open_day.*, event_day.date IS NOT NULL AS has_event,
           row_number() OVER (PARTITION BY school_id, school_year ORDER BY date) AS number
    FROM open_day LEFT JOIN event_day USING (school_id, date)
)
SELECT *,
       coalesce(max(number) FILTER (has_event) OVER (year ROWS UNBOUNDED PRECEDING), 0) AS before,
       min(number) FILTER (has_event)
           OVER (year ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS after
FROM numbered
WINDOW year AS (PARTITION BY school_id, school_year ORDER BY date);

CREATE OR REPLACE TEMP MACRO taken_days(numbered_day) AS TABLE
SELECT school_id, school_year, date FROM query_table(numbered_day)
WHERE after - before - 1 <= longest_silence();

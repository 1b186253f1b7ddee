-- Days enrolled and attended, where districts deliver their absences alone: every school day of an
-- enrolment on which attendance was taken counts, and all of it is attended but for the absences.
--
-- A set of days is the bits of an integer, the first day of the month or week being bit 0: so a
-- state's months are made without a row for every student and day.

CREATE OR REPLACE TEMP MACRO days_from(nth) AS ~((1::BIGINT << least(greatest(nth, 0), 40)) - 1);
CREATE OR REPLACE TEMP MACRO days_up_to(nth) AS (1::BIGINT << least(greatest(nth + 1, 0), 40)) - 1;
CREATE OR REPLACE TEMP MACRO has_day(days, nth) AS (days >> nth) & 1 = 1;

-- --- Who was enrolled where, from when to when --------------------------------------------------

-- An enrolment begins and ends with its school year at the latest. Grades are told apart where a
-- calendar does.
CREATE OR REPLACE TEMP TABLE stay AS
WITH bounded AS (
    SELECT *, make_date(CAST(left(school_year, 4) AS INTEGER), 8, 1) AS year_begins,
           make_date(CAST(left(school_year, 4) AS INTEGER) + 1, 7, 31) AS year_ends
    FROM enrollment WHERE district_code IN (SELECT district_code FROM absence)
)
SELECT student_id, district_code, coalesce(school_code, '') AS school_code,
       district_code || ' ' || coalesce(school_code, '') AS school_id,
       CASE WHEN grade IN (SELECT grade FROM calendar_day) THEN grade ELSE '' END AS grade,
       school_year,
       greatest(coalesce(entry_date, year_begins), year_begins) AS first_day,
       least(coalesce(exit_date, year_ends), year_ends) AS last_day
FROM bounded;

-- --- School days --------------------------------------------------------------------------------

-- Where a mapping says so, the days on which anybody of the school was absent or late.
INSERT INTO calendar_day (district_code, school_code, date, is_school_day)
SELECT DISTINCT district_code, nullif(school_code, ''), absence.date, 'assumed'
FROM absence JOIN stay USING (student_id, district_code)
WHERE absence.date BETWEEN first_day AND last_day
  AND (district_code, strftime(absence.date, '%Y-%m'))
      IN (SELECT (district_code, month) FROM assumed_month);

-- What is said of a grade of a school goes before what is said of the school, of a grade, of all.
CREATE OR REPLACE TEMP TABLE school_day AS
SELECT place.school_id, place.grade, place.school_year, said.date
FROM (SELECT DISTINCT district_code, school_code, school_id, grade, school_year FROM stay) AS place
JOIN calendar_day AS said
  ON said.district_code = place.district_code AND school_year_of(said.date) = place.school_year
 AND coalesce(said.school_code, place.school_code) = place.school_code
 AND coalesce(said.grade, place.grade) = place.grade
GROUP BY ALL
HAVING arg_max(coalesce(said.is_school_day, 'yes'),
               2 * CAST(said.school_code IS NOT NULL AS INTEGER)
               + CAST(said.grade IS NOT NULL AS INTEGER)) <> 'no';

CREATE OR REPLACE TEMP TABLE absence_event AS
SELECT DISTINCT school_id, absence.date
FROM absence JOIN stay USING (student_id, district_code)
WHERE absence.date BETWEEN first_day AND last_day;

CREATE OR REPLACE TEMP TABLE numbered_day AS FROM numbered_days('school_day', 'absence_event');

CREATE OR REPLACE TEMP TABLE taken_day AS FROM taken_days('numbered_day');

-- --- Days enrolled and attended -----------------------------------------------------------------

-- By month or week: unit is the name of either.
CREATE OR REPLACE TEMP MACRO attended_by(unit) AS TABLE
WITH open_days AS (
    SELECT school_id, grade, school_year, CAST(date_trunc(unit, date) AS DATE) AS first,
           bit_or(1::BIGINT << (date - CAST(date_trunc(unit, date) AS DATE))) AS days
    FROM school_day SEMI JOIN taken_day USING (school_id, school_year, date)
    GROUP BY ALL
),
enrolled AS (
    SELECT student_id, district_code, first,
           bit_or(days & days_from(first_day - first) & days_up_to(last_day - first)) AS days
    FROM stay JOIN open_days USING (school_id, grade, school_year)
    GROUP BY ALL
),
absent AS (
    SELECT student_id, district_code, CAST(date_trunc(unit, date) AS DATE) AS first,
           date - CAST(date_trunc(unit, date) AS DATE) AS nth, absent AS share
    FROM absence WHERE absent > 0
)
SELECT student_id, district_code, first, CAST(bit_count(days) AS DOUBLE) AS days_enrolled,
       round(bit_count(days) - coalesce(sum(share) FILTER (has_day(days, nth)), 0), 4)
           AS days_attended
FROM enrolled LEFT JOIN absent USING (student_id, district_code, first)
WHERE days <> 0
GROUP BY student_id, district_code, first, days;

CREATE OR REPLACE TEMP TABLE taken_month AS
SELECT DISTINCT district_code, strftime(date, '%Y-%m') AS month
FROM taken_day JOIN (SELECT DISTINCT school_id, district_code FROM stay) USING (school_id);

DELETE FROM attendance_month
WHERE (district_code, month) IN (SELECT (district_code, month) FROM taken_month);

DELETE FROM attendance_day
WHERE (district_code, strftime(date, '%Y-%m')) IN (SELECT (district_code, month) FROM taken_month);

INSERT INTO attendance_month (student_id, district_code, month, days_enrolled, days_attended)
SELECT student_id, district_code, strftime(first, '%Y-%m'), days_enrolled, days_attended
FROM attended_by('month');

CREATE OR REPLACE TEMP VIEW absence_week AS
SELECT student_id, first AS week, days_enrolled, days_attended FROM attended_by('week');

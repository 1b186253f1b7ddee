-- Days enrolled and attended, from the tables of rows.py, where everything is text.

-- --- What Ed-Fi's words mean ------------------------------------------------------------------

-- Is an event an absence, and of which share of the day where it has no duration? What a mapping says
-- of local categories (local_category) goes before.
CREATE TABLE category AS
SELECT name, attended < 1 AS is_absence, 1 - attended AS share_unless_stated FROM local_category
UNION ALL
FROM (VALUES ('excused absence', true, 1.0), ('unexcused absence', true, 1.0), ('partial', true, 0.0),
             ('tardy', false, 0.0), ('early departure', false, 0.0),
             ('in attendance', false, 0.0), ('present', false, 0.0)
     ) AS category(name, is_absence, share_unless_stated)
ANTI JOIN local_category USING (name);

-- Is there school? "Other" does not say.
CREATE TABLE calendar_event AS
FROM (VALUES ('instructional day', true), ('make-up day', true),
             ('student late arrival/early dismissal', true),
             ('emergency day', false), ('holiday', false), ('non-instructional day', false),
             ('strike', false), ('teacher only day', false), ('weather day', false)
     ) AS calendar_event(name, is_school_day);

-- --- Organisations ----------------------------------------------------------------------------

-- A school and its district, which is named by its id or refers to a record of the same file.
CREATE TABLE place AS
SELECT school_id, min(school.name) AS name,
       min(coalesce(school.district_id, district.district_id)) AS district_id
FROM school LEFT JOIN district ON district.xml_id = school.district_ref
GROUP BY school_id;

-- --- Calendars ------------------------------------------------------------------------------

-- What a calendar says of a day, in words that say whether there is school.
CREATE TABLE listed_day AS
SELECT coalesce(listed.school_id, calendar.school_id) AS school_id,
       coalesce(listed.school_year, calendar.school_year) AS school_year,
       coalesce(listed.code, calendar.code) AS code,
       CAST(listed.date AS DATE) AS date,
       bool_or(calendar_event.is_school_day) AS is_school_day
FROM calendar_date AS listed
JOIN calendar_event ON calendar_event.name = lower(listed.event)
LEFT JOIN calendar ON calendar.xml_id = listed.calendar_ref
GROUP BY ALL;

CREATE TABLE school_session AS
SELECT DISTINCT school_id, school_year, name, CAST(first_day AS DATE) AS first_day,
       CAST(last_day AS DATE) AS last_day, CAST(total_days AS INTEGER) AS total_days
FROM session;

-- A calendar is the school's own unless it is made for some students or the staff.
CREATE TABLE own_calendar AS
SELECT DISTINCT listed_day.school_id, listed_day.school_year, listed_day.code
FROM listed_day LEFT JOIN calendar USING (school_id, school_year, code)
WHERE coalesce(lower(calendar.type), 'school') NOT IN ('student specific', 'iep', 'staff', 'teacher');

-- The calendar of students whose enrolment names none. A school without one of its own has the
-- weekdays of its sessions ('').
CREATE TABLE usual_calendar AS
SELECT school_id, school_year, coalesce(min(own.code), '') AS code
FROM (SELECT school_id, school_year FROM session UNION SELECT school_id, school_year FROM listed_day)
LEFT JOIN own_calendar AS own USING (school_id, school_year)
GROUP BY school_id, school_year
HAVING count(own.code) < 2;

CREATE TABLE weekday AS
SELECT CAST(day AS DATE) AS date
FROM (SELECT least(min(school_session.first_day), (SELECT min(date) FROM listed_day)) AS first_day,
             greatest(max(school_session.last_day), (SELECT max(date) FROM listed_day)) AS last_day
      FROM school_session),
     unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS days(day)
WHERE isodow(day) <= 5;

-- A stretch of a calendar: each session, or all of it where the year has none. Its days are exact
-- if they are as many as the session says, or if something is said of every weekday. Without
-- a calendar they are exact if the session has as many days as weekdays.
CREATE TABLE stretch AS
WITH calendar_of_year AS (SELECT DISTINCT school_id, school_year, code FROM listed_day),
candidate AS (
    SELECT school_id, school_year, code, school_session.* EXCLUDE (school_id, school_year)
    FROM calendar_of_year JOIN school_session USING (school_id, school_year)
    UNION ALL
    SELECT school_id, school_year, code, NULL, min(date), max(date), NULL
    FROM listed_day ANTI JOIN school_session USING (school_id, school_year)
    GROUP BY school_id, school_year, code
    UNION ALL
    SELECT school_id, school_year, '', school_session.* EXCLUDE (school_id, school_year)
    FROM school_session ANTI JOIN own_calendar USING (school_id, school_year)
),
counted AS (
    SELECT candidate.*,
           (SELECT count(*) FROM weekday WHERE date BETWEEN first_day AND last_day) AS weekdays,
           count(*) FILTER (listed_day.is_school_day) AS school_days,
           count(*) FILTER (isodow(listed_day.date) <= 5) AS weekdays_named
    FROM candidate LEFT JOIN listed_day
      ON listed_day.school_id = candidate.school_id
     AND listed_day.school_year = candidate.school_year
     AND listed_day.code = candidate.code
     AND listed_day.date BETWEEN candidate.first_day AND candidate.last_day
    GROUP BY candidate.*
)
SELECT *, CASE WHEN code = '' THEN coalesce(weekdays = total_days, false)
               ELSE coalesce(school_days = total_days, false) OR weekdays_named = weekdays
          END AS is_exact
FROM counted;

CREATE TABLE school_day AS
SELECT school_id, school_year, code, date
FROM stretch JOIN listed_day USING (school_id, school_year, code)
WHERE is_exact AND is_school_day AND date BETWEEN first_day AND last_day
UNION
SELECT school_id, school_year, code, date
FROM stretch JOIN weekday ON date BETWEEN first_day AND last_day
WHERE is_exact AND code = '';

-- --- How far attendance has been taken (attendance_taken.sql) ----------------------------------

CREATE TABLE numbered_day AS FROM numbered_days('school_day', 'event');

CREATE TABLE taken_day AS FROM taken_days('numbered_day');

-- --- Enrolments -------------------------------------------------------------------------------

CREATE MACRO until(exit_date) AS coalesce(exit_date, DATE '9999-12-31');

CREATE TABLE enrolled AS
WITH school_year AS (
    SELECT school_id, school_year, max(last_day) AS last_day
    FROM (SELECT school_id, school_year, last_day FROM school_session
          UNION ALL SELECT school_id, school_year, date FROM listed_day)
    GROUP BY school_id, school_year
),
stay AS (
    SELECT DISTINCT student_id, school_id, school_year, grade,
           CAST(entry_date AS DATE) AS entry_date, CAST(exit_date AS DATE) AS exit_date, calendar
    FROM association WHERE never_attended IS NULL
),
dated AS (
    SELECT stay.* REPLACE (coalesce(
               stay.school_year,
               (SELECT min(school_year.school_year) FROM school_year
                WHERE school_year.school_id = stay.school_id
                  AND school_year.last_day >= stay.entry_date),
               school_year_of(stay.entry_date)) AS school_year)
    FROM stay
)
SELECT dated.* EXCLUDE (calendar), place.district_id,
       coalesce(dated.calendar, usual_calendar.code) AS code,
       coalesce(entry_date <= max(until(exit_date)) OVER (stays ROWS BETWEEN UNBOUNDED PRECEDING
                                                          AND 1 PRECEDING), false)
       OR coalesce(until(exit_date) >= min(entry_date) OVER (stays ROWS BETWEEN 1 FOLLOWING
                                                             AND UNBOUNDED FOLLOWING), false)
           AS shares_days
FROM dated
JOIN place ON place.school_id = dated.school_id AND place.district_id IS NOT NULL
LEFT JOIN usual_calendar ON usual_calendar.school_id = dated.school_id
     AND usual_calendar.school_year = dated.school_year
WINDOW stays AS (PARTITION BY student_id, district_id ORDER BY entry_date);

-- --- Attendance -------------------------------------------------------------------------------

-- The share of a day that a student was absent. An event that comes twice is one.
CREATE TABLE absence AS
SELECT student_id, school_id, date, least(sum(share), 1.0) AS share
FROM (
    SELECT student_id, school_id, CAST(date AS DATE) AS date, category.name,
           max(coalesce(CAST(duration AS DOUBLE), category.share_unless_stated)) AS share
    FROM event JOIN category ON category.name = lower(event.category)
    WHERE category.is_absence
    GROUP BY ALL
)
GROUP BY student_id, school_id, date
HAVING sum(share) > 0;

CREATE VIEW attended_at_school AS
SELECT student_id, district_id, date, shares_days,
       round(1 - coalesce(absence.share, 0), 4) AS attended
FROM enrolled
JOIN school_day USING (school_id, school_year, code)
SEMI JOIN taken_day USING (school_id, school_year, date)
LEFT JOIN absence USING (student_id, school_id, date)
WHERE date BETWEEN entry_date AND until(exit_date);

-- A student of two schools of a district was there if at one of them.
CREATE VIEW attended_day AS
SELECT student_id, district_id, date, attended FROM attended_at_school WHERE NOT shares_days
UNION ALL
SELECT student_id, district_id, date, max(attended) FROM attended_at_school WHERE shares_days
GROUP BY student_id, district_id, date;

-- --- The contract's files ---------------------------------------------------------------------

CREATE MACRO the_only(said) AS CASE WHEN min(said) = max(said) THEN min(said) END;

CREATE VIEW delivered_districts AS
SELECT DISTINCT district_id AS district_code, name AS district_name FROM district;

CREATE VIEW delivered_schools AS
SELECT school_id AS school_code, name AS school_name, district_id AS district_code
FROM place WHERE district_id IS NOT NULL;

-- What two organisations say differently of a student is not known.
CREATE VIEW delivered_students AS
SELECT DISTINCT student.*, told.* EXCLUDE (student_id)
FROM student LEFT JOIN (
    SELECT student_id, the_only(home_language) AS home_language,
           the_only(english_learner) AS english_learner
    FROM background GROUP BY student_id
) AS told USING (student_id);

CREATE VIEW delivered_enrollments AS
SELECT student_id, school_year, district_id AS district_code, grade, school_id AS school_code,
       entry_date, exit_date
FROM enrolled;

CREATE VIEW delivered_attendance_daily AS
SELECT student_id, district_id AS district_code, date, attended FROM attended_day;

-- --- Whose days are not known, and why --------------------------------------------------------

CREATE VIEW unknown_days AS
WITH asked_for AS (
    SELECT DISTINCT school_id, school_year, code FROM enrolled
    UNION
    SELECT school_id, school_year, code FROM usual_calendar SEMI JOIN event USING (school_id)
    WHERE NOT EXISTS (FROM enrolled)
),
inexact AS (
    FROM stretch WHERE NOT is_exact AND NOT EXISTS (
        FROM stretch AS exact
        WHERE exact.is_exact AND exact.school_id = stretch.school_id AND exact.code = stretch.code
          AND exact.first_day <= stretch.first_day AND exact.last_day >= stretch.last_day
    )
),
outside AS (
    SELECT school_id, school_year, code, count(*) AS school_days
    FROM listed_day WHERE is_school_day AND NOT EXISTS (
        FROM stretch WHERE stretch.school_id = listed_day.school_id
         AND stretch.code = listed_day.code
         AND listed_day.date BETWEEN stretch.first_day AND stretch.last_day
    )
    GROUP BY school_id, school_year, code
)
SELECT school_id, school_year, CASE
    WHEN code = '' THEN format(
        '{} ({} to {}) has {} school days on {} weekdays, and no calendar says which',
        name, first_day, last_day, coalesce(CAST(total_days AS VARCHAR), 'unstated'), weekdays)
    WHEN name IS NULL THEN format(
        'calendar {} names {} of {} weekdays from {} to {}, and no session says how many school '
        'days there are', code, weekdays_named, weekdays, first_day, last_day)
    ELSE format(
        'calendar {} has {} school days from {} to {}, {} has {}, and the calendar names {} of {} '
        'weekdays', code, school_days, first_day, last_day, name,
        coalesce(CAST(total_days AS VARCHAR), 'unstated'), weekdays_named, weekdays)
    END AS why
FROM inexact SEMI JOIN asked_for USING (school_id, school_year, code)
UNION ALL
SELECT school_id, school_year,
       format('{} school days of calendar {} lie outside of all sessions', school_days, code)
FROM outside SEMI JOIN asked_for USING (school_id, school_year, code)
UNION ALL
SELECT school_id, school_year, CASE
    WHEN code IS NULL AND EXISTS (
        FROM own_calendar AS own
        WHERE own.school_id = asked_for.school_id AND own.school_year = asked_for.school_year
    ) THEN 'there are several calendars, and enrolments without a CalendarReference'
    WHEN coalesce(code, '') = '' THEN 'there is neither a calendar nor a session'
    ELSE format('calendar {}, which enrolments refer to, is not in the files', code)
    END
FROM asked_for
WHERE NOT EXISTS (
    FROM stretch WHERE stretch.school_id = asked_for.school_id
     AND stretch.school_year = asked_for.school_year AND stretch.code = asked_for.code
);

-- --- What is said of the events -----------------------------------------------------------------

CREATE VIEW counted_event AS
SELECT event.category, count(*) AS events, CASE
    WHEN category.name IS NULL THEN 'unknown'
    WHEN NOT is_absence THEN 'attended'
    WHEN duration IS NOT NULL THEN 'absent for its duration'
    WHEN share_unless_stated > 0 THEN 'absent all day'
    ELSE 'absent for an unknown time'
    END AS meaning
FROM event LEFT JOIN category ON category.name = lower(event.category)
GROUP BY ALL;

-- --- What is left out -------------------------------------------------------------------------

CREATE VIEW placed_absence AS
SELECT absence.*, bool_or(enrolled.student_id IS NOT NULL) AS is_enrolled,
       bool_or(school_day.date IS NOT NULL) AS is_school
FROM absence
LEFT JOIN enrolled ON enrolled.student_id = absence.student_id
     AND enrolled.school_id = absence.school_id
     AND absence.date BETWEEN enrolled.entry_date AND until(enrolled.exit_date)
LEFT JOIN school_day ON school_day.school_id = enrolled.school_id
     AND school_day.school_year = enrolled.school_year AND school_day.code = enrolled.code
     AND school_day.date = absence.date
WHERE absence.date <= current_date
GROUP BY ALL;

-- Enrolments that nobody ended, where the school has days of a later year and the student none.
CREATE VIEW unfinished AS
SELECT DISTINCT student_id, school_id, entry_date
FROM enrolled JOIN school_day USING (school_id)
WHERE exit_date IS NULL AND school_day.school_year > enrolled.school_year
  AND NOT EXISTS (
      FROM enrolled AS later WHERE later.student_id = enrolled.student_id
       AND later.school_year >= school_day.school_year
  );

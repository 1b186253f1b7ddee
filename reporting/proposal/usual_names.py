"""What exports call our columns, the better name first.

Capital letters, signs, the order of words and little words do not matter: "student id" is also
StudentID, student_id, Student's ID and ID of Student (``names`` compares).

The names are those of PowerSchool, Infinite Campus, Aspen X2, Synergy, Skyward, Aeries, Genesis,
Clever, OneRoster, Ed-Fi, CEDS, of state files, of form tools and of logs that people keep by hand.
"""

from __future__ import annotations

USUAL_NAMES = {
    "student_id": "sasid, ssid, state student id, student state id, state id, sid state, "
    "student id state, state student number, student unique id, state assigned student id, "
    "student id, student number, student local id, local id, lasid, sis id, sis number, "
    "student sis id, student sis number, perm id, perm number, student perm id, other id, "
    "student other id, student key, student guid, student sourced id, user sourced id, "
    "sourced id, name id, admission number, enrollment number, child id, student, child, "
    "identifier, id",
    "district_code": "district code, reporting district, reporting district code, district id, "
    "district number, district organization code, organization code, org code, lea code, lea id, "
    "lea id sea, lea number, reporting lea, attending district code, local education agency id, "
    "local education agency key, dst id, lea, corporation id, system code, district",
    "district_name": "district name, lea name, local education agency name, name institution, "
    "organization name, corporation name, district, name",
    "school_code": "school code, school id, school number, school sis id, school sourced id, "
    "org sourced id, school id sea, reporting school code, attending school code, "
    "school attendance, skl school id, school local id, campus id, site code, site id, "
    "location code, enrolling org id, building code, building id, facility code, entity id, "
    "school key, school, building, site, campus, sis id, sourced id",
    "school_name": "school name, building name, name institution, skl school name, facility name, "
    "campus name, site name, school, building, name",
    "school_year": "school year, academic year, academic year id, current school year, end year, "
    "ctx school year, enrollment year, school year date, sy, year",
    "grade": "grade, grade level, grade code, entry grade level, student grade, "
    "student grade level, std grade level, current grade, grade lvl, gr, grd",
    "entry_date": "entry date, enter date, enrollment start, enrollment date, enroll date, "
    "enrollment start date, school entry date, start date, date entered, date entered school, "
    "entry, begin date, registration date, enrollment date key, role start date",
    "exit_date": "exit date, exit withdraw date, withdrawal date, withdraw date, "
    "enrollment end date, enrollment end, school exit date, end date, leave date, date left, "
    "exit, role end date",
    "first_name": "first name, student first name, given name, first, legal first name, fname, "
    "forename, student first, first middle name, psn name first",
    "last_name": "last name, student last name, last surname, surname, family name, last, lname, "
    "student last, legal last name, psn name last",
    "birth_date": "birth date, date birth, dob, birthday, psn dob, student dob, birthdate",
    "home_language": "home language, primary language, native language, dominant language, "
    "primary language code id, language home, home language code, std home language code",
    "english_learner": "english learner, ell, el, el status, ell status, lep, lep status, ml, "
    "multilingual learner, limited english proficiency, limited english proficiency status, "
    "english language learner",
    "disability": "disability, special education, sped, special ed, swd, iep, iep status, "
    "student disability, sped status, disability status, idea indicator",
    "free_meals": "free meals, free reduced lunch, frl, frl status, frpl, lunch status, "
    "meal status, free reduced price meals, lunch code, lunch code type, meal code, free lunch, "
    "eligible free reduced meals",
    "month": "month, attendance month, reporting month, year month, calendar month",
    "days_enrolled": "days enrolled, membership days, days membership, days in membership, "
    "in person membership days, possible days, days possible, days scheduled, enrolled days, "
    "total membership days, member days, membership, scheduled days, total days, days open, "
    "expected attendance days, total working days, enrolled, possible",
    "days_attended": "days attended, attendance days, days attendance, days in attendance, "
    "in person attendance days, days present, present days, total days present, attended days, "
    "total attendance days, days present unrounded, present, attended",
    "days_absent": "days absent, absent days, days absence, absence days, total days absent, "
    "total absences, absences total, days missed, absent, absences",
    "date": "date, attendance date, att date, attendance event date, att event date, event date, "
    "absence date, abs date, absent date, incident date, school date, calendar date, day, "
    "date key",
    "attended": "attended, attendance code, att code, att code view, daily attendance code, "
    "all day code, all day, absence code, abs code, attendance event category, "
    "attendance event category descriptor, attendance status, daily status, "
    "daily attendance status, attendance type, absence type, attendance code long, present, "
    "status, code, attendance, attendance value, state value, attendance behavior, absence, "
    "absent, absent ind, att absent ind, mark",
    "absent": "absent, portion absent, att portion absent, absent portion, "
    "absent days equivalent, absence duration, absence, absent ind, att absent ind, "
    "absence code, abs code, attendance code, att code, att code view, daily attendance code, "
    "all day code, all day, absence type, attendance event category, "
    "attendance event category descriptor, attendance status, daily status, "
    "daily attendance status, attendance type, attendance code long, status, code, attendance, "
    "attendance behavior, mark",
    "excused": "excused, excused ind, att excused ind, is excused, absence excused, "
    "excused absence, excuse",
    "is_school_day": "is school day, school day, in session, is in session, instructional day, "
    "is instructional day, membership day, calendar event, day type",
    "period": "period, class period, period name, period number, period id, section period, per, "
    "period abbreviation, hour, block, section, section id, course section",
    "visit_id": "visit id, visit number, visit code, visit key, record id, record number, log id, "
    "log number, contact id, contact number, entry number, event id, case number, response id, "
    "submission id, respondent id, uuid, instance id, meta instance id, key, "
    "number, row, visit, id, index",
    "visit_date": "visit date, date visit, home visit date, date home visit, contact date, "
    "date contact, date, when, meeting date, event date, call date time, date completed, "
    "date time, day",
    "modality": "modality, visit type, type visit, visit location, location visit, where, "
    "location, place, visit mode, mode, method, contact method, communication method, "
    "contact type, call type, setting, visit format, format, type, how",
    "outcome": "outcome, visit outcome, visit result, result, visit status, status, disposition, "
    "contact made, contact result, contact status, call status, completed, successful, "
    "how did it go, done",
    "visitor_type": "visitor type, type visitor, visitor role, role, staff type, visitor group, "
    "visitor affiliation, school or community, team type, who, visitors from, affiliation",
    "visitor": "visitor, visitors, visited by, visitor name, names visitors, home visitor, "
    "home visitors, staff, staff name, staff member, team, team members, conducted by, by whom, "
    "completed by, educator name, submitted by",
    "language": "language, visit language, language visit, language used, language spoken, "
    "spoken language",
    "note_code": "note code, needs, need, needs identified, need code, topic, topics",
}

# What a form tool writes down by itself, where no question asks for it: when it was sent.
NAMES_OF_SUBMISSION = (
    "timestamp, submission time, submission date, submitted at, completion time, start time, "
    "today, start"
)

# Columns that say when a student was absent: what is "yes" there was not attended.
NAMES_OF_ABSENCE = "absence, absent, absent ind, att absent ind"

# Columns that say what else happened on a day; with those of absence, flags of one row.
NAMES_OF_OTHER_FLAGS = (
    "tardy, late, tardy ind, att tardy ind, dismissed, dismissed ind, att dismissed ind, "
    "left early, early dismissal"
)

# Names of the state's number of a student, which is the same in every file of the state.
NAMES_OF_STATE_NUMBER = (
    "sasid, ssid, state student id, student state id, state id, sid state, student id state, "
    "state student number, student unique id, state assigned student id"
)

"""Headers of real exports, each with its public source; the values below them are invented.

The names of the columns are verbatim from the source. Of form tools, the columns that the tool adds
by itself are verbatim; the questions are a program's own, as they are with every form.
"""

from __future__ import annotations

from dataclasses import dataclass, field

STUDENTS = ("1000000001", "1000000002", "1000000003", "1000000004")
NAMES = ("Ada,Example", "Ben,Muster", "Cy,Sample", "Di,Ejemplo")
ISO_DAYS = tuple(f"2021-10-{day:02}" for day in (4, 5, 6, 7, 8, 12, 13, 14, 15, 18))
US_DAYS = tuple(f"{int(day[5:7])}/{int(day[8:])}/{day[:4]}" for day in ISO_DAYS)

# What a source is, and so how far it can be trusted to be the first line of a file.
FILE = "the first line of a file, or of an example of one"
WRITTEN = "code or a query that writes or reads the file"
LISTED = "a documentation's list of the file's columns, in their order"
NAMED = "columns that a documentation names, put into one line here"

HARTFORD = ('# district_code = "0640011"', 'district_code = "0640011"')


@dataclass(frozen=True)
class RealExport:
    """One export, what `map` has to say of it, and how many rows load when a person has decided.

    ``seen_in``: what kind of source it is. ``source``: address, or repository and commit.
    ``columns``: some of ours -> theirs. ``doubts``: words of doubts. ``refused``: words of the
    sentence with which it is refused instead. ``decided``: what a person changes in the mapping.
    ``loaded``: rows that load with it, none rejected; None where other files would be needed.
    """

    name: str
    seen_in: str
    source: str
    header: str
    rows: tuple[str, ...]
    kind: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    refused: str = ""
    decided: tuple[tuple[str, str], ...] = ()
    loaded: int | None = None
    file: str = "export.csv"


def every_day(line: str, there: str = "P", missed: str = "A") -> tuple[str, ...]:
    """A row for every student and day; in 6 of 40 the student was not there.

    In ``line``, {id}, {n}, {iso}, {us} and {code} are filled in.
    """
    return tuple(
        line.format(id=student, n=n, iso=iso, us=us, code=missed if (n + d) % 7 == 0 else there)
        for n, student in enumerate(STUDENTS, start=1)
        for d, (iso, us) in enumerate(zip(ISO_DAYS, US_DAYS, strict=True))
    )


def missed_days(line: str, *codes: str) -> tuple[str, ...]:
    """Rows of days missed alone: 3 of 10 for each student."""
    return tuple(
        line.format(
            id=student, n=n, iso=ISO_DAYS[d], us=US_DAYS[d], code=codes[(n + d) % len(codes)]
        )
        for n, student in enumerate(STUDENTS, start=1)
        for d in (n - 1, n + 2, n + 5)
    )


def people(line: str) -> tuple[str, ...]:
    """A row for every student: {id}, {n}, {first}, {last}."""
    return tuple(
        line.format(id=student, n=n, first=name.split(",")[0], last=name.split(",")[1])
        for n, (student, name) in enumerate(zip(STUDENTS, NAMES, strict=True), start=1)
    )


INSIGHTS = "github.com/studentinsights/studentinsights"
SDS = (
    "github.com/OfficeDev/O365-EDU-Tools@a7cb5861ccc01269c635329695a1a317d05a644b "
    "CSV Samples/SDS Format/25 Users"
)
LIST = "This seems to be a list of absences and tardies: 12 rows for 4 students over 10 school days"

ROSTERS = (
    RealExport(
        "Aspen X2, students",
        FILE,
        f"{INSIGHTS}@c749ed8030c308560d00b6a95410fbc1d415cdb3 "
        "spec/fixtures/fake_students_export.csv",
        '"state_id","local_id","full_name","home_language","program_assigned",'
        '"limited_english_proficiency","sped_placement","disability","sped_level_of_need",'
        '"plan_504","student_address","grade","registration_date","free_reduced_lunch",'
        '"homeroom","school_local_id","enrollment_status","date_of_birth","gender","race",'
        '"hispanic_latino","primary_phone","primary_email","house","counselor"',
        people(
            '"{id}","10{n}","{last}, {first}","English","Reg Ed","Fluent","NULL","NULL","NULL",'
            '"Not 504","155 9th St","07","2018-08-2{n}","Not Eligible","HEA 200","HEA","Active",'
            '"2008-07-1{n}","F","Black","0","617-555-1212","p@example.com","","NULL"'
        ),
        "students",
        {
            "student_id": "state_id",
            "birth_date": "date_of_birth",
            "home_language": "home_language",
            "english_learner": "limited_english_proficiency",
            "free_meals": "free_reduced_lunch",
        },
        doubts=(
            "“local_id” could be student_id as well as “state_id”. The state's number is read",
        ),
        loaded=4,
    ),
    RealExport(
        "PowerSchool, students for a lunch program; the state's number stands twice",
        LISTED,
        "github.com/Roer/PowerSchool-PrimeroEdge-Script@2a624a8dddd88ad6a25d17ab155a047fc4132ab9 "
        "README.md, “PowerSchool exported fields”",
        "State_StudentNumber\tState_StudentNumber\tSSN\tGrade_Level\tGender\tDOB\tFirst_Name\t"
        "Middle_Name\tLast_Name\tSchoolID\tHome_Room\tMailing_Street\tMailing_City\tMailing_State\t"
        "Mailing_Zip\tEthnicity Field\tRace Field\tGuardian First Name\tGuardian Last Name\t"
        "Guardian Email\tGuardian Work Phone\tGuardian Home Phone",
        people(
            "{id}\t{id}\t\t4\tF\t5/1{n}/2011\t{first}\t\t{last}\t33\tB{n}\t1 Elm St\tHartford\tCT\t"
            "06101\t1\tW\tPat\t{last}\tp@example.com\t\t"
        ),
        "students",
        {
            "student_id": "State_StudentNumber",
            "first_name": "First_Name",
            "last_name": "Last_Name",
            "birth_date": "DOB",
        },
        doubts=("“State_StudentNumber” stands twice; the first is read",),
        loaded=4,
        file="export.txt",
    ),
    RealExport(
        "Microsoft School Data Sync, a roster with “Status: Active” and states in “State ID”",
        FILE,
        f"{SDS}/Student.csv",
        "SIS ID,School SIS ID,First Name,Last Name,Username,Password,State ID,Secondary Email,"
        "Student Number,Middle Name,Grade,Status,Birthdate,Graduation Year",
        people("{id},10001,{first},{last},{first}E,P@ss,WA,,{id},C,9,Active,4/2{n}/2006,2024"),
        "students",
        {"first_name": "First Name", "last_name": "Last Name", "birth_date": "Birthdate"},
        doubts=("The file holds enrollments too",),
        loaded=4,
    ),
    RealExport(
        "Microsoft School Data Sync, schools",
        FILE,
        f"{SDS}/School.csv",
        "SIS ID,Name,School Number,School NCES_ID,State ID,Grade Low,Grade High,Principal SIS ID,"
        "Principal Name,Principal Secondary Email,Address,City,State,Country,Zip,Phone,Zone",
        (
            "10001,Contoso High School,10001,1,WA,9,12,14007,Amy R,,2 M Way,Redmond,WA,US,98052,,1",
            "10002,Fabrikam Middle,10002,2,WA,6,8,14008,Bo T,,3 M Way,Redmond,WA,US,98052,,1",
        ),
        "schools",
        {"school_code": "School Number", "school_name": "Name"},
        doubts=("No column says district_code",),
        decided=(HARTFORD,),
        loaded=2,
    ),
    RealExport(
        "OneRoster, users",
        WRITTEN,
        "github.com/legertom/oneroster-data@2e058a0c15104ace8e3be8c4470102a801e9ea3e "
        "src/lib/oneroster/schema.ts, users.csv",
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,"
        "givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password",
        people(
            "{id},active,2021-09-01T00:00:00.000Z,true,org-1,student,user{n},,{first},{last},,"
            "S-{n}00,u{n}@example.com,,,,07,"
        ),
        "students",
        {"student_id": "sourcedId", "first_name": "givenName", "last_name": "familyName"},
        loaded=4,
    ),
    RealExport(
        "OneRoster as School Data Sync 2.1 has it, roles",
        FILE,
        "github.com/OfficeDev/O365-EDU-Tools@a7cb5861ccc01269c635329695a1a317d05a644b "
        "CSV Samples/SDS v2.1/roles.csv",
        "userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate",
        people("{id},110003,student,SY2021K12,10,TRUE,2021-08-24,2022-06-11"),
        "enrollments",
        {
            "student_id": "userSourcedId",
            "grade": "grade",
            "school_code": "orgSourcedId",
            "entry_date": "roleStartDate",
            "exit_date": "roleEndDate",
        },
        doubts=("No column says school_year", "No column says district_code"),
    ),
    RealExport(
        "Clever, students, as Genesis exports them",
        LISTED,
        "support-sis.genesisedu.com/support/solutions/articles/151000094027-clever-export",
        "School_id,Student_id,Student_number,State_id,Last_name,Middle_name,First_name,Gender,Dob,"
        "Grade,Race,Hispanic_Latino,Ell_status,Frl_status,Iep_status,Student_zip,Student_email,"
        "Contact_name,Contact_type,Contact_phone,Contact_email,Username,Password",
        people(
            "12,90{n},90{n},{id},{last},,{first},F,9/1{n}/2010,6,W,N,N,F,Y,07001,s@example.com,"
            "Pat,mother,,p@example.com,u{n},"
        ),
        "students",
        {
            "student_id": "State_id",
            "birth_date": "Dob",
            "english_learner": "Ell_status",
            "free_meals": "Frl_status",
            "disability": "Iep_status",
        },
        doubts=("could be student_id as well as “State_id”. The state's number is read",),
        loaded=4,
    ),
    RealExport(
        "Infinite Campus, a roster for DIBELS",
        WRITTEN,
        "github.com/codelinde/infinite-campus-sql-suite@fc9f199e5a3aa41e3ddf55d6f5d7ffa4545efc65 "
        "DIBELSStudentRoster.sql",
        "Last Name,First Name,Student ID,Secondary ID,School,Grade,Class",
        people("{last},{first},{id},60{n},Oak Street School,02,Miller 2nd Grade"),
        "students",
        {"student_id": "Student ID", "first_name": "First Name", "last_name": "Last Name"},
        doubts=("The file holds enrollments too",),
        loaded=4,
    ),
    RealExport(
        "EduClimber, the roster of a student information system",
        LISTED,
        "cbk12sis.groovehq.com/help/educate-and-educlimber-integration-data-mapping, Roster csv",
        "School Year,Student ID,Student Local ID,Student First Name,Student Middle Name / Initial,"
        "Student Last Name,Date of Birth,Student Gender,Student Ethnicity,Student Disability,"
        "Meal Status,Enrollment Start Date,Enrollment End Date,Grade,School Name,Course Name,"
        "Course ID,Course_Term,Course Section,Course Period,Course Start Date,Course End Date,"
        "Course Leave Date,Teacher First Name,Teacher Last Name,Teacher Email,Teacher ID,"
        "ELL Status,ELP Level",
        people(
            "2021-2022,{id},7{n},{first},,{last},2010-03-1{n},F,White,N,paid,2021-09-01,,7,"
            "Oak Street School,Homeroom,HR1,FY,1,1,2021-09-01,2022-06-11,,Ann,Miller,"
            "am@example.com,T77,N,"
        ),
        "enrollments",
        {
            "student_id": "Student ID",
            "school_year": "School Year",
            "grade": "Grade",
            "entry_date": "Enrollment Start Date",
            "exit_date": "Enrollment End Date",
        },
        doubts=("The file holds students too", "“Student Local ID” could be student_id"),
        decided=(HARTFORD,),
        loaded=4,
    ),
    RealExport(
        "Missouri's enrollment and attendance file",
        LISTED,
        "info.mo.gov/dese/file_spec/2014/"
        "FileSpec_201408AugustCycleStudentEnrollmentandAttendance.html, its first 28 columns",
        "CollectionVersion,CurrentSchoolYear,AttendingDistrictCode,AttendingSchoolCode,"
        "ReportingDistrictCode,ReportingSchoolCode,ResidentDistrictCode,ResidentSchoolCode,StateID,"
        "LocalStudentID,LastName,FirstName,MiddleName,Suffix,DateOfBirth,StudentGradeLevel,SSN,"
        "ResidencyStatus,RegHrsAttended,RegHrsAbsent,RemHrsAttended,HrsInSession,SummerAttendance,"
        "SummerMembership,EntryDate,EntryCode,ExitDate,ExitCode",
        people(
            "2014,2022,,,0640011,,,,{id},5{n},{last},{first},,,2010-05-0{n},07,,R,,,,,0,0,"
            "2021-08-2{n},,,"
        ),
        "enrollments",
        {
            "student_id": "StateID",
            "school_year": "CurrentSchoolYear",
            "district_code": "ReportingDistrictCode",
            "grade": "StudentGradeLevel",
            "entry_date": "EntryDate",
        },
        doubts=("“LocalStudentID” could be student_id as well as “StateID”", "school year ends"),
        loaded=4,
    ),
    RealExport(
        "Skyward SMS, the student file",
        NAMED,
        "szhelp.renaissance.com/hc/en-us/articles/23824120308251-Skyward-SMS, columns of the "
        "Student file",
        "NameID,LastName,FirstName,StudentGrade,LEPStatus,LunchCodeType,GenderMaleFemale,"
        "HomelessStatus,SPEDDisStateCode,NCLBMigrantStatus",
        people("{id},{last},{first},07,No,Free,F,No,,No"),
        "students",
        {
            "student_id": "NameID",
            "last_name": "LastName",
            "english_learner": "LEPStatus",
            "free_meals": "LunchCodeType",
        },
        loaded=4,
    ),
    RealExport(
        "Synergy, students with their year",
        NAMED,
        "szhelp.renaissance.com/hc/en-us/articles/23825296926875-Synergy, fields of EPC_STU, "
        "REV_PERSON and EPC_STU_SCH_YR",
        "SIS_NUMBER,LAST_NAME,FIRST_NAME,GRADE,ENTRY_DATE,FRM_CODE,GENDER",
        people("{id},{last},{first},07,8/2{n}/2021,F,F"),
        "students",
        {"student_id": "SIS_NUMBER", "last_name": "LAST_NAME", "first_name": "FIRST_NAME"},
        doubts=("The file holds enrollments too",),
        loaded=4,
    ),
)

DAYS = (
    RealExport(
        "Aspen X2, attendance with flags, exceptions alone",
        FILE,
        f"{INSIGHTS}@2b95100a51939c3c3427be5b5c8f261b70c06815 "
        "spec/fixtures/fake_attendance_export.txt",
        '"state_id","absence","tardy","event_date","school_local_id"',
        missed_days('"{id}",{code},"{iso}","SHS"', '"1","0"', '"0","1"'),
        "absences",
        {"student_id": "state_id", "absent": "{absence} / {tardy}", "date": "event_date"},
        doubts=(LIST, "Each line is what “absence”, “tardy” say together"),
        decided=(HARTFORD,),
        loaded=12,
    ),
    RealExport(
        "Aspen X2, attendance with reasons, exceptions alone",
        WRITTEN,
        f"{INSIGHTS}@c749ed8030c308560d00b6a95410fbc1d415cdb3 x2_export/sql/attendance_export.sql",
        '"state_id","local_id","absence","tardy","dismissed","reason","excused","comment",'
        '"event_date","school_local_id"',
        missed_days(
            '"{id}","9{n}",{code},"","{iso}","SHS"',
            '"1","0","0","Sick","1"',
            '"0","1","0","","0"',
            '"0","0","0","","0"',
        ),
        "absences",
        {
            "student_id": "state_id",
            "absent": "{absence} / {tardy} / {dismissed}",
            "excused": "excused",
        },
        doubts=(LIST, "3 rows without any flag", "“local_id” could be student_id"),
        decided=(HARTFORD,),
        loaded=12,
    ),
    RealExport(
        "Aspen X2, the table of attendance as it is: a key of the database for a student",
        FILE,
        f"{INSIGHTS}@c749ed8030c308560d00b6a95410fbc1d415cdb3 spec/fixtures/attendance_dump.csv",
        "'ATT_OID','ATT_STD_OID','ATT_SKL_OID','ATT_RAT_OID','ATT_DATE','ATT_CODE_VIEW',"
        "'ATT_TARDY_IND','ATT_DISMISSED_IND','ATT_REASON_CODE','ATT_EXCUSED_IND','ATT_RAT_OID_02',"
        "'ATT_COMMENT','ATT_TIMESTAMP','ATT_FIELDA_001','ATT_FIELDA_002','ATT_FIELDB_001',"
        "'ATT_ABSENT_IND','ATT_LAST_MODIFIED','ATT_PORTION_ABSENT','ATT_OTHER_CODE',"
        "'ATT_OTHER_CODE_02','ATT_TIME_VIEW','ATT_ABSENT_IND_02','ATT_TARDY_IND_02',"
        "'ATT_DISMISSED_IND_02','ATT_REASON_CODE_02','ATT_EXCUSED_IND_02','ATT_COMMENT_02',"
        "'ATT_RESPONSE','ATT_RESPONSE_02','ATT_CODE_VIEW_PM'",
        missed_days(
            '"ATT000{n}","STD000{n}","SKL1","NULL","{iso}",{code},"NULL","NULL","0","0","0","NULL",'
            '"0","NULL","NULL","NULL","NULL"',
            '"A-E","0","0","","1","NULL","","1","0","NULL","NULL","1","NULL","1.0000","","NULL"',
            '"T","1","0","","0","NULL","","1","0","NULL","NULL","0","NULL","0.0000","","NULL"',
        ),
        "absences",
        {"date": "'ATT_DATE'", "excused": "'ATT_EXCUSED_IND'"},
        doubts=(LIST, "“'ATT_STD_OID'” was taken for student_id by its name: is it?"),
    ),
    RealExport(
        "PowerSchool, Vermont's daily attendance",
        FILE,
        "datacollection.education.vermont.gov/File-Specifications/7_PS_Att (and PowerSchool's own "
        "ps-compliance.powerschool-docs.com/pssis-vt/latest/07_ps_att)",
        "ADMINID,ENRORGID,PERMNUMBER,ATTEVENTDATE,DAILY_STATUS,ATTENTYPEID,ABSCATID,DSID_VALUE,SY",
        every_day("SU009,PS001,{id},{us},{code},FT,,1,2022", "PRE", "ABS"),
        "attendance_daily",
        {"student_id": "PERMNUMBER", "date": "ATTEVENTDATE", "attended": "DAILY_STATUS"},
        doubts=("Codes of attendance differ by district",),
        decided=(HARTFORD,),
        loaded=40,
    ),
    RealExport(
        "Clever, attendance",
        LISTED,
        "dev.clever.com/docs/attendance-data-how-does-it-work, attendance.csv",
        "Student_id,School_id,Section_id,Attendance_date,Attendance_type,Attendance_status,"
        "Excuse_code,Sis_id",
        every_day("{id},12,,{iso},daily,{code},,a{n}", "present", "absent"),
        "attendance_daily",
        {
            "student_id": "Student_id",
            "date": "Attendance_date",
            "attended": "Attendance_status",
        },
        decided=(HARTFORD,),
        loaded=40,
    ),
    RealExport(
        "Aeries, the table of attendance: a whole day beside its periods",
        WRITTEN,
        "github.com/suhsdit/SPSAeries@658a88f948edf54ffe3d402bd4e7e4a0a278db9c "
        "SPSAeries/Public/Get-SPSAeriesAttendanceData.ps1",
        "SchoolCode,StudentNumber,SchoolDay,EntryLeave,Program,Grade,Track,TeacherNumber,AllDay,"
        "Period0,Period1,Period2,Period3,Period4,Period5,Period6,Period7,Period8,Period9,Date,Reason",
        missed_days("13,{id},4{n},,,7,,501,{code},,,,,,,,,,,{us},", "A", "T", "E"),
        "absences",
        {"student_id": "StudentNumber", "date": "Date", "absent": "AllDay"},
        doubts=(LIST,),
        decided=(HARTFORD,),
        loaded=12,
    ),
    RealExport(
        "Genesis, what a swipe station sends",
        LISTED,
        "support-sis.genesisedu.com/support/solutions/articles/151000094144-swipe-k12-import",
        "School #\tStudent #\tAttendance Status\tTime In\tDate\tReason Code",
        missed_days("12\t{id}\t{code}\t08:30AM\t{us}\t", "Tardy", "Absent"),
        "absences",
        {"student_id": "Student #", "date": "Date", "absent": "Attendance Status"},
        doubts=(LIST,),
        decided=(HARTFORD,),
        loaded=12,
        file="export.txt",
    ),
    RealExport(
        "EduClimber, “only negative attendance codes”, with the share of the day",
        LISTED,
        "cbk12sis.groovehq.com/help/educate-and-educlimber-integration-data-mapping, "
        "Attendance csv",
        "School Year,Student ID,Student Local ID,Student First Name,Student Last Name,School Name,"
        "Attendance Date,Term,Attendance Code,Absent Days Equivalent",
        missed_days(
            "2021-2022,{id},7{n},Ada,Example,Oak,{iso},T1,{code}",
            "Absent,1.00",
            "Tardy,0.00",
            "Half day,0.50",
        ),
        "absences",
        {"student_id": "Student ID", "date": "Attendance Date", "absent": "Absent Days Equivalent"},
        doubts=(LIST,),
        decided=(HARTFORD,),
        loaded=12,
    ),
    RealExport(
        "Infinite Campus, absences by period to be inserted",
        WRITTEN,
        "github.com/will-at-rti/rti-scheduler-infinite-campus-attendance"
        "@7e6657f897ad0defbb36af98884a2ca790aa91b8 rti-scheduler-attendance-to-csv.ps1",
        '"studentId"|"attendanceCode"|"period"|"attendanceDate"|"sessionName"'
        '|"attendanceTakenByUserEmail"|"school"',
        missed_days('"{id}"|"{code}"|"RTI"|"{iso}"|"Algebra"|"t@example.com"|"33"', "A", "UA"),
        "absences",
        {"student_id": "studentId", "date": "attendanceDate", "absent": "attendanceCode"},
        doubts=(LIST,),
        decided=(HARTFORD,),
        loaded=12,
    ),
    RealExport(
        "CEDS, the staging table of daily attendance",
        WRITTEN,
        "github.com/CEDStandards/CEDS-Data-Warehouse@5341f9d5405d41879170a43b8cbc496b58417c6a "
        "src/CEDS-Data-Warehouse-Project/Staging/Tables/K12StudentDailyAttendance.sql",
        "Id,StudentIdentifierState,IeuOrganizationIdentifierSea,LeaIdentifierSea,"
        "SchoolIdentifierSea,AttendanceEventDate,SchoolYear,AttendanceEventDurationDay,"
        "AttendanceEventDurationMinutes,AttendanceEventDurationHours,"
        "ChronicStudentAbsenteeismIndicator,AttendanceEventType,AttendanceStatus,"
        "PresentAttendanceCategory,AbsentAttendanceCategory,RecordStartDateTime,"
        "RecordEndDateTime,DataCollectionName,RunDateTime",
        every_day(
            "{n},{id},,0640011,33,{iso},2022,1.00,,,,DailyAttendance,{code},,,,,SY22,",
            "Present",
            "Absent",
        ),
        "attendance_daily",
        {
            "student_id": "StudentIdentifierState",
            "district_code": "LeaIdentifierSea",
            "date": "AttendanceEventDate",
            "attended": "AttendanceStatus",
        },
        loaded=40,
    ),
    RealExport(
        "Ed-Fi's events of attendance as a file",
        LISTED,
        "intercom.help/talkingpoints/en/articles/11563036-configuring-your-attendance-data-file",
        "school_id,student_id,attendance_event_date,attendance_event_category,"
        "attendance_event_reason,attendance_event_duration,attendance_event_description",
        missed_days(
            "33,{id},{iso},{code},Sick,1,", "Excused Absence", "Unexcused Absence", "Tardy"
        ),
        "absences",
        {
            "student_id": "student_id",
            "date": "attendance_event_date",
            "absent": "attendance_event_category",
        },
        doubts=(LIST,),
        decided=(HARTFORD,),
        loaded=12,
    ),
    RealExport(
        "a calendar of days in session",
        LISTED,
        "intercom.help/talkingpoints/en/articles/11563111-configuring-your-calendar-data-file",
        "school_id,calendar_date,calendar_events,school_year_id",
        tuple(
            f'123,{day},"[""{"Not In Session" if n == 5 else "In Session"}""]",323'
            for n, day in enumerate(ISO_DAYS)
        ),
        "calendar",
        {"date": "calendar_date", "is_school_day": "calendar_events", "school_code": "school_id"},
        doubts=("No column says district_code",),
    ),
    RealExport(
        "a register with a column for every day",
        FILE,
        "github.com/Kunj2411/Lokmanya-ATS@4260f248c281fea80a783e68f22d4f0a74202875 "
        "CSV-PIVOT-FORMAT.md",
        "Enrollment No.,Student Name,Department,12/1/2024,12/2/2024,12/3/2024,12/4/2024,12/5/2024",
        people("{id},{last} {first},BCA_24,Present,Present,Absent,Present,Present"),
        "attendance_daily",
        {"student_id": "Enrollment No.", "date": "date", "attended": "attended"},
        doubts=(
            "This is a register with a column for every day, 5 in all, from “12/1/2024”",
            "day and month cannot be told apart: 2024-12-01 is proposed",
        ),
        decided=(HARTFORD,),
    ),
)

CONTACTS = (
    RealExport(
        "Overgrad, notes of contacts",
        LISTED,
        "help.overgrad.com/support/solutions/articles/24000091936-importing-contact-notes",
        "student_id,created_by_type,created_by_id,description,date,time,duration,outcome,"
        "communication_method,topic",
        (
            "1000000001,Educator,a@example.com,met,2021-10-05,16:00,30,completed,home_visit,other",
            "1000000002,Educator,a@example.com,left,2021-10-06,16:30,5,no_show,home_visit,other",
            "1000000001,Educator,b@example.com,rang,2021-10-12,12:00,5,attempted,phone_call,other",
            "1000000003,Educator,b@example.com,zoom,2021-10-13,12:10,5,completed,"
            "video_conference,other",
        ),
        "visits",
        {
            "student_id": "student_id",
            "visit_date": "date",
            "outcome": "outcome",
            "modality": "communication_method",
        },
        doubts=("No column says visitor_type", "attempted, or cancelled?"),
        decided=(('# visitor_type = "school"', 'visitor_type = "school"'),),
        loaded=4,
    ),
    RealExport(
        "KoboToolbox, a form of visits",
        WRITTEN,
        "github.com/kobotoolbox/formpack@176f619aba8f9f1cf095147069a506711979687b "
        "tests/test_exports.py, the columns that follow the questions",
        "visit/date_of_visit;visit/student_sasid;visit/where_did_you_meet;visit/how_did_it_go;"
        "visit/who_went;_id;_uuid;_submission_time;_validation_status",
        (
            "2021-10-05;1000000001;at_home;met_with_the_mother;school_staff;501;"
            "90dd7750f83011e590707c7a9125d07d;2021-10-07T09:00:00;",
            "2021-11-08;1000000002;at_home;nobody_home;community_partner;502;"
            "90dd7750f83011e590707c7a9125d08d;2021-11-09T09:00:00;",
        ),
        "visits",
        {
            "visit_id": "_uuid",
            "student_id": "visit/student_sasid",
            "visit_date": "visit/date_of_visit",
            "modality": "visit/where_did_you_meet",
            "outcome": "visit/how_did_it_go",
        },
        loaded=2,
    ),
    RealExport(
        "Microsoft Forms, a log of visits without a question for the day",
        WRITTEN,
        "github.com/acl-org/acl-anthology@a767ccb2f936825911c61a5828d64143561c84e9 "
        "bin/add_attachments.py, the columns before the questions",
        "ID,Start time,Completion time,Email,Name,What is the student's SASID?,"
        "Where did the visit take place?,What was the outcome of the visit?,"
        "Are you school staff or a community partner?",
        (
            "1,10/5/21 16:00:10,10/5/21 16:05:22,anonymous,,1000000001,Home,Completed,School staff",
            "2,10/13/21 17:00:10,10/13/21 17:02:22,anonymous,,1000000002,Home,No answer,"
            "Community partner",
        ),
        "visits",
        {
            "visit_id": "ID",
            "student_id": "What is the student's SASID?",
            "visit_date": "Completion time",
            "modality": "Where did the visit take place?",
            "outcome": "What was the outcome of the visit?",
        },
        doubts=("“Completion time” is when the form was sent",),
        loaded=2,
    ),
    RealExport(
        "Google Forms, a log of visits",
        FILE,
        f"{INSIGHTS}@c749ed8030c308560d00b6a95410fbc1d415cdb3 "
        "spec/fixtures/student_voice_survey_2020.csv, “Timestamp” and the question for the number",
        "Timestamp,Your Student ID Number (the 111....number),Date of the home visit,"
        "Type of visit,Result of the visit,Visitor type",
        (
            "10/7/2021 16:00:10,1000000001,10/5/2021,Home visit,Completed,School",
            "10/14/2021 16:00:10,1000000002,10/13/2021,Phone call,No answer,Community",
        ),
        "visits",
        {
            "student_id": "Your Student ID Number (the 111....number)",
            "visit_date": "Date of the home visit",
            "modality": "Type of visit",
            "outcome": "Result of the visit",
        },
        doubts=("No column numbers the visits",),
        loaded=2,
    ),
    RealExport(
        "Google Forms, a survey that is no log of visits",
        FILE,
        f"{INSIGHTS}@c749ed8030c308560d00b6a95410fbc1d415cdb3 "
        "spec/fixtures/student_voice_survey_v2.csv",
        '"Timestamp","First name","Local ID number","I am proud that I....",'
        '"My best qualities are....","My activities and interests outside of school are....",'
        '"I get nervous or stressed in school when....","I learn best when my teachers...."',
        people("8/1{n}/2018 6:28:23,{first},{id},won,kind,music,never,smile"),
        "students",
        {"student_id": "Local ID number", "first_name": "First name"},
    ),
)

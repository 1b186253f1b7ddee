"""Further headers of real exports, first tried unseen; and files that are none of ours.

As in ``real_exports``, the values below them are invented.
"""

from __future__ import annotations

from tests.reporting.real_exports import (
    CONTACTS,
    DAYS,
    FILE,
    HARTFORD,
    INSIGHTS,
    LIST,
    LISTED,
    ROSTERS,
    STUDENTS,
    WRITTEN,
    RealExport,
    every_day,
    missed_days,
    people,
)

KIPP = (
    "github.com/ldesimon/illuminate_kipp_workspace@a289140243f874f1b4f54f9ab59f3dac78514ca6 kipp_nj"
)
ESCHOOL = (
    "github.com/AR-k12code/eSchoolModule@4b8956d0108847bf5447312fb74a5619c48c30a2 "
    "resources/eSchoolDatabase.csv, columns of the table"
)
CAMPUS = "github.com/codelinde/infinite-campus-sql-suite@fc9f199e5a3aa41e3ddf55d6f5d7ffa4545efc65"
FURTHER_ROSTERS = (
    RealExport(
        "PowerSchool, enrollments for Illuminate: numbers before the names, a date of birth before "
        "the entry",
        WRITTEN,
        f"{KIPP}/enrollment.sql",
        "01 Student ID\t02 State Student ID\t03 Student Last Name\t04 Student First Name\t"
        "05 Middle Name\t06 Birth Date\t07 Site ID\t08 Enrollment Start\t09 Enrollment End\t"
        "10 Student Grade Level ID\t11 Academic Year\t12 Is Primary ADA\t13 Attendance Category\t"
        "14 Enrollment Exit Code\t15 Session Type",
        people(
            "55{n}\t{id}\t{last}\t{first}\t\t05/1{n}/2011\t33\t08/2{n}/2021\t06/15/2022\t{n}\t"
            "2021-2022\t\t\t\t"
        ),
        "enrollments",
        {
            "student_id": "02 State Student ID",
            "school_year": "11 Academic Year",
            "grade": "10 Student Grade Level ID",
            "entry_date": "08 Enrollment Start",
            "exit_date": "09 Enrollment End",
        },
        doubts=(
            "The file holds students too",
            "“01 Student ID” could be student_id",
            "“10 Student Grade Level ID” was taken for grade by its name: is it?",
        ),
        decided=(HARTFORD,),
        loaded=4,
        file="enrollment.txt",
    ),
    RealExport(
        "PowerSchool, students for Illuminate: dates of programs and a status of needs",
        WRITTEN,
        f"{KIPP}/studemo.sql, its first 43 columns",
        "\t".join(
            (
                "01 Student ID",
                "02 State Student ID",
                "03 Student Last Name",
                "04 Student First Name",
                "05 Student Middle Name",
                "06 Birth Date",
                "07 Gender",
                "08 RACE Code ID 1",
                "09 RACE Code ID 2",
                "10 RACE Code ID 3",
                "11 Is Hispanic",
                "12 Primary Language Code ID",
                "13 Correspondence Language Code ID",
                "14 Language Fluency",
                "15 Reclassification Date",
                "16 Primary Disability Code ID",
                "17 Migrant Ed Student ID",
                "18 Lep Date",
                "19 US Entry Date",
                "20 Date Entered School",
                "21 Date Entered District",
                "22 Parent Guardian Highest Education Level",
                "23 Residential Status",
                "24 Special Needs Status",
                "25 SST Date",
                "26 504 Accommodations",
                "27 504 Review Date",
                "28 Special Ed Exit Date",
                "29 Birth City",
                "30 Birth State",
                "31 Birth Country",
                "32 Lunch ID",
                "33 AcademicYear",
                "34 Student Name Suffix",
                "35 Student Last Name Alias",
                "36 Student First Name Alias",
                "37 Student Middle Name Alias",
                "38 Student Name Suffix Alias",
                "39 Titile 1 Service Received",
                "40 Student Name Suffix Alias",
                "41 District ID",
                "42 Site ID",
                "43 Resident LEA Code",
            )
        ),
        people(
            "55{n}\t{id}\t{last}\t{first}\t\t05/1{n}/2011\tF\t700\t\t\tN\t00\t00\tE\t\t\t\t\t\t"
            "08/2{n}/2019\t08/20/2018\t\t\tN\t\t\t\t\tNewark\tNJ\tUS\t88{n}\t2021-2022\t\t\t\t\t\t"
            "\t\t1\t33\t"
        ),
        "students",
        {
            "student_id": "02 State Student ID",
            "first_name": "04 Student First Name",
            "last_name": "03 Student Last Name",
            "birth_date": "06 Birth Date",
        },
        doubts=("“01 Student ID” could be student_id",),
        loaded=4,
        file="studemo.txt",
    ),
    RealExport(
        "eSchoolPlus, entries and withdrawals",
        WRITTEN,
        f"{ESCHOOL} REG_ENTRY_WITH",
        "BUILDING|CALENDAR|CHANGE_DATE_TIME|CHANGE_UID|COMMENTS|DISTRICT|ENTRY_CODE|ENTRY_DATE|"
        "ENTRY_WD_TYPE|GRADE|ROW_IDENTITY|SCHOOL_YEAR|STUDENT_ID|TRACK|WITHDRAWAL_CODE|"
        "WITHDRAWAL_DATE",
        people("33|R|8/30/2021|jdoe||0640011|E1|8/2{n}/2021|E|07|9{n}|2022|{id}||W1|6/2{n}/2022"),
        "enrollments",
        {"entry_date": "ENTRY_DATE", "exit_date": "WITHDRAWAL_DATE", "district_code": "DISTRICT"},
        doubts=("school year ends",),
        loaded=4,
    ),
    RealExport(
        "eSchoolPlus, students",
        WRITTEN,
        f"{ESCHOOL} REG",
        "ALT_BLDG_ACCT|ALT_BUILDING|ALT_DISTRICT|ATTENDING_DISTRICT|BIRTHDATE|BUILDING|"
        "BUILDING_OVERRIDE|BUILDING_REASON|CALENDAR|CHANGE_DATE_TIME|CHANGE_UID|COUNSELOR|"
        "CURRENT_STATUS|DIST_ENROLL_DATE|DISTRICT|FAMILY_CENSUS|FIRST_NAME|GENDER|GENDER_IDENTITY|"
        "GENERATION|GRADE|GRADE_9_DATE|HOME_BUILDING|HOME_DISTRICT|HOMEROOM_PRIMARY|"
        "HOMEROOM_SECONDARY|HOUSE_TEAM|LANGUAGE|LAST_NAME|MIDDLE_NAME|NATIVE_LANGUAGE|NICKNAME|"
        "RES_COUNTY_CODE|STATE_ENROLL_DATE|STATE_RES_BUILDING|STUDENT_GUID|STUDENT_ID|"
        "SUMMER_STATUS|TRACK|US_ENROLL_DATE",
        people(
            "N||||5/1{n}/2011|33|N||R|8/30/2021|jdoe||A|8/20/2018|6400|12{n}|{first}|F|||07||33|"
            "6400|201|||ES|{last}||ES||60|||3f2a-{n}|{id}|||"
        ),
        "students",
        {
            "student_id": "STUDENT_ID",
            "birth_date": "BIRTHDATE",
            "home_language": "NATIVE_LANGUAGE",
        },
        doubts=("The file holds enrollments too", "“STUDENT_GUID” could be student_id"),
        loaded=4,
    ),
    RealExport(
        "Microsoft School Data Sync 2.1, demographics without a name",
        FILE,
        "github.com/OfficeDev/O365-EDU-Tools@a7cb5861ccc01269c635329695a1a317d05a644b "
        "CSV Samples/SDS v2.1/demographics.csv",
        "userSourcedId,sex,birthDate,birthCity,birthState,birthCountry,ethnicityCodes,raceCodes",
        people("{id},male,2011-07-0{n},Woodenville,WA,USA,hispanicOrLatinoEthnicity,"),
        "students",
        {"student_id": "userSourcedId", "birth_date": "birthDate"},
        loaded=4,
    ),
    RealExport(
        "Infinite Campus, flags of students for Galileo",
        WRITTEN,
        f"{CAMPUS} GalileoStudentDemographics.sql",
        "Student SIS ID,Gender,Ethnicity,Gifted,FRL,ELL,504,IEP",
        tuple(
            f"{student},F,H,0,{n % 2},0,0,{n // 4}" for n, student in enumerate(STUDENTS, start=1)
        ),
        "students",
        {"english_learner": "ELL", "disability": "IEP", "free_meals": "FRL"},
        loaded=4,
    ),
    RealExport(
        "Infinite Campus, a roster with names of instructors and of students",
        WRITTEN,
        f"{CAMPUS} NWEAStandardRoster.sql",
        "School State Code,School Name,Previous Instructor ID,Instructor ID,Instructor State ID,"
        "Instructor Last Name,Instructor First Name,Instructor Middle Initial,User Name,"
        "Email Address,Class Name,Previous Student ID,Student ID,Student State ID,"
        "Student Last Name,Student First Name,Student Middle Initial,Student Date Of Birth,"
        "Student Gender,Student Grade,Student Ethnic Group Name,Student User Name,Student Email",
        people(
            "YOURCODE,Oak Street School,,T77,,Miller,Ann,,am@example.com,am@example.com,2 - Miller,"
            ",70{n},{id},{last},{first},,05/2{n}/14,F,2,Caucasian,,"
        ),
        "students",
        {
            "student_id": "Student State ID",
            "first_name": "Student First Name",
            "last_name": "Student Last Name",
            "birth_date": "Student Date Of Birth",
        },
        doubts=("The file holds enrollments too",),
        loaded=4,
    ),
    RealExport(
        "OneRoster, users of whom some teach",
        WRITTEN,
        "github.com/legertom/oneroster-data@2e058a0c15104ace8e3be8c4470102a801e9ea3e "
        "src/lib/oneroster/schema.ts, users.csv",
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,"
        "givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password",
        (
            *people(
                "{id},active,,true,org-1,student,user{n},,{first},{last},,S-{n}00,u{n}@example.com,"
                ",,,07,"
            ),
            "1000000077,active,,true,org-1,teacher,jlee,,Jordan,Lee,,T100,j@example.org,,,,,",
        ),
        "students",
        {"student_id": "sourcedId", "first_name": "givenName"},
        doubts=("“role” says that these are no students: “teacher”. They are left out.",),
        loaded=4,
    ),
)

FURTHER_DAYS = (
    RealExport(
        "eSchoolPlus, totals of a day: changed on one day, the code beside times",
        WRITTEN,
        f"{ESCHOOL} ATT_STU_DAY_TOTALS",
        "ABSENT_TIME|ATT_CODE_VALUE|ATTENDANCE_CODE|ATTENDANCE_DATE|BUILDING|CHANGE_DATE_TIME|"
        "CHANGE_UID|CRITERIA|DISTRICT|LOCATION_TYPE|PRESENT_TIME|ROW_IDENTITY|SCHOOL_YEAR|"
        "STU_UNSCHD_TIME|STUDENT_ID|STUDENT_SCHD_TIME|SUMMER_SCHOOL|TOTAL_DAY_TIME|VIEW_TYPE",
        every_day(
            "0|1.0000|{code}|{us}|33|10/20/2021|jdoe|1|0640011|H|400|9{n}|2022|0|{id}|400|N|400|DAY"
        ),
        "attendance_daily",
        {"date": "ATTENDANCE_DATE", "attended": "ATTENDANCE_CODE", "district_code": "DISTRICT"},
        doubts=("Codes of attendance differ by district",),
        loaded=40,
    ),
    RealExport(
        "Focus, days with minutes absent, of which 0 is no absence of the whole day",
        WRITTEN,
        "github.com/TEAMSchools/teamster@0cdc7eefe76f6355f77bb1dba128078f856fe201 "
        "src/dbt/focus/models/staging/properties/stg_focus__attendance_day.yml",
        "id,student_id,school_date,syear,marking_period_id,daily_code,daily_pres_code,state_value,"
        "minutes_present,minutes_absent,time_in,time_out,comment,note_approved,note_message,"
        "notified_callouts,admin_user_id,last_updated_user,last_updated_date,imported,uuid,"
        "created_at,updated_at",
        every_day(
            "5{n}1,{id},{iso},2021,12,,,{code},,,,,,,7,7,{iso},,u1,{iso},{iso}",
            "1,390,0",
            "0,0,390",
        ),
        "attendance_daily",
        {"student_id": "student_id", "date": "school_date", "attended": "state_value"},
        decided=(HARTFORD,),
        loaded=40,
    ),
    RealExport(
        "PCR Educator, attendance with parts of a day and excuses within words",
        LISTED,
        "www.pcreducator.com/Importing-New-Records---Student-Attendance/64814/42937",
        "Attendance_Detail_Id,Student_Id,School_Id,Attendance_Discipline_Type_Id,"
        "Occurence_Date_Time,Day_Amount,Explanation,Lookup_Student_First_Name,"
        "Lookup_Student_Last_Name,Lookup_Birthdate,Lookup_Attendance_Description",
        missed_days(
            "8{n}1,{id},456,789,{iso} 08:00,{code}",
            "0.5,Dentist,Ada,Example,2010/05/15,Absent - Excused",
            "1.0,,Ada,Example,2010/05/15,Absent - Unexcused",
            "0.0,,Ada,Example,2010/05/15,Tardy",
        ),
        "absences",
        {
            "student_id": "Student_Id",
            "date": "Occurence_Date_Time",
            "absent": "Lookup_Attendance_Description",
            "excused": "Lookup_Attendance_Description",
        },
        doubts=(LIST, "“Day_Amount” holds parts of a day", "Where a code does not say"),
        decided=(HARTFORD,),
        loaded=12,
    ),
    RealExport(
        "eSchoolPlus, marks of periods with minutes absent",
        WRITTEN,
        f"{ESCHOOL} ATT_AUDIT_TRAIL",
        "ARRIVE_TIME|ATT_COMMENT|ATTENDANCE_CODE|ATTENDANCE_DATE|ATTENDANCE_PERIOD|BOTTOMLINE|"
        "BUILDING|CHANGE_DATE_TIME|CHANGE_UID|DISMISS_TIME|DISTRICT|ENTRY_DATE_TIME|"
        "ENTRY_ORDER_NUM|ENTRY_USER|MINUTES_ABSENT|SCHOOL_YEAR|SEQUENCE_NUM|SOURCE|STUDENT_ID|"
        "SUMMER_SCHOOL",
        tuple(
            f"||{code}|{day}|{period}|N|33|10/20/2021|jdoe||0640011|10/20/2021|1|jdoe|{minutes}|"
            f"2022|1|T|{student}|N"
            for student in STUDENTS
            for day in ("10/4/2021", "10/14/2021")
            for period, code, minutes in ((1, "A", 45), (2, "A", 45), (3, "T", 5))
        ),
        "attendance_periods",
        {"period": "ATTENDANCE_PERIOD", "attended": "ATTENDANCE_CODE", "district_code": "DISTRICT"},
        doubts=("This seems to be a list of absences and tardies",),
    ),
)

# What is none of our files, or lacks what every one of them has to have.
FOREIGN = (
    RealExport(
        "New York City, percentages of a year: no month",
        FILE,
        "github.com/jackiehimel/Absenteeism-Project@9dd0cc717bc04d18549391f4007bb24648829b71 "
        "data/9_1_2022-6_19_2023.xlsx",
        "New_Attendance_percentage_report_by_date_range (4),,,,,,,,,\nuser_id,class_label,"
        "total_days,present_days,absent_days,present%,absent%,Welfare status,NYF status,"
        "OSIS ID Number",
        people("81{n},Grade 7 A,182,17{n},1{n},94,6,N,Yes,20{id}"),
        refused="seems to hold monthly attendance, but no column was found for month",
    ),
    RealExport(
        "PowerSchool, days of a year by code: no month",
        WRITTEN,
        "github.com/Washtenaw-Intermediate-School-District/PowerSchool-Reports"
        "@9f5593637e4c27a9388d6e0bddb70b3b79599bbf Attendance Reports/Student List by Absence.sql",
        "DCID,STUDENT_NUMBER,LASTFIRST,GRADE_LEVEL,ATT_CODE,ENROLLEDDAYS,ATTENDED,ABSENCES,"
        "UNEXCUSED,UNEXCUSEDPCT",
        people('{n}1,{id},"{last}, {first}",7,A,180,17{n},{n},{n},2.2'),
        refused="seems to hold monthly attendance, but no column was found for month",
    ),
    RealExport(
        "Aspen X2, incidents of behavior",
        FILE,
        f"{INSIGHTS}@c749ed8030c308560d00b6a95410fbc1d415cdb3 "
        "spec/fixtures/fake_behavior_export.csv",
        '"local_id","incident_code","event_date","incident_time","incident_location",'
        '"incident_description","school_local_id"',
        missed_days(
            '"{id}","{code}","{iso}","13:00:00","Classroom","Hit another student.","SHS"',
            "Hitting",
            "Bullying",
            "Skipping class",
        ),
        refused="it cannot be told what this file holds",
    ),
    RealExport(
        "Aspen X2, scores of tests",
        FILE,
        f"{INSIGHTS}@c749ed8030c308560d00b6a95410fbc1d415cdb3 "
        "spec/fixtures/fake_x2_assessments.csv",
        "'local_id','school_local_id','assessment_date','assessment_scale_score',"
        "'assessment_performance_level','assessment_growth','assessment_name',"
        "'assessment_subject','assessment_test'",
        people('"{id}","HEA","2014-05-0{n}","222.00","NI","70","MCAS 2014 ELA","ELA","MCAS"'),
        refused="it cannot be told what this file holds",
    ),
    RealExport(
        "Aspen X2, services that students get",
        FILE,
        f"{INSIGHTS}@c749ed8030c308560d00b6a95410fbc1d415cdb3 "
        "spec/fixtures/fake_student_services_file.csv",
        "LASID,Start Date,End Date",
        people("{id},7/{n}/16,7/29/16"),
        refused="it cannot be told what this file holds",
    ),
    RealExport(
        "Ed-Fi's sample of scores of English learners",
        FILE,
        "github.com/Ed-Fi-Alliance-OSS/Ed-Fi-DataImport@e69d1f649bd822612aaa4796116aba965b65e3d2 "
        "Samples/DI-QA-STUDENT-ASSESSMENTS-2018-GrandBend.csv",
        'adminyear,DistrictNumber,DistrictName,SchoolNumber,SchoolName,sasid,"listeningss_adj",'
        "speakingss_adj,readingss_adj,writingss_adj,comprehensionss_adj,oralss_adj,"
        "literacyss_adj,Overallss_adj",
        people(
            '2018,255901,Grand Bend ISD,255901107,Grand Bend School,{id},"333",349,270,246,289,341,'
            "258,28{n}"
        ),
        refused="no column was found for grade",
    ),
    RealExport(
        "Connecticut, figures of districts by grade",
        FILE,
        "github.com/CT-Data-Collaborative/chronic-absenteeism-by-grade"
        "@e6ca3ea723bea288eb4ffe96a421e635e2ee1080 raw/chronic-absenteeism__2019-20_grade.csv",
        '"Chronic Absenteeism, 2019-20"\n"All Districts, Grade"\n\n"",,,"Chronically Absent",\n'
        '"District","District Code","Grade","Student Count","%"',
        (
            '"Achievement First","=""2850013""","Kindergarten",11,11.8',
            '"Achievement First","=""2850013""","1",9,9.8',
            '"Ansonia","=""0020011""","Kindergarten",21,12.8',
            '"Ansonia","=""0020011""","1",20,10.0',
        ),
        refused="it cannot be told what this file holds",
    ),
    RealExport(
        "Skyward Qmlativ, attendance with a key of the day, not the day",
        WRITTEN,
        "github.com/samterfa/rqmlativ@289b35e651af2c553c4b335e216769965fea037c "
        "man/getStudentAttendance.Rd",
        "StudentAttendanceID,StudentID,CalendarDayID,IsGuardianNotified,Comment,DaysExcused,"
        "DaysUnexcused,DaysOther,TardyCount,DaysAbsent,CommentsExistForStudentAttendance,"
        "UserIDCreatedBy,CreatedTime,UserIDModifiedBy,ModifiedTime,EntityID,SchoolYearID,"
        "HideRecordMA",
        missed_days(
            "9{n}1,{id},40{n},false,,{code},0,0,1.00,false,7,{iso}T08:10:00,7,{iso}T08:10:00,33,"
            "12,false",
            "1,0",
            "0,1",
        ),
        refused="it cannot be told what this file holds",
    ),
)

FURTHER_CONTACTS = (
    RealExport(
        "DeansList, communications: three numbers of a student",
        LISTED,
        "github.com/katyhogankdc/Dean-s-List-@c5bca394c63c03408ac7c4d93ac296c6a1b696cf README.md",
        "CallDateTime,CallStatus,Call topic,Call type,CommWith,DLCallLogID,DLSchoolID,DLStudentID,"
        "DLUserID,Email,FollowupBy,FollowupCloseTS,FollowupID,FollowupInitTS,FollowupOutstanding,"
        "FollowupRequest,Followup Response,Link,PersonContacted,PhoneNumber,Reason,Relationship,"
        "Response,SchoolName,SecondaryStudentID,StudentSchoolID,UserSchoolID",
        (
            "2021-10-04 16:01:00,Completed,Attendance,P,REL,9101,12,771,44,,,,,,,,,,Pat,,Chronic,"
            "Mother,Spoke,Oak,1000000001,1000000001,51",
            "2021-10-05 16:02:00,Left Message,Attendance,IP,REL,9201,12,772,44,,,,,,,,,,Pat,,"
            "Chronic,Mother,,Oak,1000000002,1000000002,52",
        ),
        "visits",
        {"visit_date": "CallDateTime", "modality": "Call type", "outcome": "CallStatus"},
        doubts=(
            "“SecondaryStudentID”, “StudentSchoolID” could be student_id as well as “DLStudentID”",
            "What does “Call type” mean by “P”, “IP”?",
        ),
    ),
    RealExport(
        "ODK Central, a form of visits",
        WRITTEN,
        "github.com/getodk/central-backend@4f5943d13dd775fcecd2e21f9b8957db885d1ca3 "
        "test/integration/api/submissions.js, the columns around the questions",
        "SubmissionDate,meta-instanceID,visit_date,student_sasid,visit_place,visit_result,"
        "visitor_type,KEY,SubmitterID,SubmitterName,AttachmentsPresent,AttachmentsExpected,Status,"
        "ReviewState,DeviceID,Edits,FormVersion",
        (
            "2021-10-07T09:00:00.000Z,uuid:a1,2021-10-05,1000000001,home,completed,school,uuid:a1,"
            "5,Alice,0,0,,,,0,2",
            "2021-10-14T09:00:00.000Z,uuid:a2,2021-10-13,1000000002,home,no_answer,community,"
            "uuid:a2,5,Alice,0,0,,,,0,2",
        ),
        "visits",
        {
            "visit_id": "meta-instanceID",
            "student_id": "student_sasid",
            "visit_date": "visit_date",
            "outcome": "visit_result",
        },
        loaded=2,
    ),
    RealExport(
        "Qualtrics, a form of visits: three rows of names, one for programs",
        FILE,
        "github.com/ropensci/qualtRics@71261227849c3518db6c855d3520f9db6ea1bd4c "
        "inst/extdata/sample.csv, the columns before the questions",
        "StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,"
        "ResponseId,RecipientLastName,RecipientFirstName,RecipientEmail,ExternalReference,"
        "LocationLatitude,LocationLongitude,DistributionChannel,UserLanguage,Q1,Q2,Q3,Q4,Q5",
        (
            "Start Date,End Date,Response Type,IP Address,Progress,Duration (in seconds),Finished,"
            "Recorded Date,Response ID,Recipient Last Name,Recipient First Name,Recipient Email,"
            "External Data Reference,Location Latitude,Location Longitude,Distribution Channel,"
            "User Language,What is the student's SASID?,Date of the visit,"
            "Where did the visit take place?,Outcome of the visit,Visitor type",
            ",".join(
                f'"{{""ImportId"":""{name}""}}"'
                for name in (
                    *"startDate endDate status ipAddress progress duration finished".split(),
                    *"recordedDate _recordId recipientLastName recipientFirstName".split(),
                    *"recipientEmail externalDataReference locationLatitude".split(),
                    *"locationLongitude distributionChannel userLanguage".split(),
                    *"QID1_TEXT QID2_TEXT QID3 QID4 QID5".split(),
                )
            ),
            "2021-10-07 09:00:00,2021-10-07 09:05:00,IP Address,10.0.0.1,100,300,True,"
            "2021-10-07 09:05:01,R_1a2b3c4d5e6f7g8,,,,,41.7,-72.6,anonymous,EN,1000000001,"
            "10/05/2021,Home,Completed,School staff",
            "2021-10-14 09:00:00,2021-10-14 09:05:00,IP Address,10.0.0.1,100,300,True,"
            "2021-10-14 09:05:01,R_2a2b3c4d5e6f7g8,,,,,41.7,-72.6,anonymous,EN,1000000002,"
            "10/13/2021,Home,No answer,Community partner",
        ),
        "visits",
        {
            "visit_id": "Response ID",
            "student_id": "What is the student's SASID?",
            "visit_date": "Date of the visit",
            "modality": "Where did the visit take place?",
        },
        doubts=("taken for totals or titles and left out",),
        loaded=2,
    ),
)

ALL_ROSTERS = (*ROSTERS, *FURTHER_ROSTERS)
ALL_DAYS = (*DAYS, *FURTHER_DAYS)
ALL_CONTACTS = (*CONTACTS, *FURTHER_CONTACTS)
EXPORTS = (*ALL_ROSTERS, *ALL_DAYS, *ALL_CONTACTS, *FOREIGN)

"""The method in words: definitions, the comparison in plain language, and in full."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

WORDS = (
    (
        "Attendance rate",
        "Days attended divided by days enrolled. Of a district, school or grade it is the ratio of "
        "the sums, the official definition. Of a group of visited students it is the mean of the "
        "students’ own monthly rates, each student once, because the student is the unit that a "
        "visit acts on. Every chart says which one it shows.",
    ),
    (
        "School month",
        "A calendar month with instructional days. They are counted in order, so empty summers do "
        "not count.",
    ),
    (
        "First visit",
        "A student’s earliest completed visit, at home, at school, in a community place, by video "
        "or phone. Attempts and cancellations are never counted as one.",
    ),
    (
        "Month 0, +1, −1",
        "Month 0 is the school month of the first visit, partly before and partly after it. +1 is "
        "the first full school month after, −1 the last full one before. A first visit in summer "
        "has no month 0: June is −1, September +1.",
    ),
    ("Baseline", "The student’s pooled rate over months −3 to −1."),
    (
        "Chronically absent",
        "Attendance of 90 % or less over the days enrolled so far this school year, exactly 90 % "
        "included; severely absent: 80 % or less. The days of all districts count together: who "
        "moves begins no new year. Pre-kindergarten is left out of chronic shares. A share counts "
        "everyone enrolled this school year so far, whoever has left included: a student counts in "
        "every district, and there in the last school, with enough days enrolled, and in all "
        "districts together once.",
    ),
    (
        "District, grade, modality, visitor, cohort",
        "Those at the first visit; they do not change afterwards. Cohort is the school year of the "
        "first visit, July and August by themselves.",
    ),
    ("Points", "Differences between percentages: from 70 % to 79 % is 9 points."),
    (
        "Whole numbers and tenths",
        "Over fewer than 200 students rates, differences and ends of intervals are whole points, "
        "from 200 on tenths; under 20 students even ones. Rates of visited students are up to a "
        "quarter of that higher or lower, by chance, and always the same for the same students. "
        "Rates end at 1 and 99 %: “above 99 %”. Shares of students, such as "
        "the chronically absent, are whole per cents, from 2,000 students on tenths, and end "
        "earlier the fewer the students are: “95 % or more”, “80 % or more”, of 10 to 15 students "
        "“half or more” and “less than half”. A figure closer than that would tell of single "
        "students.",
    ),
)

PLAIN = (
    "Students are visited when their attendance is at its lowest, and a low month is usually "
    "followed by a better one, visit or no visit. So a rise after the visit does not show what the"
    " visit changed: in simulations of a program like this one the rise alone overstates it by 5 "
    "to 15 points.",
    "Therefore every visited student is set beside students who looked the same and had not been "
    "visited: same calendar month, same grade band, same attendance in the months before. They "
    "live through the same season, the same epidemic, the same snow. What the visited students’ "
    "attendance exceeds theirs by is the figure shown.",
    "Whether they really were alike is checked with months the matching never looked at: twelve "
    "and fifteen school months before the visit. If the two groups already differed then, no "
    "single figure is given. Every group is checked by itself. One that is too small for that "
    "takes the result of all visited students together, and says so: where they fail, it has no "
    "single figure either.",
    "A second, quite different calculation stands beside it: how much visited students changed "
    "from as many months before the visit as after it, against the change of everyone not visited "
    "yet. Where the two agree, trust grows.",
    "What no comparison of records can rule out is a difference that attendance before does not "
    "show: a family that decided to turn things round just then, or a team that visited those it "
    "expected to recover.",
)

IN_FULL = (
    "Risk set. For every month with first visits: all students enrolled, with attendance in the "
    "three school months before, not visited before. The visited are those first visited in it.",
    "Histories. The rates one, two and three months before (L1, L2, L3); the pooled rate over "
    "months −4 to −9 (with fewer than 30 days, the mean of the three); the pooled rate over months"
    " −10 to −19 (with fewer than 60 days, the one before).",
    "Strata. Visit month × grade band × L1 cut at 30, 40, 50, 60, 70, 80, 90 and 95 % × the mean "
    "of L2 and L3 cut at 50, 65, 75, 85 and 92 %. Strata without a visited student are left out.",
    "Comparison. In month e: the students of the stratum not visited through that month, weighted "
    "by one over the chance of having stayed unvisited (at most 20), because those who stay "
    "unvisited are the ones doing better. The monthly chance is the share visited by L1, L2 and "
    "grade band, drawn toward the share by L1 with five pseudo-observations.",
    "Adjustment. What is left of the gaps in the five histories, and the student’s district, are "
    "taken off by weighted least squares among the comparison students of the stratum: a district "
    "that was doing better or worse than the others that month is not taken for an effect.",
    "Effect. The mean over visited students of their own rate less the adjusted comparison.",
    "Interval. From the influence of every student on the estimate, added up by student and by "
    "school; the larger standard error counts. A comparison student in several months counts once."
    " The band holds all months at once in 95 % of samples.",
    "Held-out past. The same comparison at months −12 and −15 with the pooled rate over months −10"
    " to −19 left out. It passes if the mean gap is within 1 point, or no gap is more than 2.5 "
    "standard errors from zero.",
    "Second opinion. The change from month −(e+2), at most −9, to month e, visited less not yet "
    "visited, within visit month and grade band, districts adjusted.",
    "What is said. Fewer than 50 visited students, or fewer than 80 % with similar ones: no "
    "figure. Where no records of a group reach the held-out months, both designs are given as a "
    "range. Where the held-out past fails and the unmatched differences in months −4, −6 and −9 "
    "stay within 2 points, the second opinion is the headline; otherwise both designs are given as "
    "a range.",
    "Small groups. The held-out past of 50 to 99 students is too unsure to pass by: most would "
    "pass, sound or not. Where it fails even so, both designs are given as a range. Otherwise it "
    "takes the result of all visited students, whatever the filters: where all pass, the matched "
    "figure is the headline, marked as checked with all students; where all fail or cannot be "
    "checked, it has no headline. A program of fewer than 100 visited students has none.",
    "Places. Districts are put in order six months after the visit, all districts of the program "
    "at once, whichever are shown. One is ahead of another where their difference is clear among "
    "all pairs at once (Bonferroni, 95 %) and their own intervals do not overlap. No place is told "
    "where fewer than three districts have a figure of their own.",
)

RESPONSE = (
    "Every student first visited is held against similar students who were not: same visit month, "
    "grade band and attendance before, still unvisited through the student’s last month, enrolled "
    "for at least half as many days in the same months, weighted up by the chance of staying "
    "unvisited, their rates moved by what is left of the difference in histories. Below the "
    "lowest quarter of their rates since the visit is below expected, above the highest quarter "
    "above expected. It is told from 3 full school months and 30 days enrolled since, and with "
    "20 days enrolled in the three months before.",
    "Need is told apart from it: 80 % or less over the last two school months counts two, 90 % or "
    "less one; ten points below the three months before one more, ten above one less; nobody "
    "reached for 60 days one more. Four is urgent, three high, less some; above 90 % is none.",
    "How often that is right cannot be seen in real data, where nobody knows whom a visit helped. "
    "In the demonstration it is known: three in ten visited students are not helped. The table "
    "takes eight past months for now and judges everybody visited by then. A flag is right about "
    "two times in three; the rule “rose less than 5 points” flags three times as many students "
    "and is right every second time. Not being flagged does not mean that a visit helped: three "
    "in four of those not helped lie within what happens to similar students anyway.",
)

REFERENCES = (
    "Callaway, B. and Sant’Anna, P. (2021): Difference-in-Differences with multiple time periods. "
    "Journal of Econometrics 225.",
    "Connecticut State Department of Education: Learner Engagement and Attendance Program, program "
    "page.",
    "Stemler, S., Werblow, J., Brunner, E. and others (December 2022): evaluation of LEAP, "
    "Connecticut COVID-19 Education Research Collaborative; about 8,690 students in 15 districts. "
    "Hartford’s figure: FutureEd’s summary of it.",
)


def section(title: str, *content: object, name: str | None = None) -> html.Section:
    """A titled card of the page; ``name`` makes it a place to link to."""
    named = {"id": name} if name else {}
    return html.Section([html.H2(title), *content], className="card-panel prose", **named)


def words(least_id: str) -> html.Section:
    """The definitions; ``least_id`` is the place of what this database leaves out."""
    terms = [part for term, meaning in WORDS for part in (html.Dt(term), html.Dd(meaning))]
    return section("Words", html.Dl(terms), html.P(id=least_id), name="words")


def least_days(days: int) -> str:
    """Who is left out of chronic absence."""
    counted = "1 day" if days == 1 else f"{days} days"
    return (
        f"Students with fewer than {counted} enrolled this school year are not counted as "
        "chronically absent, nor in the shares of students who are."
    )


def plain() -> html.Section:
    """The method for everyone."""
    return section("The method in plain words", *_paragraphs(PLAIN), name="method")


def response(table: object) -> html.Section:
    """How a student's status comes about; ``table`` says how often it is right."""
    return section("Did a student respond?", *_paragraphs(RESPONSE), table, name="response")


def in_full() -> html.Section:
    """The method for those who would repeat it."""
    return section(
        "The method in full",
        html.Ol([html.Li(step) for step in IN_FULL]),
        html.H3("References"),
        html.Ul([html.Li(reference) for reference in REFERENCES]),
        name="in-full",
    )


def _paragraphs(texts: Sequence[str]) -> list[html.P]:
    return [html.P(text) for text in texts]

"""Writes a demonstration delivery, the truth behind it, and what was made dirty on purpose."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from queries.schema import GRADES, MODALITIES, VISITOR_TYPES
from reporting.demonstration import dirt
from reporting.demonstration.attendance import Floats, Levels, probability, shocks
from reporting.demonstration.contacts import contacts
from reporting.demonstration.population import Ints, enrolled_share, populate
from reporting.demonstration.setting import PUBLIC_FILE, Scale, Setting, setting
from reporting.demonstration.tables import HOLIDAYS, Tables
from reporting.demonstration.visits import FirstVisits, Strings, effect_by_month, first_visits
from reporting.load import DEMONSTRATION_MARKER
from reporting.progress import Progress

_MONTHS_A_YEAR = 10
_HIGHEST_PROBABILITY = 0.995

_FIRST_NAMES = (
    "Avery Blake Casey Devon Ellis Finley Gray Harper Indigo Jules Kai Lane Marlow Noor Oakley "
    "Parker Quinn Reese Sage Tatum Umber Vesper Wren Xen Yael Zephyr"
).split()
_LAST_NAMES = (
    "Sample Example Invented Pretend Madeup Fictive Imagined Placeholder Specimen Notional "
    "Supposed Assumed Model Mockup Testcase Dummy Figment Fable Fancy Whimsy"
).split()
_LANGUAGES = ("English", "Spanish", "Portuguese", "Haitian Creole", "Arabic", "Polish", "Urdu")
_LANGUAGE_SHARE = (0.62, 0.25, 0.04, 0.03, 0.03, 0.02, 0.01)

_ABOUT_THE_TRUTH = """\
The truth behind the demonstration delivery beside this folder. The dashboard never reads it.

true_effects.csv  one row per visited student and school month from the first completed visit on,
                  its own month (event_month 0) included: true_effect is the change, caused by the
                  visits, in the probability of attending a day (0.1 = 10 points). 0 throughout:
                  the student did not respond.
dirt.csv          the bad rows put into the delivery on purpose, by file and kind.
"""

# Multiplying by an odd number that 5 does not divide goes through all 10-digit numbers once.
_ID_STEP, _IDS = 2_654_435_761, 10**10

# What a mean responder's months add to a district, to be taken off the level beforehand.
_MEAN_EFFECT = 0.1


def write_demonstration(
    folder: Path,
    scale: Scale,
    seed: int,
    progress: Progress = lambda _step, _share: None,
) -> Path:
    """Write ``folder/delivery`` (CSV files) and ``folder/truth``; returns the delivery folder.

    The same scale and seed write the same bytes. The state's public file, which is real, is
    delivered beside what is invented. ``truth/true_effects.csv`` holds, for every
    visited student and school month from the visit on, the change in the probability of
    attending a day; ``truth/dirt.csv`` the bad rows put in, by file and kind;
    ``truth/README.txt`` explains both. What was in ``folder`` is replaced.
    """
    shutil.rmtree(folder, ignore_errors=True)
    delivery, truth = folder / "delivery", folder / "truth"
    delivery.mkdir(parents=True)
    truth.mkdir()
    (delivery / DEMONSTRATION_MARKER).touch()
    scene = setting(scale)
    streams = np.random.SeedSequence(seed).spawn(len(scene.codes) + 2)
    levels = Levels(np.random.default_rng(streams[-1]))
    tables = Tables()
    students = 0
    for district, name in enumerate(scene.names):
        progress(f"Inventing students: {name}", 0.8 * district / len(scene.names))
        rng = np.random.default_rng(streams[district])
        students += _District(scene, district, levels, rng, first_id=students, seed=seed).add_to(
            tables
        )
    tables.add("districts", pd.DataFrame({"code": scene.codes, "name": scene.names}))
    progress("Writing CSV files", 0.85)
    (truth / "README.txt").write_text(_ABOUT_THE_TRUTH)
    tables.write(delivery, truth)
    progress("Making some rows bad", 0.97)
    dirt.add(delivery, np.random.default_rng(streams[-2])).to_csv(truth / "dirt.csv", index=False)
    shutil.copyfile(PUBLIC_FILE, delivery / PUBLIC_FILE.name)
    return delivery


class _District:
    """One district's students, attendance and visits, ready to be written."""

    def __init__(
        self,
        scene: Setting,
        district: int,
        levels: Levels,
        rng: np.random.Generator,
        first_id: int,
        seed: int,
    ) -> None:
        self.scene, self.district, self.rng = scene, district, rng
        self.code = scene.codes[district]
        self.population = populate(scene, district, rng)
        numbers = first_id + np.arange(len(self.population))
        self.ids = (numbers * _ID_STEP + seed) % _IDS
        self.language = rng.choice(_LANGUAGES, len(self.population), p=_LANGUAGE_SHARE)
        months = len(scene.months)
        here, there = enrolled_share(self.population, months)
        self.days_here, self.days_there = (_days(scene.days, share) for share in (here, there))
        level = levels.of(scene.target_rate - _planned_uplift(scene))
        distance = shocks(self.population, months, rng)
        self.p_here = probability(level[district] + distance)
        self.p_there = probability(level[self.population.moved_to] + distance)
        self.attended_here = rng.binomial(self.days_here, self.p_here)
        self.attended_there = rng.binomial(self.days_there, self.p_there)

    def add_to(self, tables: Tables) -> int:
        """Add this district's rows to the tables; returns the number of students."""
        with np.errstate(invalid="ignore", divide="ignore"):
            rate = np.where(self.days_here > 0, self.attended_here / self.days_here, np.nan)
        visits = first_visits(
            self.population,
            rate,
            self.scene.months,
            self.scene.visited[self.district],
            self.code,
            self.rng,
        )
        tables.add("truth", self._treat(visits))
        tables.add("students", self._students())
        tables.add("schools", self._schools())
        tables.add("enrollments", self._enrollments())
        tables.add("attendance", self._attendance())
        tables.add("visits", self._visits(visits))
        return len(self.population)

    def _treat(self, visits: FirstVisits) -> pd.DataFrame:
        """Raise the attendance of the visited; returns the true effects."""
        effect, event = effect_by_month(visits, len(self.scene.months))
        rows = visits.student
        raised = np.zeros_like(effect)
        enrolled = (self.days_here + self.days_there)[rows]
        for days, attended, p in (
            (self.days_here, self.attended_here, self.p_here),
            (self.days_there, self.attended_there, self.p_there),
        ):
            before = p[rows]
            change = np.minimum(effect, np.maximum(_HIGHEST_PROBABILITY - before, 0))
            missed = days[rows] - attended[rows]
            attended[rows] += self.rng.binomial(missed, change / (1 - before))
            raised += change * days[rows] / np.maximum(enrolled, 1)
        visit, month = np.nonzero((event >= 0) & (enrolled > 0))
        return pd.DataFrame(
            {
                "id": self.ids[rows[visit]],
                "month": np.array(self.scene.months)[month],
                "event_month": event[visit, month],
                "effect": np.round(raised[visit, month], 6),
            }
        )

    def _last_month(self) -> Strings:
        enrolled = (self.days_here + self.days_there)[:, ::-1] > 0
        return np.array(self.scene.months[::-1])[enrolled.argmax(axis=1)]

    def _students(self) -> pd.DataFrame:
        population, rng = self.population, self.rng
        first_year = population.first // _MONTHS_A_YEAR
        grade = population.grade[np.arange(len(population)), first_year]
        # Four years old on 1 September in pre-kindergarten, and so on.
        start_year = int(self.scene.months[0][:4]) + first_year
        birthday = pd.to_datetime(
            pd.DataFrame({"year": start_year - 5 - grade, "month": 9, "day": 2})
        ) + pd.to_timedelta(rng.integers(0, 364, len(population)), unit="D")
        return pd.DataFrame(
            {
                "id": self.ids,
                "first_name": rng.choice(_FIRST_NAMES, len(population)),
                "last_name": rng.choice(_LAST_NAMES, len(population)),
                "birth_date": birthday.dt.strftime("%Y-%m-%d"),
                "home_language": self.language,
            }
        )

    def _schools(self) -> pd.DataFrame:
        codes, names = [], []
        for level, (title, count) in enumerate(_schools_by_level(self._size())):
            codes += [_school_code(self.code, level, number) for number in range(count)]
            names += [f"{self.scene.names[self.district]} {title} {n + 1}" for n in range(count)]
        return pd.DataFrame({"code": codes, "name": names, "district": self.code})

    def _size(self) -> int:
        return self.scene.enrolment[self.district]

    def _enrollments(self) -> pd.DataFrame:
        here = self._stays(self.days_here, np.full(len(self.population), self.district))
        there = self._stays(self.days_there, self.population.moved_to)
        return pd.concat([here, there], ignore_index=True)

    def _stays(self, days: Ints, district: Ints) -> pd.DataFrame:
        years = len(self.scene.years)
        by_year = days.reshape(len(days), years, _MONTHS_A_YEAR)
        student, year = np.nonzero(by_year.sum(axis=2) > 0)
        stay = by_year[student, year] > 0
        first = stay.argmax(axis=1)
        last = _MONTHS_A_YEAR - 1 - stay[:, ::-1].argmax(axis=1)
        entered, left = year * _MONTHS_A_YEAR + first, year * _MONTHS_A_YEAR + last
        not_yet = self.scene.days[entered] - by_year[student, year, first]
        grade = self.population.grade[student, year]
        codes = np.array(self.scene.codes)[district[student]]
        return pd.DataFrame(
            {
                "id": self.ids[student],
                "school_year": np.array(self.scene.years)[year],
                "district": codes,
                "grade": np.array(GRADES)[grade],
                "school": self._school_of(student, district[student], grade),
                "entry_date": _school_day(self.scene.months, entered, not_yet),
                "exit_date": _school_day(self.scene.months, left, by_year[student, year, last] - 1),
            }
        )

    def _school_of(self, student: Ints, district: Ints, grade: Ints) -> npt.NDArray[np.str_]:
        level = np.select([grade <= 6, grade <= 9], [0, 1], 2)
        sizes = np.array(self.scene.enrolment)
        counts = np.array([[n for _title, n in _schools_by_level(size)] for size in sizes])
        number = self.population.seat[student] % counts[district, level]
        codes = np.array(self.scene.codes)[district]
        prefix = codes.astype("U3")
        endings = np.array([f"{number + 1:03d}" for number in range(counts.max())])
        return np.char.add(np.char.add(prefix, level.astype("U1")), endings[number])

    def _attendance(self) -> pd.DataFrame:
        frames = []
        for days, attended, district in (
            (self.days_here, self.attended_here, None),
            (self.days_there, self.attended_there, self.population.moved_to),
        ):
            student, month = np.nonzero(days)
            code: str | npt.NDArray[np.str_] = self.code
            if district is not None:
                code = np.array(self.scene.codes)[district[student]]
            frames.append(
                pd.DataFrame(
                    {
                        "id": self.ids[student],
                        "district": code,
                        "month": np.array(self.scene.months)[month],
                        "enrolled": days[student, month],
                        "attended": attended[student, month],
                    }
                )
            )
        return pd.concat(frames, ignore_index=True)

    def _visits(self, visits: FirstVisits) -> pd.DataFrame:
        frame = contacts(visits, self._last_month(), self.rng)
        return pd.DataFrame(
            {
                "visit": [f"V{self.code[:3]}-{number:05d}" for number in range(1, len(frame) + 1)],
                "id": self.ids[frame["student"]],
                "visit_date": frame["day"].dt.strftime("%Y-%m-%d"),
                "modality": np.array(MODALITIES)[frame["modality"]],
                "outcome": frame["outcome"],
                "visitor_type": np.array(VISITOR_TYPES)[frame["visitor_type"]],
                "visitor": [f"Team {number}" for number in self.rng.integers(1, 13, len(frame))],
                "language": self.language[frame["student"]],
                "note_code": frame["note_code"],
            }
        )


def _days(days: Ints, share: Floats) -> Ints:
    enrolled = np.rint(share * days).astype(np.int64)
    return np.where((share > 0) & (enrolled == 0), 1, enrolled)


def _planned_uplift(scene: Setting) -> Floats:
    """What visits add to each district's rate, districts x months, growing with the visits."""
    share = np.array(scene.visited) / np.array(scene.enrolment)
    progress = np.clip((np.arange(len(scene.months)) - 8) / (len(scene.months) - 8), 0, 1)
    still_there = 0.75  # some of the visited graduate or leave
    uplift: Floats = share[:, None] * progress[None, :] * _MEAN_EFFECT * still_there
    return uplift


def _schools_by_level(enrolment: int) -> tuple[tuple[str, int], ...]:
    return (
        ("Elementary", max(1, enrolment // 1000)),
        ("Middle", max(1, enrolment // 3500)),
        ("High", max(1, enrolment // 6000)),
    )


def _school_code(district_code: str, level: int, number: int) -> str:
    return f"{district_code[:3]}{level}{number + 1:03d}"


def _school_day(months: tuple[str, ...], month: Ints, days_before: Ints) -> Strings:
    """A school day of each month: the one after so many others. Its first weekdays are school."""
    first = np.array(months)[month].astype("datetime64[M]").astype("datetime64[D]")
    days = np.busday_offset(first, days_before, roll="forward", holidays=HOLIDAYS)
    return days.astype(str)

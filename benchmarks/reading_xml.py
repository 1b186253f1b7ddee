"""What reading an Ed-Fi XML interchange takes: peak memory as a ratio to the file, and time.

    python -m benchmarks.reading_xml                    # attendance events of 1 GB
    python -m benchmarks.reading_xml --megabytes 100

Copies the Grand Bend sample of the tests, each time with other ids, until the attendance file is
as long as asked for, and adds what the sample lacks: an enrolment of every student, and sessions
whose weekdays are all school days. A tenth of it says what does not grow with the file. Every
reading has a process of its own. The mere parse is expat's, which keeps nothing; the source reads,
counts the days in its embedded database and writes the contract's files.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from xml.parsers import expat

from reporting.sources import edfi_xml
from reporting.sources.edfi_xml.days import put_aside
from reporting.sources.edfi_xml.elements import records
from reporting.sources.edfi_xml.rows import TABLES

SAMPLE = Path(__file__).parents[1] / "tests" / "data" / "ed-fi"
EVENTS = "StudentSchoolAttendance.xml"
ENROLLMENT = """	<StudentSchoolAssociation>
		<StudentReference><StudentIdentity><StudentUniqueId>{}</StudentUniqueId></StudentIdentity></StudentReference>
		<SchoolReference><SchoolIdentity><SchoolId>{}</SchoolId></SchoolIdentity></SchoolReference>
		<SchoolYear>2021-2022</SchoolYear>
		<EntryDate>2021-08-23</EntryDate>
		<EntryGradeLevel>uri://ed-fi.org/GradeLevelDescriptor#Ninth grade</EntryGradeLevel>
	</StudentSchoolAssociation>
"""
IDS = re.compile("<(?:StudentUniqueId|SchoolId|LocalEducationAgencyId)>|LEAG_")


def main() -> None:
    """Print the sizes, and for each the time and peak memory of the parse and of the source."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--measure", choices=WORK, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(_measure(WORK[options.measure], options.folder)))
        return
    print(f"{'attendance':>11}{'all files':>11}{'':>18}{'time':>9}{'of the parse':>14}", end="")
    print(f"{'peak memory':>14}{'of the attendance file':>24}")
    for megabytes in (options.megabytes // 10, options.megabytes):
        with tempfile.TemporaryDirectory() as name:
            _compare(invent(Path(name), megabytes * 10**6))


def _compare(folder: Path) -> None:
    length = (folder / EVENTS).stat().st_size
    total = sum(path.stat().st_size for path in folder.iterdir())
    parse = None
    for work in WORK:
        seconds, peak = _in_a_process(work, folder)
        parse = parse or seconds
        print(f"{length / 1e6:>8.0f} MB{total / 1e6:>8.0f} MB   {work:15}{seconds:>7.1f} s", end="")
        print(f"{seconds / parse:>14.1f}{peak / 1e6:>11.0f} MB{peak / length:>24.2f}", flush=True)


# --- The interchange ------------------------------------------------------------------------


def invent(folder: Path, length: int) -> Path:
    """Write an interchange whose attendance file has about so many bytes."""
    copies = max(length // (SAMPLE / EVENTS).stat().st_size, 1)
    bodies = {path.name: path.read_text(encoding="utf-8") for path in SAMPLE.glob("*.xml")}
    bodies["StudentEnrollment.xml"] = (
        '<InterchangeStudentEnrollment xmlns="http://ed-fi.org/5.2.0">\n'
        + "".join(ENROLLMENT.format(*pair) for pair in _students_and_schools())
        + "</InterchangeStudentEnrollment>\n"
    )
    sessions = bodies["EducationOrgCalendar.xml"]
    bodies["EducationOrgCalendar.xml"] = sessions.replace(">81<", ">85<").replace(">88<", ">104<")
    for name, text in bodies.items():
        start = text.index(">", text.index("<Interchange")) + 1
        end = text.rindex("</Interchange")
        with (folder / name).open("w", encoding="utf-8") as file:
            file.write(text[:start])
            for copy in range(copies):
                file.write(IDS.sub(rf"\g<0>{copy + 1}0", text[start:end]))
            file.write(text[end:])
    return folder


def _students_and_schools() -> Iterator[tuple[str, str]]:
    """Every student of the sample with the school of an event, or the first school."""
    student, school = "StudentUniqueId", "SchoolReference/SchoolIdentity/SchoolId"
    of_event = {
        record.text(f"StudentReference/StudentIdentity/{student}"): record.text(school)
        for record in records(SAMPLE / EVENTS, {"StudentSchoolAttendanceEvent"}, _ignore)
    }
    for record in records(SAMPLE / "Student.xml", {"Student"}, _ignore):
        if record.name == "Student":
            yield record.text(student), of_event.get(record.text(student), "255901001")


def _ignore(*_told: object) -> None:
    pass


# --- Measuring ------------------------------------------------------------------------------


def _in_a_process(work: str, folder: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "benchmarks.reading_xml", "--measure", work]
    done = subprocess.run([*command, "--folder", str(folder)], stdout=subprocess.PIPE, check=True)
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


def _measure(work: Callable[[Path], None], folder: Path) -> tuple[float, int]:
    """Seconds, and bytes of memory at the most (Linux: getrusage would tell the parent's)."""
    start = time.perf_counter()
    work(folder)
    seconds = time.perf_counter() - start
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert peak is not None
    return seconds, int(peak[1]) * 1024


def _parse(folder: Path) -> None:
    for path in folder.iterdir():
        with path.open("rb") as file:
            expat.ParserCreate().ParseFile(file)


def _read(folder: Path) -> None:
    read = chain.from_iterable(
        records(path, TABLES, _ignore) for path in sorted(folder.glob("*.xml"))
    )
    with tempfile.TemporaryDirectory() as aside:
        put_aside(read, Path(aside))


def _deliver(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as into:
        edfi_xml.deliver(folder, Path(into), {}, _ignore)


WORK = {"the parse": _parse, "reading alone": _read, "the source": _deliver}


if __name__ == "__main__":
    main()

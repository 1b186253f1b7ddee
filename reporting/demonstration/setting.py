"""The setting of the demonstration: districts, school months, sizes, and public figures.

District codes, enrolment and yearly attendance: Connecticut State Department of Education,
public attendance files on the state's open-data portal. Month profile: derived from the same
files by taking the year-to-date figures of 14 towns apart (about one point exact). The state's
public yearly file is delivered as it was published, edition June 2022 of 22 July 2022, downloaded
through a spreadsheet that took the leading zeros of its codes: the one thing here that is real.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Scale = Literal["district", "program", "state"]
Floats = npt.NDArray[np.float64]

_FACTS = Path(__file__).parent
PUBLIC_FILE = _FACTS / "ct_public_attendance_2021_22.csv"
_MONTHS = ("09", "10", "11", "12", "01", "02", "03", "04", "05", "06")

# Enrolment of the other, invented districts of a whole state, so that it comes to 520,000.
_STATE_ENROLMENT = 520_000
_OTHER_DISTRICTS = 60
_OTHER_RATE = 93.5

VISITED_SHARE = 0.0605


@dataclass(frozen=True)
class Setting:
    """Districts (code, name, enrolment, need) and school months of one demonstration.

    ``target_rate`` is the official attendance rate, districts x months, 0..1; ``days`` the
    instructional days of each month.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    enrolment: tuple[int, ...]
    visited: tuple[int, ...]
    months: tuple[str, ...]
    days: npt.NDArray[np.int64]
    target_rate: Floats

    @property
    def years(self) -> tuple[str, ...]:
        """School years, in order, such as 2021-22."""
        starts = range(int(self.months[0][:4]), int(self.months[-1][:4]))
        return tuple(f"{start}-{(start + 1) % 100:02d}" for start in starts)

    def year_of_month(self) -> npt.NDArray[np.int64]:
        """Index of the school year of each school month."""
        return np.arange(len(self.months)) // len(_MONTHS)


def setting(scale: Scale) -> Setting:
    """Districts and months of a scale: Hartford alone, the 15 districts, or a whole state."""
    districts = pd.read_csv(_FACTS / "district_attendance.csv", dtype={"district_code": str})
    if scale == "district":
        districts = districts[districts["district_name"] == "Hartford"]
    if scale == "state":
        districts = pd.concat([districts, _other_districts(districts)], ignore_index=True)
    first_year = 2019 if scale == "state" else 2020
    starts = range(first_year, 2024)
    months = [
        f"{start if month >= '09' else start + 1}-{month}" for start in starts for month in _MONTHS
    ]
    profile = pd.read_csv(_FACTS / "month_profile.csv")
    enrolment = districts["students_2021_22"].to_numpy()
    # Districts with lower attendance visit more families.
    need = 100 - districts["rate_2021_22"].to_numpy()
    share = enrolment * need**1.5 if scale != "state" else enrolment * need
    visited = np.round(VISITED_SHARE * enrolment.sum() * share / share.sum()).astype(int)
    return Setting(
        codes=tuple(districts["district_code"]),
        names=tuple(districts["district_name"]),
        enrolment=tuple(enrolment.tolist()),
        visited=tuple(visited.tolist()),
        months=tuple(months),
        days=np.tile(profile["typical_school_days"].to_numpy(), len(starts)),
        target_rate=_target_rates(districts, profile, starts),
    )


def _other_districts(districts: pd.DataFrame) -> pd.DataFrame:
    left = _STATE_ENROLMENT - districts["students_2021_22"].sum()
    sizes = np.linspace(0.4, 1.6, _OTHER_DISTRICTS)
    enrolment = np.round(left * sizes / sizes.sum()).astype(int)
    numbers = range(1, _OTHER_DISTRICTS + 1)
    return pd.DataFrame(
        {
            "district_code": [f"{900 + number}0011" for number in numbers],
            "district_name": [f"Invented Town {number:02d}" for number in numbers],
            "students_2021_22": enrolment,
            "rate_2019_20": _OTHER_RATE + 2,
            "rate_2020_21": _OTHER_RATE,
            "rate_2021_22": _OTHER_RATE - 0.5,
            "rate_2022_23": _OTHER_RATE,
        }
    )


def _target_rates(districts: pd.DataFrame, profile: pd.DataFrame, starts: range) -> Floats:
    """Official rate of each district and school month, 0..1.

    A year's rate plus the month's distance from the year's mean; years without a profile of
    their own take the nearest; 2023-24 is the year before plus half a point.
    """
    season = profile.set_index("month")[["mean_rate_2021_22", "mean_rate_2022_23"]]
    earlier, later = season["mean_rate_2021_22"], season["mean_rate_2022_23"]
    later = later.fillna(later.mean() + earlier["Jun"] - earlier.mean())
    weights = profile["typical_school_days"].to_numpy()
    years = []
    for start in starts:
        column = f"rate_{start}_{(start + 1) % 100:02d}"
        rate = districts[column] if column in districts else districts["rate_2022_23"] + 0.5
        months = (earlier if start <= 2021 else later).to_numpy()
        distance = months - np.average(months, weights=weights)
        years.append((rate.to_numpy()[:, None] + distance[None, :]) / 100)
    return np.concatenate(years, axis=1)

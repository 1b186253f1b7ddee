"""How often the response rule is right, where the truth is known: what a benchmark found."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

# Written by ``python -m benchmarks.responses --write`` over the demonstration program.
FILE = Path(__file__).with_name("response_check.csv")


def response_check() -> pd.DataFrame:
    """Shares by rule and months since the visit, as ``shares`` gives them."""
    return shares(pd.read_csv(FILE))


def shares(counts: pd.DataFrame) -> pd.DataFrame:
    """Counts of all cut-offs together as shares (0..1).

    ``rule`` (below_expected, small_rise), ``from_month``, ``students``; ``unchanged``: of them,
    not changed by visits; ``flagged``: of them, flagged; ``wrongly``: of those whom visits
    changed, flagged all the same; ``missed``: of the unchanged, not flagged; ``right``: of the
    flagged, unchanged indeed.
    """
    total = counts.groupby(["rule", "from_month"], as_index=False).sum()
    total = total[total["students"] > 0]
    changed = total["students"] - total["unchanged"]
    return pd.DataFrame(
        {
            "rule": total["rule"],
            "from_month": total["from_month"],
            "students": total["students"],
            "unchanged": total["unchanged"] / total["students"],
            "flagged": total["flagged"] / total["students"],
            "wrongly": (total["flagged"] - total["flagged_unchanged"]) / changed,
            "missed": 1 - total["flagged_unchanged"] / total["unchanged"],
            "right": total["flagged_unchanged"] / total["flagged"],
        }
    ).reset_index(drop=True)

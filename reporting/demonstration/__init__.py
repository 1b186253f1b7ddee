"""Invented deliveries shaped like the real program's, with known true effects.

The students are made up; the districts, their sizes, yearly attendance and months are public
figures. Visits are given to students whose attendance was low of late, so that attendance
rises afterwards with or without a visit: what a page shows can be held against the truth.
"""

from reporting.demonstration.delivery import write_demonstration
from reporting.demonstration.loads import LAST_MONTH, last_month_apart

__all__ = ["LAST_MONTH", "last_month_apart", "write_demonstration"]

"""Disclosure control: what a viewer may see of counts, rates and shares, decided in one place.

Every query passes its figures through here before it returns them; nothing finer reaches a page,
a chart, a menu, a file or a slide.

1. *Too few* (``frames``). A figure over fewer students than the viewer's threshold is withheld.
2. *Whom the viewer cannot see* (``knowledge``). Students on a coordinator's own list are known to
   the coordinator, so what counts are the others. Within the own districts, where fewer others
   than the threshold are left (they moved away), a figure is told over the own list alone.
3. *Differences* (``parts``). A figure is withheld where its filters cut the students into parts of
   which one holds fewer unknown students than the threshold, or where everybody less what is told
   would be so few. The few students of districts with too few leave every figure alike.
4. *Precision follows size* (``precision``). Tenths of a point from 200 students on, whole points
   from 20, coarser below; a noise of up to a quarter of that belongs to the students of whom is
   asked; rates end at 1 and 99 %.
5. *Shares of a yes or no* (``shares``) come from counts rounded to 5, within bounds by size.
6. *Counts* (``counts``) are exact for the program and one district, otherwise rounded to 5. By
   anything but place and grade they carry a noise that belongs to the students of whom is asked.

Parts of a stacked bar that rule 1 hides are told together with others (``queries.stacks``).
"""

from queries.disclosure.counts import ROUNDED_TO as ROUNDED_TO
from queries.disclosure.counts import Count as Count
from queries.disclosure.counts import disclosed_count as disclosed_count
from queries.disclosure.counts import group_noise as group_noise
from queries.disclosure.counts import is_exact as is_exact
from queries.disclosure.counts import rounded as rounded
from queries.disclosure.frames import disclosed as disclosed

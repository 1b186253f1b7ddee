"""What is proven of the queries (tests/attacker) holds of pages and files: same figures."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from queries.database import snapshot
from queries.filters import View
from queries.trajectories import trajectory
from queries.values import known_values
from queries.viewer import Viewer
from tests.access.conftest import Build, Site
from tests.attacker.program import write_once
from tests.conftest import Delivery

SEARCHES = ("", "?district=0640011", "?grade=7&modality=home", "?district=0020011", "?split=cohort")
VIEWERS = {"lea": Viewer("leadership"), "pat": Viewer("presenter", threshold=20)}


@pytest.fixture
def attacked(site: Build, delivery: Delivery) -> Site:
    write_once(delivery.folder, scale=0.5)
    return site()


def expected(viewer: Viewer, search: str) -> pd.DataFrame:
    with snapshot() as data:
        view, _notices = View.parse(search, known_values(data))
        return trajectory(data, viewer, view).frame


def rows_of_page(answer: Any) -> list[list[str]]:
    table = answer.get_json()["response"]["trajectory-table"]["children"]
    rows = table["props"]["children"][2]["props"]["children"]
    return [[str(cell["props"]["children"]) for cell in row["props"]["children"]] for row in rows]


def means(rows: list[list[str]]) -> list[float]:
    """The third cell from the end is the mean: ``82 %``, ``above 99 %``, or words without any."""
    found = [re.fullmatch(r"(?:above |below )?([\d.]+)\s%", row[-3]) for row in rows]
    return [float(one[1]) / 100 if one else np.nan for one in found]


@pytest.mark.parametrize("name", VIEWERS)
def test_pages_and_files_have_the_figures_of_the_queries(attacked: Site, name: str) -> None:
    attacked.sign_in(name)
    nothing = pd.Series(dtype=float)  # a file where all is withheld
    for search in SEARCHES:
        on_page = means(rows_of_page(attacked.ask("trajectory-figure", search)))
        told = expected(VIEWERS[name], search)["rate"].dropna()
        assert sorted(x for x in on_page if not np.isnan(x)) == pytest.approx(sorted(told))
        answer = attacked.ask("trajectory-csv", 1, search).get_json()["response"]["trajectory-csv"]
        in_file = pd.read_csv(io.StringIO(answer["data"]["content"])).get("rate", nothing).dropna()
        of_files = expected(VIEWERS[name].for_export(), search)["rate"].dropna()
        assert sorted(in_file) == pytest.approx(sorted(of_files))

"""Server time of a full Overview, against one scan of the fact table in the same run.

    python -m benchmarks.overview               # over LEAP_DATABASE_URL
    python -m benchmarks.overview --rounds 9

Everything the page asks for (layout, counts, comparison, ranking) is answered by the app itself,
without a browser. The first round is the cold start of a process; the others are warm.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from dash import Dash
from flask.testing import FlaskClient

from app import create_app
from queries.database import snapshot
from queries.schema import attendance_month

SEARCHES = ("", "?district=0640011", "?grade=6-12")


def main() -> None:
    """Print times in milliseconds and ratios to the scan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    app = create_app()
    client = app.server.test_client()
    client.get("/")
    scans: list[float] = []
    times: dict[str, list[float]] = {search: [] for search in SEARCHES}
    for _round in range(rounds + 1):
        scans.append(_timed(_scan))
        for search, known in times.items():
            known.append(_timed(lambda search=search: _overview(app, client, search)))
    scan = statistics.median(scans[1:])
    print(f"{'':44}{'median':>9}{'of a scan':>12}")
    print(f"{'one scan of the fact table':44}{scan:>7.0f}ms{'1.00':>12}")
    for search, known in times.items():
        for words, value in (("cold", known[0]), ("warm", statistics.median(known[1:]))):
            name = f"overview, {search or 'all students'}, {words}"
            print(f"{name:44}{value:>7.0f}ms{value / scan:>12.2f}")


def _timed(act: Callable[[], Any]) -> float:
    start = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - start)


def _scan() -> None:
    columns = attendance_month.c
    totals = sa.select(
        sa.func.sum(columns.days_attended),
        sa.func.sum(columns.days_enrolled),
        sa.func.count(columns.student_id.distinct()),
    )
    with snapshot() as data:
        data.connection.execute(totals).one()


def _overview(app: Dash, client: FlaskClient, search: str) -> None:
    with snapshot() as data:
        load = data.load_id
    shown = {"load": load, "search": search}
    for output, value in (
        ("page.children", "/"),
        ("overview-counts", search),
        ("overview-effect", shown),
        ("overview-ranking-figure", shown),
    ):
        answer = client.post(
            "/_dash-update-component",
            json=_question(app, output, value),
            headers={"X-CSRFToken": client.get_cookie("_csrf_token").value},
        )
        assert answer.status_code == 200, answer.text


def _question(app: Dash, output: str, value: Any) -> dict[str, Any]:
    """The body of a callback of one input whose outputs name this."""
    [key] = [key for key in app.callback_map if output in key]
    names = [name.rsplit(".", 1) for name in key.strip(".").split("...")]
    outputs = [{"id": part, "property": of} for part, of in names]
    [asked] = app.callback_map[key]["inputs"]
    return {
        "output": key,
        "outputs": outputs if key.startswith("..") else outputs[0],
        "inputs": [asked | {"value": value}],
        "state": [],
        "changedPropIds": [f"{asked['id']}.{asked['property']}"],
    }


if __name__ == "__main__":
    main()

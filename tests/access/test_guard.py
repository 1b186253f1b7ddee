"""Without signing in: invented students alone, on this machine alone."""

from __future__ import annotations

import pytest

from access import SignInNeededError
from app import create_app
from queries.database import DatabaseUnavailableError
from tests.conftest import Delivery


def test_real_data_is_not_served(delivery: Delivery) -> None:
    delivery.load()
    with pytest.raises(SignInNeededError, match="signing in is not set up"):
        create_app()


def test_without_a_database_the_program_says_how_to_make_one(delivery: Delivery) -> None:
    assert delivery.folder.exists()
    with pytest.raises(DatabaseUnavailableError, match="python -m reporting demo"):
        create_app()


def test_other_machines_are_refused(delivery: Delivery) -> None:
    (delivery.folder / "DEMONSTRATION").touch()
    delivery.load()
    client = create_app().server.test_client()
    here = client.get("/trajectories", environ_base={"REMOTE_ADDR": "127.0.0.1"})
    assert here.status_code == 200
    for path in ("/trajectories", "/_dash-layout", "/assets/styles.css"):
        elsewhere = client.get(path, environ_base={"REMOTE_ADDR": "192.0.2.7"})
        assert elsewhere.status_code == 403
        assert b"Hartford" not in elsewhere.data


def test_a_real_database_that_takes_the_place_of_the_demonstration_is_not_served(
    delivery: Delivery,
) -> None:
    marker = delivery.folder / "DEMONSTRATION"
    marker.touch()
    delivery.load()
    client = create_app().server.test_client()
    question = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [{"id": "url", "property": "pathname", "value": "/trajectories"}],
        "changedPropIds": ["url.pathname"],
    }
    assert client.post("/_dash-update-component", json=question).status_code == 200
    marker.unlink()
    database = delivery.folder.parent / "leap.duckdb"
    database.unlink()
    delivery.load()
    answer = client.get("/_dash-layout")
    assert b"Hartford" not in answer.data

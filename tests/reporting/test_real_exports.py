"""Real exports are known by all their evidence: kind, columns, doubts; and load as proposed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from queries import schema
from reporting.contract import INPUT_FILES
from reporting.errors import DeliveryRefusedError
from reporting.forms import read_delivered
from reporting.mapping import read_mapping
from reporting.proposal import Proposal, propose
from reporting.staging import Outcome, StagedFile
from tests.reporting.further_exports import ALL_CONTACTS, ALL_DAYS, ALL_ROSTERS, EXPORTS
from tests.reporting.real_exports import FILE, LISTED, STUDENTS, WRITTEN, RealExport

TODAY = date(2025, 3, 1)


@pytest.fixture(scope="module")
def facts() -> Iterator[sa.Connection]:
    """Facts of one district and the four students, in no file."""
    engine = sa.create_engine("duckdb:///:memory:", connect_args={"config": {"threads": 1}})
    with engine.connect() as connection:
        schema.metadata.create_all(connection, tables=schema.FACTS)
        hartford = {"district_code": "0640011", "district_name": "Hartford"}
        connection.execute(sa.insert(schema.district), [hartford])
        connection.execute(
            sa.insert(schema.student), [{"student_id": student} for student in STUDENTS]
        )
        connection.commit()
        yield connection
    engine.dispose()


def proposal_of(folder: Path, export: RealExport) -> Proposal:
    path = folder / export.file
    path.write_text("\n".join((export.header, *export.rows)) + "\n", encoding="utf-8")
    return propose(path)


def load_proposed(
    facts: sa.Connection, folder: Path, export: RealExport, proposal: Proposal
) -> Outcome:
    """The rows as a load takes them with the proposed mapping, once a person has decided."""
    text = proposal.text
    for proposed, said in export.decided:
        assert text.count(proposed) == 1, (proposed, text)
        text = text.replace(proposed, said)
    (folder / "ours.toml").write_text(text, encoding="utf-8")
    mapping = read_mapping(str(folder / "ours.toml"))[export.kind]
    csv_file, _remarks = read_delivered(folder / export.file, mapping.form, folder / "made")
    [kind] = [file for file in INPUT_FILES if file.name == export.kind]
    staged = StagedFile(facts, kind, csv_file, mapping, TODAY)
    outcome = staged.merge()
    assert staged.rejected_rows()["reason"].tolist() == []
    facts.rollback()
    return outcome


@pytest.mark.parametrize("export", [e for e in EXPORTS if not e.refused], ids=lambda e: e.name)
def test_a_real_export_is_what_it_is_and_loads(
    tmp_path: Path, facts: sa.Connection, export: RealExport
) -> None:
    proposal = proposal_of(tmp_path, export)
    mapping = tomllib.loads(proposal.text)
    assert list(mapping) == [export.kind]
    assert mapping[export.kind]["columns"].items() >= export.columns.items()
    for words in export.doubts:
        assert words in " ".join(proposal.doubts)
    if export.loaded is not None:
        outcome = load_proposed(facts, tmp_path, export, proposal)
        assert (outcome.loaded, outcome.rejected) == (export.loaded, 0)


@pytest.mark.parametrize("export", [e for e in EXPORTS if e.refused], ids=lambda e: e.name)
def test_a_real_export_that_lacks_something_is_refused_in_the_right_words(
    tmp_path: Path, export: RealExport
) -> None:
    with pytest.raises(DeliveryRefusedError, match=export.refused):
        proposal_of(tmp_path, export)


@pytest.mark.parametrize(
    "export", [e for e in (*ALL_ROSTERS, *ALL_CONTACTS) if e.kind], ids=lambda e: e.name
)
def test_no_list_of_absences_is_seen_where_there_are_no_days(
    tmp_path: Path, export: RealExport
) -> None:
    assert "list of absences" not in " ".join(proposal_of(tmp_path, export).doubts)


def test_every_header_has_a_public_source() -> None:
    verbatim = [export for export in EXPORTS if export.seen_in in (FILE, WRITTEN, LISTED)]
    assert len(verbatim) >= 40
    assert all("/" in export.source for export in EXPORTS)
    assert len({export.name for export in EXPORTS}) == len(EXPORTS)
    assert len(ALL_DAYS) >= 15


def test_every_repository_is_cited_with_its_commit() -> None:
    of_repositories = [export for export in EXPORTS if export.source.startswith("github.com")]
    assert len(of_repositories) >= 30
    assert all(re.search(r"@[0-9a-f]{40} ", export.source) for export in of_repositories)

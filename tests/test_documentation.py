"""Documents are held against the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from queries.schema import metadata
from reporting.contract import INPUT_FILES
from reporting.mapping import SHIPPED, read_mapping

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_and_picture_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
        assert (document.parent / target).exists(), target


def test_every_table_and_column_is_in_the_dictionary() -> None:
    text = (ROOT / "docs" / "tables.md").read_text()
    for table in metadata.tables.values():
        assert f"## {table.name}\n\n{table.comment}\n" in text
        section = text.split(f"## {table.name}\n")[1].split("\n## ")[0]
        rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| (.+) \|$", section, flags=re.MULTILINE)
        assert [(name, comment) for name, _kind, comment in rows] == [
            (column.name, column.comment) for column in table.columns
        ]


def test_every_input_file_and_column_is_in_the_data_guide() -> None:
    text = (ROOT / "docs" / "data.md").read_text()
    for file in INPUT_FILES:
        [line] = [line for line in text.splitlines() if line.startswith(f"| `{file.file_name}`")]
        for column in file.columns:
            assert f"{column.name}{'*' if column.required else ''}" in line


def test_every_shipped_mapping_is_documented_and_valid() -> None:
    text = (ROOT / "docs" / "mappings.md").read_text()
    for path in SHIPPED.glob("*.toml"):
        assert f"`{path.stem}`" in text
        read_mapping(path.stem)

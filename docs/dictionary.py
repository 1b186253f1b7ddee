"""Writes the dictionary of tables from the schema: ``python -m docs.dictionary``."""

from __future__ import annotations

from pathlib import Path

from queries.schema import FACTS, MARTS, PROVENANCE

HEAD = """\
# The tables

The reporting database, for those who read it with other tools. Pages read the marts alone.
"""
KINDS = {"facts": FACTS, "provenance": PROVENANCE, "marts, rebuilt by every load": MARTS}


def main() -> None:
    """Write docs/tables.md."""
    sections = [HEAD]
    for kind, tables in KINDS.items():
        for table in tables:
            sections.append(f"## {table.name}\n\n{table.comment}\n\nKind: {kind}.\n")
            rows = [
                f"| `{column.name}` | {column.type.compile().lower()} | {column.comment} |"
                for column in table.columns
            ]
            sections.append("\n".join(["| column | type | holds |", "|---|---|---|", *rows, ""]))
    Path(__file__).with_name("tables.md").write_text("\n".join(sections))


if __name__ == "__main__":
    main()

"""Names that fit where there is little room, whatever they are."""

from __future__ import annotations

import pytest

from components.wording import short


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Hartford", "Hartford"),
        ("Capitol Region Education Council (CREC)", "CREC"),
        ("Elementary School of the Arts 12", "Elementary S… 12"),
        ("A name that goes on and on", "A name that goe…"),
        ("no bracket before this one)", "no bracket befo…"),
        ("empty brackets at the end ()", "empty brackets…"),
        ("(an abbreviation that is none at all)", "(an abbreviatio…"),
        ("School 12345678901234567890", "School 12345678…"),
    ],
)
def test_a_long_name_is_its_abbreviation_or_cut_off(name: str, shown: str) -> None:
    assert short(name, 16) == shown


@pytest.mark.parametrize("name", ["x" * 500, "very long " * 50, f"({'x' * 500})", "9" * 500])
def test_no_name_is_longer_than_its_room(name: str) -> None:
    assert len(short(name, 16)) <= 16

"""A number comes back as it was, whatever programs put around it; a name stays a name."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from reporting.dressing import HABITS, INVISIBLE, Kind, habit_of, traced, undress, undressed

_WIDE_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")

# What programs do to a number, in the order in which one may do it to another's.
DRESSINGS = {
    "a calculation": lambda code: f"{code}.0",
    "full width": lambda code: code.translate(_WIDE_DIGITS),
    "an apostrophe": lambda code: f"'{code}",
    "curly quotes": lambda code: f"“{code}”",
    "a formula": lambda code: f'="{code}"',
    "a tab": lambda code: f"{code}\t",
    "a no-break space": lambda code: f"\u00a0{code}\u202f",
    "a zero-width space": lambda code: f"\u200b{code}\ufeff",
    "a soft hyphen": lambda code: f"{code[:1]}\u00ad{code[1:]}",
}

codes = st.text("0123456789", min_size=1, max_size=12)
dressings = st.lists(st.sampled_from(sorted(DRESSINGS)), max_size=4, unique=True).map(
    lambda names: [name for name in DRESSINGS if name in names]
)


SIGNS = st.text(
    "0127.,-%'\"=“”’`aÉ０．\u00ad\u200b\u200e\u00a0\u202f\u3000\ufeff \t\n", max_size=10
)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def by_the_engine(engine: duckdb.DuckDBPyConnection, text: str, kind: Kind) -> str:
    expression = undress(sa.literal(text), kind)
    statement = sa.select(expression).compile(
        dialect=sa.create_engine("duckdb://").dialect, compile_kwargs={"literal_binds": True}
    )
    [(found,)] = engine.execute(str(statement)).fetchall()
    return found


@given(SIGNS, st.sampled_from(Kind))
def test_both_engines_read_any_text_alike(
    engine: duckdb.DuckDBPyConnection, text: str, kind: Kind
) -> None:
    assert by_the_engine(engine, text, kind) == undressed(text, kind)


@given(codes, dressings)
def test_a_number_comes_back_whatever_was_put_around_it(code: str, names: list[str]) -> None:
    dressed = code
    for name in names:
        dressed = DRESSINGS[name](dressed)
    assert undressed(dressed) == code
    assert (habit_of(dressed) is None) == (dressed == code)


@given(codes, dressings)
def test_what_is_dressed_leaves_a_trace_in_the_file(code: str, names: list[str]) -> None:
    dressed = code
    for name in names:
        dressed = DRESSINGS[name](dressed)
    content = f"v1,{dressed},2021-10-05\n".encode()
    assert habit_of(dressed) in {None, *traced(content)}


@given(st.text("Aé'’`-. “”0=\"​ ", max_size=12))
def test_a_name_changes_only_by_signs_that_nobody_sees(name: str) -> None:
    visible = " ".join("".join(sign for sign in name if sign != "\u200b").split(" ")).strip(" ")
    if not (visible.startswith('="') and visible.endswith('"')):
        assert undressed(name, Kind.TEXT) == visible


@pytest.mark.parametrize(
    ("dressed", "kind", "bare"),
    [
        ("1000000000.0", Kind.CODE, "1000000000"),
        ("0012.00", Kind.CODE, "0012"),
        ("12,0", Kind.CODE, "12,0"),
        ("12.10", Kind.CODE, "12.10"),
        ("1,000", Kind.CODE, "1,000"),
        ("20.0", Kind.NUMBER, "20.0"),
        ("17,5", Kind.NUMBER, "17.5"),
        ("17,500", Kind.NUMBER, "17,500"),
        ('="0012"', Kind.CODE, "0012"),
        ('="Ada"', Kind.TEXT, "Ada"),
        ("'0012", Kind.CODE, "0012"),
        ("'0012'", Kind.CODE, "0012"),
        ('"0012"', Kind.CODE, "0012"),
        ("’2021-10-05", Kind.VALUE, "2021-10-05"),
        ("\u200b1000000000", Kind.CODE, "1000000000"),
        ("\u00a00012\u202f", Kind.CODE, "0012"),
        ("0012\t", Kind.CODE, "0012"),
        ("0012\n", Kind.CODE, "0012"),
        ("２０２１－１０－０５", Kind.VALUE, "2021-10-05"),
        ('\'="\u200b0012.0"', Kind.CODE, "0012"),
        ('="\'\u200b0012.0"', Kind.CODE, "0012"),
        ("O'Neil", Kind.TEXT, "O'Neil"),
        ("'Aleki", Kind.TEXT, "'Aleki"),
        ("Mary\u00a0Ann", Kind.TEXT, "Mary Ann"),
        ("", Kind.CODE, ""),
    ],
)
def test_both_engines_take_off_the_same(
    engine: duckdb.DuckDBPyConnection, dressed: str, kind: Kind, bare: str
) -> None:
    assert undressed(dressed, kind) == bare
    assert by_the_engine(engine, dressed, kind) == bare


def test_every_habit_says_in_words_what_it_is() -> None:
    assert habit_of("\u200b12") is INVISIBLE
    assert len({habit.words for habit in HABITS}) == len(HABITS)

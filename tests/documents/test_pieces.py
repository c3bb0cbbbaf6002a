from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.memory import place_in
from jarvis.documents.blocks import Block, Headings
from jarvis.documents.pieces import LONGEST, MOST_WORDS, pieces
from jarvis.documents.sentences import cut, sentences

_WORDS = st.text(alphabet="abñ. ,¿?\n:1-", min_size=0, max_size=3000)


def _texts(*blocks: Block) -> list[tuple[str, str]]:
    return [(piece.place, piece.text) for piece in pieces(blocks)]


def test_sentences_end_where_people_end_them() -> None:
    text = "Dr. López paid 3.50 euros. ¿Y el Sr. Ruiz? No vino! He lives on p. 4 of vol. 2, e.g. here. J. R. wrote it."
    assert [sentence for sentence, _ in sentences(text)] == [
        "Dr. López paid 3.50 euros.",
        "¿Y el Sr. Ruiz?",
        "No vino!",
        "He lives on p. 4 of vol. 2, e.g. here.",
        "J. R. wrote it.",
    ]


def test_lines_and_paragraphs_keep_their_joints() -> None:
    assert list(sentences("- milk\n- bread\n\nThen home. Now.")) == [
        ("- milk", "\n"),
        ("- bread", "\n\n"),
        ("Then home.", " "),
        ("Now.", "\n\n"),
    ]


@given(_WORDS)
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    assert "".join("".join(sentence.split()) for sentence, _ in sentences(text)) == "".join(text.split())


@given(st.lists(st.text(alphabet="abñ.", min_size=1, max_size=40), min_size=1, max_size=200))
def test_a_long_sentence_is_cut_between_words_and_repeats_a_few(words: list[str]) -> None:
    parts = list(cut(" ".join(words), 120, 20))
    assert all(len(part) <= 120 for part in parts)
    assert all(set(part.split()) <= set(words) for part in parts)
    rest = list(words)
    for part in parts:
        held = part.split()
        overlap = next(n for n in range(len(held) + 1) if rest[: len(held) - n] == held[n:])
        assert overlap <= 20
        rest = rest[len(held) - overlap :]
    assert not rest


def test_the_indentation_of_lines_is_kept() -> None:
    assert list(sentences("a:\n  - b.\n    c\n\n  d")) == [
        ("a:", "\n"),
        ("  - b.", "\n"),
        ("    c", "\n\n"),
        ("  d", "\n\n"),
    ]


def test_what_has_no_gap_at_all_is_cut_all_the_same() -> None:
    assert list(cut("x" * 250, 100, 10)) == ["x" * 100, "x" * 100, "x" * 50]


@given(st.lists(st.tuples(_WORDS, st.sampled_from(["text", "table", "code"]), st.integers(1, 3)), max_size=8))
def test_no_piece_is_longer_than_it_may_be(found: list[tuple[str, str, int]]) -> None:
    blocks = [
        Block(text=text, kind=kind, section=(f"S{section}",), first=1, header="a | b" if kind == "table" else "")  # type: ignore[arg-type]
        for text, kind, section in found
    ]
    for piece in pieces(blocks):
        assert len(piece.text) <= LONGEST
        assert len(piece.text.split()) <= MOST_WORDS + 3
        assert piece.place.startswith("S")


def test_sections_are_not_mixed_and_cited_by_their_path() -> None:
    assert _texts(
        Block(text="One.", section=("Costs",)),
        Block(text="Two.", section=("Costs",)),
        Block(text="Three.", section=("Costs", "2024")),
    ) == [("Costs", "One.\n\nTwo."), ("Costs > 2024", "Three.")]


def test_a_full_piece_ends_at_a_paragraph_when_one_is_near() -> None:
    long = "This sentence has exactly seven words here. " * 8
    found = _texts(*(Block(text=f"{number} {long.strip()}", section=("A",)) for number in range(4)))
    assert all(text[0].isdigit() for _, text in found)
    assert len(found) == 2


def test_tables_repeat_the_names_of_their_columns_and_count_rows() -> None:
    rows = "\n".join(f"{number} | {'x' * 90}" for number in range(2, 22))
    found = _texts(Block(text=rows, kind="table", first=2, header="No | Text"))
    assert len(found) > 2
    assert all(text.startswith("No | Text\n") for _, text in found)
    assert [place for place, _ in found][:2] == ["rows 2-10", "rows 11-19"]


def test_code_is_cited_by_lines_and_by_what_it_defines() -> None:
    found = _texts(
        Block(text="import os", kind="code", first=1),
        Block(text="def pay(sum):\n    return sum", kind="code", first=4, name="pay"),
    )
    assert found == [("lines 1-5, pay", "import os\n\ndef pay(sum):\n    return sum")]


def test_places_are_read_in_both_languages() -> None:
    place = "Costs, rows 2-9"
    assert (place_in(place, "en"), place_in(place, "es")) == (place, "Costs, filas 2-9")
    assert place_in("line 4, pay", "es") == "línea 4, pay"
    assert place_in("Front rows 3", "es") == "Front rows 3"
    assert place_in("p. 3", "es") == "p. 3"


def test_pages_part_pieces_unless_a_sentence_goes_on() -> None:
    found = _texts(
        Block(text="First page. It ends in the", page=1),
        Block(text="middle of this. More.", page=2),
        Block(text="Third page.", page=3),
    )
    assert found == [
        ("p. 1-2", "First page. It ends in the middle of this. More."),
        ("p. 3", "Third page."),
    ]


def test_letters_keep_their_writer_and_day_apart() -> None:
    day = datetime(2023, 5, 8, tzinfo=UTC)
    found = list(
        pieces(
            [
                Block(text="Hi.", section=("Invoice",), speaker="Ana", said_at=day),
                Block(text="Hello.", section=("Invoice",), speaker="Luis", said_at=day),
            ]
        )
    )
    assert [(piece.speaker, piece.said_at, piece.text) for piece in found] == [
        ("Ana", day, "Hi."),
        ("Luis", day, "Hello."),
    ]


def test_a_heading_with_nothing_below_it_is_text() -> None:
    headings = Headings()
    assert headings.enter(1, "Top") is None
    assert headings.enter(2, "Buy milk") is None
    bare = headings.enter(2, "Buy bread")
    assert bare is not None and bare.text == "Buy milk"
    headings.filled()
    assert headings.enter(1, "Next") is None
    assert headings.path == ("Next",)

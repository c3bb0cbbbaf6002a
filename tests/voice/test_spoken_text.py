from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jarvis.voice.spoken_text import spoken
from jarvis.voice.spoken_text.bounds import LONGEST_WORD
from jarvis.voice.spoken_text.language import clause_language
from jarvis.voice.spoken_text.numerals import cardinal, ordinal, year
from jarvis.voice.spoken_text.spanish_gender import gender_of
from jarvis.voice.spoken_text.units import UNITS

HERE = Path(__file__).parent


def table(language: str) -> list[tuple[str, str, str]]:
    """Return the rows "written => said" of one language."""
    lines = (HERE / f"spoken_{language}.txt").read_text("utf-8").splitlines()
    return [(language, *line.split(" => ")) for line in lines if line.strip()]


ROWS = [*table("en"), *table("es")]


@pytest.mark.parametrize(("language", "written", "said"), ROWS)
def test_text_is_said_as_people_say_it(language, written, said):
    assert spoken(written, language) == said


@pytest.mark.parametrize(("language", "written", "said"), ROWS)
def test_what_is_sayable_stays_as_it_is(language, written, said):
    assert spoken(said, language) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\x1b[31mred\x1b[0m alert", "red alert"),
        ("\x1b]0;title\x07done", "done"),
        ("a\u202eb\u200bc\u00ad", "abc"),
        ("nul\x00led", "nul led"),
        ("e\u0301t\u00e9", "été"),
        ("full\u3000width", "full width"),
        ("🎉🎉", ""),
        ("***", ""),
        ("", ""),
        ("x" * 10_000, "a long text"),
        ("see " + "ab" * 5000 + " there", "see a long text there"),
        ("wow" + "!" * 5000, "wow!!!"),
        ("one" + "-" * 5000 + "two", "one, two"),
        ("-".join(["word"] * 30), " ".join(["word"] * 30)),
        ("https://example.com/" + "a" * 10_000, "link to example dot com"),
        ("data:" + "A1b2" * 5000, "a long text"),
    ],
)
def test_hostile_text_is_bounded(text, said):
    assert spoken(text, "en") == said


@given(st.text(max_size=200), st.sampled_from(["en", "es"]))
@example("1/0 0/0 00:00:00 -1- --1 1.1.1.1.1", "en")
@example("$.€,%/%1 1% 1/1/1 99/99/9999", "es")
def test_any_text_can_be_said(text, language):
    said = spoken(text, language)
    assert "\n" not in said and "\x1b" not in said and said == said.strip()
    assert max(map(len, said.split()), default=0) <= 4 * LONGEST_WORD
    assert len(said) <= 60 * len(text) + 100


WORDS = st.lists(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyzáéíóúñ", min_size=2, max_size=12).filter(
        lambda word: word not in ("etc", "vs")
    ),
    min_size=1,
    max_size=20,
)


@given(WORDS, st.sampled_from([".", "?", "!", ",", ""]), st.sampled_from(["en", "es"]))
def test_plain_words_are_never_changed(words, end, language):
    text = " ".join(words) + end
    assert spoken(text, language) == text


@given(st.integers(0, 10**12 - 1), st.sampled_from(["en", "es"]))
def test_a_plain_number_is_never_lost(number, language):
    said = spoken(f"total {number}", language)
    assert str(number) in said


@given(st.integers(0, 99), st.integers(1, 12), st.integers(1, 28), st.sampled_from(["en", "es"]))
def test_dates_are_said_alike_however_they_are_written(years, month, day, language):
    written = 2000 + years
    iso = spoken(f"{written}-{month:02}-{day:02}", language)
    assert spoken(f"{day}.{month}.{written}", language) == iso
    assert not iso[0].isspace() and "-0" not in iso


@pytest.mark.parametrize("sign", sorted(UNITS))
def test_every_unit_is_named_in_both_languages(sign):
    for language in ("en", "es"):
        one, many = spoken(f"1{sign}", language), spoken(f"7{sign}", language)
        assert UNITS[sign].name(language, True) in one
        assert UNITS[sign].name(language, False) in many


@pytest.mark.parametrize(
    ("number", "language", "gender", "said"),
    [
        (0, "en", "none", "zero"),
        (-21, "en", "none", "minus twenty-one"),
        (1_000_000, "es", "none", "un millón"),
        (21, "es", "masculine", "veintiún"),
        (21, "es", "feminine", "veintiuna"),
        (21, "es", "none", "veintiuno"),
        (551, "es", "feminine", "quinientas cincuenta y una"),
        (-7, "es", "none", "menos siete"),
        (10**16, "en", "none", "one" + " zero" * 16),
    ],
)
def test_cardinals(number, language, gender, said):
    assert cardinal(number, language, gender) == said


def test_ordinals_and_years():
    assert ordinal(22, "en") == "twenty-second"
    assert ordinal(3, "es", "masculine", before_noun=True) == "tercer"
    assert ordinal(3, "es", "feminine") == "tercera"
    assert [year(number, "en") for number in (1905, 2005, 2026)] == [
        "nineteen oh-five",
        "two thousand five",
        "twenty twenty-six",
    ]


@pytest.mark.parametrize(
    ("word", "gender"),
    [
        ("horas", "feminine"),
        ("días", "masculine"),
        ("canciones", "feminine"),
        ("manos", "feminine"),
        ("programas", "masculine"),
        ("libros", "masculine"),
        ("de", None),
        ("y", None),
    ],
)
def test_gender_of_nouns(word, gender):
    assert gender_of(word) == gender


@pytest.mark.parametrize(
    ("text", "usual", "language"),
    [
        ("¿Dónde está la casa de tu hermana?", "en", "es"),
        ("The weather is fine and you should go out.", "es", "en"),
        ("Bien.", "en", "en"),
        ("Yes.", "es", "es"),
        ("You say «gracias» to thank them.", "en", "en"),
        ("La película se llama The Lord of the Rings.", "es", "es"),
        ("Los Angeles is in California.", "en", "en"),
        ("El Niño and La Niña are patterns.", "en", "en"),
        ("", "es", "es"),
    ],
)
def test_only_a_clear_clause_changes_the_language(text, usual, language):
    assert clause_language(text, usual) == language

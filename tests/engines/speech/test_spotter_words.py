import pytest

from jarvis.engines.children.spotter_words import MOST_READINGS, arpabet, readings

PHONES = frozenset(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()
)


@pytest.mark.parametrize(
    ("phrase", "languages", "first"),
    [
        ("stop", ("en",), "S T AA P"),
        ("Hey, Jarvis!", ("en",), "HH EY JH AA R V AH S"),
        ("para", ("es",), "P AA R AA"),
        ("silencio", ("es",), "S IY L EH N S Y OW"),
        ("cállate", ("es",), "K AA Y AA T EH"),
        ("niño", ("es",), "N IY N Y OW"),
        ("zyxwa", ("en",), None),
    ],
)
def test_words_are_read_in_their_language(phrase, languages, first):
    said = readings(phrase, languages)
    assert first is None or said[0] == first
    assert 0 < len(said) <= MOST_READINGS
    assert len(set(said)) == len(said)


def test_both_languages_have_their_share():
    said = readings("oye jarvis", ("en", "es"))
    assert said[0].endswith("JH AA R V AH S") and said[1].startswith("OW Y EH")


def test_every_reading_is_made_of_phones_that_the_model_has():
    words = (
        "ordenador xilófono pingüino guerra llave yogur chico queso jamón rey hueso computer alexa year measure fire"
    )
    for language in ("en", "es"):
        said = readings(words, (language,))
        assert said
        assert {phone for one in said for phone in one.split()} <= PHONES


@pytest.mark.parametrize("phrase", ["", "  ", "!?", "Гарри", "你好"])
def test_what_nobody_can_say_has_no_reading(phrase):
    assert all(set(one.split()) <= PHONES for one in readings(phrase, ("en", "es")))
    if not phrase.strip(" !?"):
        assert readings(phrase, ("en", "es")) == ()


def test_a_sound_that_english_lacks_makes_it_unreadable():
    assert arpabet("k|ǃ|a", "en") == ()
    assert arpabet("", "es") == ()

"""How words are pronounced, as phones of pocketsphinx' bundled English model (ARPAbet without stress).

English words come from the bundled dictionary; eSpeak NG reads those that it lacks and all Spanish ones, and its
phonemes are mapped to the nearest English phones. A phrase has several readings; any of them counts. Knows nothing
about sound.
"""

from __future__ import annotations

import ctypes
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from jarvis.contracts.errors import EngineError, Language

MOST_READINGS = 6
"""More readings of one phrase cost time and find nothing more."""

_VOICES: dict[Language, str] = {"en": "en-us", "es": "es-419"}
_UTF8 = 1
_IPA_WITH_BARS = 0x02 | ord("|") << 8
_NO_SOUND = 2
_NO_EXIT_ON_ERROR = 0x8000
_STRESS_AND_LENGTH = str.maketrans("", "", "ˈˌːˑ̩̃ʲ")

_ENGLISH: Mapping[str, tuple[str, ...]] = {
    "aɪɚ": ("AY ER",),
    "aɪə": ("AY AH",),
    "aɪ": ("AY",),
    "aʊ": ("AW",),
    "eɪ": ("EY",),
    "oʊ": ("OW",),
    "əʊ": ("OW",),
    "ɔɪ": ("OY",),
    "dʒ": ("JH",),
    "tʃ": ("CH",),
    "əl": ("AH L",),
    "i": ("IY",),
    "ɪ": ("IH",),
    "ᵻ": ("IH",),
    "e": ("EH",),
    "ɛ": ("EH",),
    "æ": ("AE",),
    "a": ("AE",),
    "ɑ": ("AA",),
    "ɒ": ("AA",),
    "ɔ": ("AO",),
    "o": ("AO",),
    "ʊ": ("UH",),
    "u": ("UW",),
    "ʌ": ("AH",),
    "ə": ("AH",),
    "ɐ": ("AH",),
    "ɚ": ("ER",),
    "ɜ": ("ER",),
    "ɹ": ("R",),
    "ɾ": ("T",),
    "ʔ": ("T",),
    "θ": ("TH",),
    "ð": ("DH",),
    "ʃ": ("SH",),
    "ʒ": ("ZH",),
    "ŋ": ("NG",),
    "ɡ": ("G",),
    "g": ("G",),
    "j": ("Y",),
    "h": ("HH",),
    "x": ("K",),
    "ɬ": ("L",),
} | {letter: (letter.upper(),) for letter in "bdfklmnprstvwz"}

_SPANISH: Mapping[str, tuple[str, ...]] = {
    "tʃ": ("CH",),
    "dʒ": ("JH",),
    "eɪ": ("EY",),
    "aɪ": ("AY",),
    "aʊ": ("AW",),
    "ɔɪ": ("OY",),
    "oɪ": ("OY",),
    "jj": ("Y",),
    "a": ("AA",),
    "e": ("EH", "EY"),
    "ɛ": ("EH",),
    "i": ("IY",),
    "ɪ": ("IY",),
    "o": ("OW", "AO"),
    "ɔ": ("AO",),
    "u": ("UW",),
    "ʊ": ("UW",),
    "ɾ": ("R", "D"),
    "r": ("R",),
    "β": ("B", "V"),
    "ð": ("DH",),
    "ɣ": ("G",),
    "ɡ": ("G",),
    "g": ("G",),
    "x": ("HH",),
    "h": ("HH",),
    "ɲ": ("N Y",),
    "ŋ": ("NG",),
    "ʎ": ("Y",),
    "ʝ": ("Y", "JH"),
    "ɟ": ("Y",),
    "j": ("Y",),
    "θ": ("S",),
    "ʃ": ("SH",),
} | {letter: (letter.upper(),) for letter in "bdfklmnpstvwz"}

_SPANISH_READINGS: dict[str, tuple[str, ...]] = {
    "jarvis": ("JH AA R V IY S", "Y AA R B IY S"),
    "hey": ("EY", "HH EY"),
}
"""English words that Spanish speakers say in their own way, and eSpeak reads by its letters."""


def readings(phrase: str, languages: Sequence[Language]) -> tuple[str, ...]:
    """Return how speakers of `languages` pronounce `phrase`, likeliest first, at most `MOST_READINGS`.

    Empty where it cannot be said, as in another script. `EngineError` when eSpeak cannot be loaded.
    """
    words = re.findall(r"[^\W_]+(?:'\w+)?", phrase.casefold())
    if not words:
        return ()
    listed = _from_dictionary(words) if "en" in languages else {}
    by_language = [_phrase([_word(word, language, listed) for word in words]) for language in languages]
    mixed = (reading for step in itertools.zip_longest(*by_language) for reading in step if reading)
    return tuple(dict.fromkeys(mixed))[:MOST_READINGS]


def arpabet(phonemes: str, language: Language) -> tuple[str, ...]:
    """Return the phones of eSpeak's `phonemes` (IPA, split by bars); two where a sound lies between two of English.

    Empty when there is a sound that nothing English is near to.
    """
    table = _SPANISH if language == "es" else _ENGLISH
    chosen: list[tuple[str, ...]] = []
    for piece in phonemes.translate(_STRESS_AND_LENGTH).split("|"):
        rest = piece.strip()
        while rest:
            known = next((rest[:length] for length in (3, 2, 1) if rest[:length] in table), None)
            if known is None:
                return ()
            chosen.append(table[known])
            rest = rest[len(known) :]
    if not chosen:
        return ()
    both = (" ".join(one[min(step, len(one) - 1)] for one in chosen).split() for step in range(2))
    return tuple(dict.fromkeys(" ".join(phone for phone, _ in itertools.groupby(phones)) for phones in both))


def _phrase(words: Sequence[tuple[str, ...]]) -> list[str]:
    """Join the readings of words: all first ones, all second ones, then mixtures."""
    if not all(words):
        return []
    steps = [[one[min(step, len(one) - 1)] for one in words] for step in range(max(map(len, words)))]
    mixtures = itertools.islice(itertools.product(*words), MOST_READINGS)
    return list(dict.fromkeys(" ".join(one) for one in (*steps, *mixtures)))


def _word(word: str, language: Language, listed: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if language == "es":
        return _SPANISH_READINGS.get(word) or arpabet(_phonemes(word, "es"), "es")
    return listed.get(word) or arpabet(_phonemes(word, "en"), "en")


def _from_dictionary(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Read the pronunciations of `words` only: the whole dictionary would be the largest thing in this process."""
    found = find_spec("pocketsphinx")
    if found is None or found.origin is None:
        return {}
    wanted = set(words)
    listed: dict[str, tuple[str, ...]] = {}
    path = Path(found.origin).parent / "model" / "en-us" / "cmudict-en-us.dict"
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            entry, _, phones = line.rstrip("\n").partition(" ")
            word = entry.partition("(")[0]
            if word in wanted:
                listed[word] = (*listed.get(word, ()), phones)
    return listed


def _phonemes(word: str, language: Language) -> str:
    library = _espeak()
    if library.espeak_SetVoiceByName(_VOICES[language].encode()) != 0:
        return ""
    text = ctypes.c_char_p(word.encode())
    said: list[str] = []
    while text.value:
        said.append((library.espeak_TextToPhonemes(ctypes.byref(text), _UTF8, _IPA_WITH_BARS) or b"").decode())
    return "|".join(said)


@cache
def _espeak() -> ctypes.CDLL:
    try:
        import espeakng_loader

        library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
    except (ImportError, OSError, RuntimeError) as error:
        raise _unusable(str(error)) from error
    if (rate := library.espeak_Initialize(_NO_SOUND, 0, data, _NO_EXIT_ON_ERROR)) <= 0:
        raise _unusable(f"espeak_Initialize: {rate}")
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    return library


def _unusable(why: str) -> EngineError:
    return EngineError(
        "speech.pronunciation",
        en="How words sound cannot be told here ({why}), so no word is spotted; the talk button and typing work. "
        "Reinstall Jarvis' voice parts.",
        es="Aquí no se puede saber cómo suenan las palabras ({why}) y no se detecta ninguna; el botón de hablar y el "
        "teclado funcionan. Reinstala las partes de voz de Jarvis.",
        retryable=False,
        why=why,
    )

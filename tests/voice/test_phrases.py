import pytest

from jarvis.voice.phrases import without_wake_word


@pytest.mark.parametrize(
    ("heard", "left"),
    [
        ("hey jarvis what time is it", "what time is it"),
        ("Hey Jarvis, what time is it?", "What time is it?"),
        ("Hey, Jarvis! Stop.", "Stop."),
        ("jarvis stop", "stop"),
        ("Oye Jarvis, ¿qué hora es?", "¿qué hora es?"),
        ("Ei, Járvis. Pon un temporizador.", "Pon un temporizador."),
        ("hey jarvis", ""),
        (" Hey, Jarvis. ", ""),
        ("what does hey jarvis mean", "what does hey jarvis mean"),
        ("hey you", "hey you"),
        ("jarvislike things", "jarvislike things"),
        ("", ""),
    ],
)
def test_only_a_leading_wake_word_is_taken_off(heard, left):
    assert without_wake_word(heard) == left

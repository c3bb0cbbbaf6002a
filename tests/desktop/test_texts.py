"""Every string exists in both languages with the same places to fill, and every name is used."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest
import yaml
from PySide6.QtCore import QLocale, QObject

from jarvis.contracts.speech import VoiceStateName
from jarvis.desktop import (
    answer_texts,
    attachments_texts,
    data_texts,
    decision_texts,
    first_run_texts,
    keys_texts,
    library_texts,
    mcp_texts,
    memory_texts,
    message_texts,
    permissions_texts,
    resources_texts,
    settings_texts,
    shortcuts_texts,
    texts,
    tray_texts,
    usage_texts,
    voice_pill_texts,
    voice_texts,
)
from jarvis.desktop.option_rows import choice_text
from jarvis.desktop.run import Desktop
from jarvis.desktop.texts import Text
from jarvis.desktop.voice_widgets import STATE_TEXTS, state_text
from jarvis.desktop.words import Words, language_for
from jarvis.settings.options import OPTIONS

BOOKS = (
    texts,
    shortcuts_texts,
    tray_texts,
    memory_texts,
    voice_texts,
    voice_pill_texts,
    message_texts,
    decision_texts,
    library_texts,
    resources_texts,
    usage_texts,
    settings_texts,
    keys_texts,
    permissions_texts,
    mcp_texts,
    data_texts,
    first_run_texts,
    attachments_texts,
    answer_texts,
)
ALL = {
    f"{each.__name__.rpartition('.')[2]}.{name}": text
    for each in BOOKS
    for name, text in vars(each).items()
    if isinstance(text, Text)
} | {f"CHOICES[{name}]": text for name, text in (*texts.CHOICES.items(), *settings_texts.CHOICE_NAMES.items())}
SAME_IN_BOTH = {"APP", "SECONDS", "ALERT_AT", "GROUP_OLLAMA", "GROUP_WEB", "SAID_JARVIS"}
SAME_IN_BOTH |= {"VERSION_SHORT", "TOKENS_A_SECOND", "SOME_SECONDS", "LEFT_OUT_ONE"}
SAME_IN_BOTH |= {"ENGLISH", "ENGLISH_BODY", "SPANISH", "SPANISH_BODY", "BOTH"}
SAME_IN_BOTH |= {
    "keys_texts.NAMED",
    "mcp_texts.NAMED",
    "TOOL",
    "MODEL_LINE",
    "MODEL_FOR",
    "GPU_TITLE",
    "JARVIS_PART",
    "usage_texts.TOKENS",
}


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("name", ALL)
def test_both_languages(name: str) -> None:
    text = ALL[name]
    assert text.en.strip()
    assert text.es.strip()
    assert places(text.en) == places(text.es)
    values = dict.fromkeys(places(text.en), "x")
    assert "{" not in text.to("es", **values) + text.to("en", **values)
    assert (text.en == text.es) == bool({name, name.rpartition(".")[2]} & SAME_IN_BOTH)


def test_every_text_is_used() -> None:
    folder = Path(texts.__file__).parent
    own = {Path(each.__file__).name: each for each in BOOKS}
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name not in own)
    for file, each in own.items():
        inside = (folder / file).read_text(encoding="utf-8")
        unused = [name for name in vars(each) if isinstance(getattr(each, name), Text) and name not in code]
        assert [name for name in unused if inside.count(name) < 2] == []


def test_every_family_of_options_has_a_heading_and_every_choice_a_name() -> None:
    assert {option.name.split(".")[0] for option in OPTIONS} <= set(texts.GROUPS)
    assert all(choice_text(choice) is not None for option in OPTIONS for choice in option.choices)
    assert not set(settings_texts.CHOICE_NAMES) & set(texts.CHOICES)


def test_every_voice_state_has_words() -> None:
    assert set(STATE_TEXTS) == set(VoiceStateName.__args__)  # type: ignore[attr-defined]


def test_asleep_the_state_says_what_wakes_it(desktop: Desktop) -> None:
    settings = desktop.desk.services.settings
    assert state_text(desktop.desk, "sleeping") == "Say “hey Jarvis”"
    settings.set("voice.wake_words", "ordenador, hey jarvis")
    assert state_text(desktop.desk, "sleeping") == "Say “ordenador”"
    settings.set("voice.mode", "push")
    assert state_text(desktop.desk, "sleeping") == texts.VOICE_PUSH.en
    assert state_text(desktop.desk, "listening", "follow_up") == texts.VOICE_FOLLOW_UP.en
    assert state_text(desktop.desk, "listening", "unheard of") == texts.VOICE_LISTENING.en


def test_bound_texts_follow_the_language_and_die_with_their_owner(qapp: object) -> None:
    words, owner, seen = Words("en"), QObject(), []
    words.bind(owner, seen.append, texts.SETTINGS)
    words.use("es")
    words.use("es")
    assert seen == ["Settings", "Ajustes"]
    del owner
    words.use("en")
    assert seen == ["Settings", "Ajustes"]


def test_auto_follows_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    for locale, language in (("es_MX", "es"), ("en_GB", "en"), ("de_DE", "en")):
        monkeypatch.setattr(QLocale, "system", lambda locale=locale: QLocale(locale))
        assert language_for("auto") == language
    assert (language_for("es"), language_for("en")) == ("es", "en")


def test_the_open_window_changes_its_language(desktop: Desktop) -> None:
    window = desktop.window
    assert window.composer.input.placeholderText() == texts.ASK_HINT.en
    desktop.desk.services.settings.set("language", "es")
    desktop.apply_settings()
    assert window.composer.input.placeholderText() == texts.ASK_HINT.es
    assert window.empty.buttons[0].accessibleName() == texts.EXAMPLE_TIMER.es
    assert window.composer.pill.text() in {text.es for text in STATE_TEXTS.values()}


_COMPUTER = re.compile(r"\b(ordenador|computadora?)(es|s)?\b", re.IGNORECASE)
_NOT_FOR_PEOPLE = (
    "assistant/prompt.py",
    "orchestrator/reuse_frames_es.py",
    "skills/act_slots.py",
    "storage/word_forms.py",
)
"""What models are told, and what people say: every word for it is understood."""


def test_in_spanish_the_computer_has_one_name_that_is_at_home_everywhere() -> None:
    root = Path(__file__).parents[2]
    said: dict[str, str] = {}
    for file in (root / "jarvis").rglob("*.py"):
        if not file.as_posix().endswith(_NOT_FOR_PEOPLE):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    said[f"{file.name}:{node.lineno}"] = node.value
    for file in (root / "assets" / "sentences" / "es").glob("*.yaml"):
        answers = yaml.safe_load(file.read_text("utf-8"))
        said |= {f"{file.name}:{name}": str(answers.get(name, "")) for name in ("tool", "responses", "read_back")}
    assert len(said) > 5_000
    assert {place: text for place, text in said.items() if _COMPUTER.search(text)} == {}

"""No sentence in the window sends anybody to a terminal where the window has a way of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

import jarvis
from jarvis.assistant.consent import FORBIDDEN
from jarvis.assistant.remembered import without_model
from jarvis.assistant.route_words import nobody_can
from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.contracts.events import (
    AskEvent,
    AskFailed,
    AskFinished,
    EngineFailed,
    EngineNoticed,
    RouteChosen,
    StageFinished,
)
from jarvis.contracts.memory import Recollection
from jarvis.contracts.messages import DETAIL_ASKED_BACK, MessageState, Request, Source, StoredMessage
from jarvis.contracts.model_desk import ModelView
from jarvis.contracts.routing import Decision, Excluded
from jarvis.contracts.speech import VoiceTrouble
from jarvis.desktop.answer import Answer, after, from_stored
from jarvis.desktop.decision_facts import Record
from jarvis.desktop.decision_rows import page_of
from jarvis.desktop.message_widgets import AnswerMessage
from jarvis.desktop.models_card_lines import state_of
from jarvis.desktop.run import Desktop
from jarvis.desktop.services import Notice
from jarvis.desktop.voice_pill_state import PillState
from jarvis.desktop.voice_pill_state import after as pill_after
from jarvis.desktop.ways_on import NAMES
from jarvis.desktop.window_words import in_window
from jarvis.engines.failures import failure
from tests.desktop.conftest import Until, started, type_and_send
from tests.fakes.desk_settings import furnished
from tests.fakes.desktop import FakeDesktop

PACKAGE = Path(jarvis.__file__).parent
COMMAND = re.compile(r"[“«(](?:jarvis|ollama) ")
ELSEWHERE = {
    "cli": "the command line itself",
    "app/checks.py": "what “jarvis doctor” writes",
    "app/voice_checks.py": "what “jarvis doctor” writes",
    "app/speech_acts.py": "talking in a terminal",
    "app/window.py": "the window cannot open",
    "host/shortcuts_portal.py": "a command to bind to a key",
    "host/shortcuts_session.py": "a command to bind to a key",
    "desktop/window_words.py": "the commands that are replaced",
}
"""Whose sentences are for a terminal, or tell a command that a person has to give elsewhere."""


def sentences() -> Iterator[tuple[str, str]]:
    """Every text of the program that names a command, with where it stands."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name in ELSEWHERE or name.split("/", 1)[0] in ELSEWHERE:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "1" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner | told:
                text = node.value
            else:
                continue
            if COMMAND.search(text):
                yield f"{name}:{node.lineno}", text


def test_every_sentence_that_names_a_command_has_words_for_the_window() -> None:
    found = dict(sentences())
    assert len(found) > 50, "the sentences are looked for where they are"
    assert {where: in_window(text) for where, text in found.items() if COMMAND.search(in_window(text))} == {}
    for where, text in found.items():
        shown = in_window(text)
        assert in_window(shown) == shown, where
        assert shown.count("“") == shown.count("”") and shown.count("«") == shown.count("»"), where


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        (
            "There is no key for api.example yet. Enter it in the settings or with “jarvis keys set openai”.",
            "There is no key for api.example yet. Enter it in the settings under “API keys”.",
        ),
        (
            "Todavía no hay clave para api.example. Introdúcela en los ajustes o con «jarvis keys set openai».",
            "Todavía no hay clave para api.example. Introdúcela en los ajustes, en «Claves de API».",
        ),
        (
            "a.gguf of b is not there any more. Bring it back, or “jarvis models remove b”.",
            "a.gguf of b is not there any more. Bring it back, or remove the model in “Models”.",
        ),
        (
            "La descarga de b se interrumpió; lo que llegó se conserva. «jarvis models download b» continúa.",
            "La descarga de b se interrumpió; lo que llegó se conserva. Continúala en «Modelos».",
        ),
        ("One. “jarvis free” empties every GPU.", "One. “Free the GPUs” empties every GPU."),
        ("Say “hey Jarvis” or “jarvis quick”.", "Say “hey Jarvis” or “jarvis quick”."),
        ("", ""),
    ],
)
def test_words_for_the_window(sentence: str, shown: str) -> None:
    assert in_window(sentence) == shown


KEY = "Enter a valid one in the settings or with “jarvis keys set”."
SHOWN = "Enter a valid one in the settings under “API keys”."


def test_an_answer_tells_every_step_in_words_for_the_window() -> None:
    answer = after(Answer(ask_id="a"), EngineNoticed(ask_id="a", code="x", sentence=KEY))
    assert answer.notice == SHOWN
    answer = after(answer, EngineFailed(ask_id="a", model="m", code="engine.auth", sentence=KEY, restarts=True))
    assert [one.sentence for one in answer.failures] == [SHOWN]
    answer = after(answer, RouteChosen(ask_id="a", candidates=(), reason=KEY, difficulty=0.0, domain="chat"))
    assert answer.reason == SHOWN
    for ok, told in ((False, SHOWN), (True, KEY)):
        stage = StageFinished(ask_id="a", stage=1, role="review", model="m", ok=ok, text=KEY, seconds=1.0)
        assert after(answer, stage).details[-1].endswith(told)
    assert after(answer, AskFailed(ask_id="a", code="engine.auth", sentence=KEY)).sentence == SHOWN


def stored_as(text: str, source: Source | None, **told: object) -> StoredMessage:
    message = StoredMessage(
        id="b",
        conversation_id="c",
        role="assistant",
        text=text,
        state="complete",
        created_at=datetime(2026, 3, 20, tzinfo=UTC),
        source=source,
    )
    return replace(message, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize(("source", "shown"), [("none", SHOWN), ("memory", KEY), ("skill", KEY), ("model", KEY)])
def test_only_what_jarvis_itself_answers_is_told_in_words_for_the_window(source: Source, shown: str) -> None:
    end = AskFinished(ask_id="a", text=KEY, source=source, message_id="b")
    assert after(Answer(ask_id="a"), end).text == shown
    stored = stored_as(KEY, source)
    assert from_stored(stored).text == shown
    failed = from_stored(replace(stored, text="", state="failed", detail=KEY))
    assert failed.sentence == SHOWN


@pytest.mark.parametrize("state", ["cancelled", "failed", "interrupted", "streaming"])
def test_what_a_model_wrote_of_an_answer_that_did_not_end_well_is_read_back_as_it_is(state: MessageState) -> None:
    words = "Type “jarvis models list --here” and «jarvis memory list»."
    found = from_stored(stored_as(words, None, state=state, detail=KEY if state == "failed" else ""))
    assert found.text == words
    assert found.sentence == (SHOWN if state == "failed" else "")


@pytest.mark.parametrize(
    "words",
    [
        "“jarvis models list shows what is here” (you, on 3 March)",
        "Note 1: “jarvis free”. Note 2: «jarvis memory list».",
        "You do not allow calls, so nothing was done. “jarvis permissions set x allow” changes that. You wrote that.",
    ],
)
def test_words_of_a_person_are_read_back_as_they_are(words: str) -> None:
    sources: tuple[Source, ...] = ("memory", "skill")
    for source in sources:
        end = AskFinished(ask_id="a", text=words, source=source, message_id="b")
        assert after(Answer(ask_id="a"), end).text == words == from_stored(stored_as(words, source)).text
    noted = without_model([words], Recollection(), KEY, "en")
    assert from_stored(stored_as(noted, "memory")).text == noted
    asks = AskFinished(ask_id="a", text=words, source="none", message_id="b", expects_reply=True)
    assert after(Answer(ask_id="a"), asks).text == words
    assert from_stored(stored_as(words, "none", detail=DETAIL_ASKED_BACK)).text == words
    cached = AskFinished(ask_id="a", text="x", source="model", message_id="b", cached=True, reason=words)
    assert after(Answer(ask_id="a"), cached).reason == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_the_place_of_a_forbidden_skill_leads_to_the_permissions(language: Language) -> None:
    said = FORBIDDEN[language].format(skill="timers.cancel")
    shown = from_stored(stored_as(said, "skill")).text
    assert "jarvis" not in shown and "timers.cancel" not in shown
    named = {"en": "“Cancel a timer”", "es": "«Cancelar un temporizador»"}[language]
    assert shown == in_window(said).replace("timers.cancel", named)
    assert shown.split(". ")[0] == said.split(". ")[0].replace("timers.cancel", named)
    unknown = FORBIDDEN[language].format(skill="old.skill")
    assert from_stored(stored_as(unknown, "skill")).text.split(", ")[0].endswith(("“old.skill”", "«old.skill»"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_beside_what_is_remembered_only_the_reasons_are_told_in_words_for_the_window(language: Language) -> None:
    reason = failure("auth", where="api.example", model="m").sentence(language)
    excluded = Excluded(engine="e", model="m", code="refused", why=reason)
    decision = Decision(candidates=(), excluded=(excluded,), reason="")
    cannot = nobody_can([], decision, language)
    lines = ("“jarvis free” is what I typed", "«jarvis memory list», lo que escribí")
    known = Recollection(lines=lines)
    said = without_model([], known, cannot, language)
    shown = from_stored(stored_as(said, "memory")).text
    assert all(f"- {line}\n" in shown for line in lines)
    assert reason in said and shown.endswith(in_window(reason)) and "jarvis keys" not in shown
    assert shown == said.replace(reason, in_window(reason))


@pytest.mark.parametrize(
    ("heard", "next_words"),
    [
        ("One. ", "Enter"),
        ("One. Enter a valid one in the settings or with “jar", "”. Two"),
        ("“jarvis keys set”. Tw", "o."),
    ],
)
def test_where_a_person_interrupted_is_where_it_was(heard: str, next_words: str) -> None:
    said = f"One. {KEY} Two."
    at = said.index(heard) + len(heard)
    found = from_stored(stored_as(said, "none", heard_characters=at))
    assert found.text == f"One. {SHOWN} Two." and found.heard is not None
    assert found.text[found.heard :].startswith(next_words)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_model_that_fails_leads_through_the_window_and_names_no_command(
    qtbot: QtBot, fake: FakeDesktop, until: Until, language: Language
) -> None:
    fake.settings.set("language", language)
    error = failure("auth", where="api.example", model="m")

    def script(ask_id: str, request: Request) -> Iterator[AskEvent]:
        yield EngineFailed(ask_id=ask_id, model="m", code=error.code, sentence=error.sentence(language))
        yield AskFailed(ask_id=ask_id, code=error.code, sentence=error.sentence(language))

    fake.assistant.script = script
    with started(furnished(fake)) as desktop:
        type_and_send(desktop, qtbot, "hello")
        until(lambda: not desktop.session.busy and bool(desktop.window.view.findChildren(AnswerMessage)))
        (message,) = desktop.window.view.findChildren(AnswerMessage)
        keys = "“API keys”" if language == "en" else "«Claves de API»"
        for text in (message._trouble_text.text(), message._failures.text(), desktop.desk.sentence(error)):
            assert keys in text and "jarvis keys" not in text
        assert not message.way.isHidden() and message.way.text() == NAMES["keys"].to(language)
        banners = desktop.window.banners
        banners.show_trouble(error.sentence(language), error.code)
        banners.show_notices([Notice(id="n", text=error.sentence(language))])
        shown = [label.text() for label in banners.findChildren(QLabel)]
        assert sum(keys in text for text in shown) == 2 and not any("jarvis keys" in text for text in shown)
        banners.end_trouble(error.sentence(language))
        assert banners._trouble == "", "what was shown for it goes with it"
    assert "jarvis keys set" in error.sentence(language), "the command line names its own"


def test_trouble_of_the_voice_and_of_models_is_told_in_words_for_the_window(desktop: Desktop) -> None:
    trouble = VoiceTrouble(code="speech.language", sentence=KEY)
    assert pill_after(PillState(), trouble).trouble == SHOWN
    desktop.tray.take(trouble)
    assert desktop.tray._trouble == SHOWN
    view = ModelView(id="m", name="m", kind="text", state="failed", engine="llama.cpp", source="catalogue", failure=KEY)
    assert SHOWN in str(state_of(view, None, desktop.desk).trouble)
    route = RouteChosen(
        ask_id="a",
        candidates=(),
        reason="",
        difficulty=0.0,
        domain="chat",
        excluded=({"engine": "e", "model": "m", "code": "missing", "why": KEY},),
    )
    page = page_of(replace(Answer(ask_id="a"), route=route), Record(), desktop.words)
    assert any(SHOWN in line for line in page.left_out)

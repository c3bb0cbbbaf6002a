"""The command line as a person and a script use it: the real program, its output and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.journeys.program import Program, failed_plainly, same_environment


@pytest.fixture
def jarvis(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


def test_a_timer_in_english_and_spanish(jarvis: Program) -> None:
    for sentence, words in (
        ("set a timer for ten minutes", ("10", "minute")),
        ("pon un temporizador de diez minutos", ("10", "minuto")),
    ):
        document = jarvis.json("ask", sentence)
        assert document["source"] == "skill" and document["skill"] == "timers.start"
        assert all(word in document["text"].replace("ten", "10").replace("diez", "10") for word in words)
        assert set(document) >= {"text", "source", "model", "reason", "usage", "cost_usd", "timings"}


def test_a_timer_survives_the_program(jarvis: Program) -> None:
    jarvis.json("ask", "set a pasta timer for ten minutes")
    answer = jarvis.json("ask", "how much time is left on the pasta timer")["text"]
    assert "pasta" in answer and "minute" in answer


def test_an_open_question_without_a_model_is_answered_honestly(jarvis: Program) -> None:
    document = jarvis.json("ask", "Why is the sky blue?")
    assert document["source"] == "none" and document["model"] is None
    assert "model" in document["text"] and "blue" not in document["text"]


def test_streaming_prints_only_the_answer(jarvis: Program) -> None:
    done = jarvis.run("ask", "what is twelve times seven")
    assert done.returncode == 0 and "84" in done.stdout and done.stderr == ""


def test_the_question_can_come_from_standard_input(jarvis: Program) -> None:
    assert "84" in jarvis.run("ask", "-", stdin="what is 12 times 7\n").stdout


def test_what_could_lose_something_waits_for_yes(jarvis: Program) -> None:
    jarvis.json("ask", "add milk to the shopping list")
    asked = jarvis.json("ask", "clear the shopping list")
    assert asked["expects_reply"]
    assert "milk" in jarvis.json("ask", "what is on the shopping list")["text"]
    jarvis.run("ask", "clear the shopping list", "--yes")
    assert "milk" not in jarvis.json("ask", "what is on the shopping list")["text"]


def test_the_yes_may_come_in_another_process(jarvis: Program) -> None:
    jarvis.json("ask", "add milk to the shopping list")
    asked = jarvis.json("ask", "clear the shopping list")
    jarvis.json("ask", "yes", "--conversation", asked["conversation_id"])
    assert "milk" not in jarvis.json("ask", "what is on the shopping list")["text"]


def test_matching_says_null_rather_than_guess(jarvis: Program) -> None:
    assert jarvis.json("skills", "match", "what is the meaning of life")["skill"] is None
    assert jarvis.json("skills", "match", "qué hora es", "--lang", "es")["skill"] is not None


def test_a_batch_echoes_its_ids(jarvis: Program, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_text('{"id": 7, "text": "what time is it"}\n\n{"id": "x", "text": "set the table"}\n')
    done = jarvis.run("skills", "match", "--batch", str(batch))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["id"], row["skill"] is None) for row in rows] == [(7, False), ("x", True)]


def test_a_bad_line_in_a_batch_is_named(jarvis: Program, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_text('{"id": 1, "text": "what time is it"}\nnot json\n')
    done = jarvis.run("skills", "match", "--batch", str(batch))
    failed_plainly(done, "Line 2")
    assert len(done.stdout.splitlines()) == 1


def test_sentences_on_failure_are_in_the_language_of_the_person(jarvis: Program) -> None:
    spanish = same_environment(jarvis, {"LANG": "es_ES.UTF-8"})
    failed_plainly(spanish.run("config", "set", "voice.rate", "99"), "voice.rate", "Se permite")
    failed_plainly(jarvis.run("config", "set", "voice.rate", "99"), "voice.rate", "Allowed")
    assert "Abrir la aplicación" in spanish.run("--help").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ask", "  "), ("empty",)),
        (("ask", "hello", "--conversation", "nope"), ("conversation",)),
        (("config", "get", "nope"), ("nope",)),
        (("keys", "delete", "openai"), ("openai",)),
        (("keys", "delete", "bank"), ("bank",)),
        (("models", "download", "whisper-bass"), ("whisper-bass", "whisper-base")),
    ],
)
def test_bad_input_is_one_plain_sentence(jarvis: Program, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    failed_plainly(jarvis.run(*arguments), *words)


def test_a_key_without_a_keyring_is_refused_not_written(jarvis: Program) -> None:
    failed_plainly(jarvis.run("keys", "set", "openai", stdin="sk-very-secret-value\n"), "keyring", "JARVIS_KEY_OPENAI")
    for file in jarvis.home.rglob("*"):
        assert not file.is_file() or b"sk-very-secret" not in file.read_bytes()


def test_options_are_kept(jarvis: Program) -> None:
    assert jarvis.run("config", "set", "language", "es").returncode == 0
    assert jarvis.run("config", "get", "language").stdout == "es\n"
    assert jarvis.json("config", "get")["language"] == "es"


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    failed_plainly(Program(tmp_path / "file" / "home").run("ask", "what time is it"), "JARVIS_HOME")


def test_a_damaged_database(jarvis: Program) -> None:
    jarvis.home.mkdir()
    (jarvis.home / "jarvis.sqlite3").write_bytes(b"garbage" * 1000)
    failed_plainly(jarvis.run("ask", "set a timer for ten minutes"), "damaged")


def test_every_command_has_help(jarvis: Program) -> None:
    for command in (
        "app",
        "ask",
        "demo",
        "listen",
        "transcribe",
        "wake",
        "say",
        "skills",
        "models",
        "doctor",
        "keys",
        "config",
    ):
        done = jarvis.run(command, "--help")
        assert done.returncode == 0 and "Usage" in done.stdout, command


def test_the_log_holds_no_words_of_the_person(jarvis: Program) -> None:
    jarvis.json("ask", "remember that the safe opens with zq7781")
    text = (jarvis.home / "logs" / "jarvis.log").read_text()
    assert text and "zq7781" not in text
    assert all(json.loads(line)["level"] for line in text.splitlines())

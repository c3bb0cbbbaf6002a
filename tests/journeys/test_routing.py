"""Routing, guard and budget from the command line: real models here, a server on loopback for elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.home_facts import FACTS
from tests.fakes.openai_server import ScriptedServer, chunk, scripted, streamed
from tests.journeys.program import Program, failed_plainly
from tests.journeys.test_models import LAPTOP, NO_GPU, RIG, folder

QUESTION, ANSWER = FACTS[0]
VARIED = [
    ("hello there", "chat"),
    ("hola, ¿qué tal estás?", "chat"),
    ("Prove that there are infinitely many primes of the form 4k+3.", "maths"),
    ("Escribe una función en Python que invierta una lista enlazada.", "code"),
    ("Translate into Spanish: the early bird catches the worm.", "translation"),
    ("¿Puede mi casero quedarse con la fianza si me voy antes según la LAU?", "legal"),
]


@pytest.fixture
def jarvis(tmp_path: Path) -> Program:
    program = Program(tmp_path / "home")
    program.home.mkdir()
    assert program.run("config", "set", "ollama.url", "").returncode == 0
    return program


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    reply = streamed(
        chunk(role="assistant", content="Write to ")
        + chunk(content="[EMAIL")
        + chunk(content="_1] tomorrow.")
        + chunk(finish="stop")
        + chunk(usage={"prompt_tokens": 160, "completion_tokens": 9, "total_tokens": 169})
        + b"data: [DONE]\n\n"
    )
    with scripted(reply) as server:
        yield server


def elsewhere(jarvis: Program, server: ScriptedServer, *settings: tuple[str, str]) -> None:
    """Allow the cloud, which is `server`."""
    for name, value in (("cloud.enabled", "true"), ("cloud.base_url", server.url), *settings):
        done = jarvis.run("config", "set", name, value)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("machine", [RIG, LAPTOP, NO_GPU])
def test_questions_are_routed_for_any_described_machine(jarvis: Program, tmp_path: Path, machine: object) -> None:
    hardware, questions = tmp_path / "machine.json", tmp_path / "questions.jsonl"
    hardware.write_text(json.dumps(machine))
    questions.write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, (text, _) in enumerate(VARIED)))
    done = jarvis.run("route", "--batch", str(questions), "--hardware", str(hardware), "--cloud")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == list(range(len(VARIED)))
    assert [row["domain"] for row in rows] == [domain for _, domain in VARIED]
    for row in rows:
        assert row["chosen"] == row["candidates"][0]["model"]
        assert {"difficulty", "language", "needs", "reason"} <= row.keys()
        assert all(
            {"model", "score", "quality", "cost_usd", "seconds", "why"} <= one.keys() for one in row["candidates"]
        )
    assert rows[0]["difficulty"] < rows[2]["difficulty"]
    assert rows[3]["language"] == "es" and rows[2]["language"] == "en"
    alone = jarvis.json("route", VARIED[2][0], "--hardware", str(hardware), "--no-cloud")
    assert all("/" not in one["model"] for one in alone["candidates"])


def test_what_leaves_has_no_personal_data_and_comes_back_with_it(jarvis: Program, server: ScriptedServer) -> None:
    elsewhere(jarvis, server)
    answer = jarvis.json("ask", "which day suits ana.ruiz@example.org best for a meeting, and why")
    assert answer["text"] == "Write to ana.ruiz@example.org tomorrow."
    (asked,) = server.asked
    sent = json.dumps(asked.body)
    assert "ana.ruiz" not in sent and "[EMAIL_1]" in sent
    assert any(step["type"] == "Redacted" and step["kinds"] == {"email": 1} for step in answer["steps"])
    entries = jarvis.json("audit", "list")
    assert [entry["kind"] for entry in entries] == ["cloud_call"]
    assert "ana" not in json.dumps(entries)
    assert jarvis.run("audit", "verify").returncode == 0
    usage = jarvis.json("usage")
    assert usage["total"]["calls"] == 1 and usage["total"]["cost_usd"] == 0.0


def test_asking_first_shows_what_would_leave_and_a_no_sends_nothing(jarvis: Program, server: ScriptedServer) -> None:
    elsewhere(jarvis, server, ("privacy.cloud", "ask"))
    waiting = jarvis.json("ask", "write a limerick about ana.ruiz@example.org")
    assert waiting["expects_reply"] and "[EMAIL_1]" in json.dumps(waiting["steps"])
    refused = jarvis.json("ask", "--conversation", waiting["conversation_id"], "no")
    assert refused["source"] == "none"
    assert server.asked == []
    agreed = jarvis.json("ask", "--yes", "write a limerick about ana.ruiz@example.org")
    assert agreed["text"].startswith("Write to ana.ruiz@example.org")
    assert len(server.asked) == 1


def test_a_model_here_is_asked_rated_and_learned_of(jarvis: Program, home_model: Path) -> None:
    folder(jarvis).joinpath("casa.gguf").symlink_to(home_model)
    answer = jarvis.json("ask", QUESTION)
    assert (answer["model"], answer["text"]) == ("casa", ANSWER)
    assert jarvis.run("rate", "5", "--reason", "right").stdout.strip() == "casa: 5 of 5, kept."
    (learned,) = jarvis.json("routing", "learned")["learned"]
    assert (learned["model"], learned["outcomes"], learned["mean"]) == ("casa", 1, 1.0)
    assert learned["after"] > learned["before"]
    (decision,) = jarvis.json("routing", "log")["decisions"]
    assert decision["chosen"] == "casa" and decision["door"] == "cli"
    few = jarvis.run("routing", "calibrate", "--cloud-share", "0.2", "--apply")
    assert few.returncode == 1 and "1 of 50" in few.stdout
    again = jarvis.json("ask", QUESTION)
    assert again["cached"] and again["text"] == ANSWER
    assert not jarvis.json("ask", "--fresh", QUESTION)["cached"]
    assert jarvis.run("routing", "forget").returncode == 0
    assert jarvis.json("routing", "learned") == {"learned": []}


def test_specialists_work_together_with_one_model_here(jarvis: Program, home_model: Path) -> None:
    folder(jarvis).joinpath("casa.gguf").symlink_to(home_model)
    answer = jarvis.json("ask", "--deep", QUESTION)
    roles = [step["role"] for step in answer["steps"] if step["type"] == "StageFinished"]
    assert roles[-1] == "integrate" and len(roles) >= 2
    assert answer["text"]
    usage = jarvis.json("usage")
    assert usage["total"]["calls"] == len(roles)


@pytest.mark.parametrize("stars", ["0", "6", "many"])
def test_wrong_stars_are_refused(jarvis: Program, stars: str) -> None:
    assert jarvis.run("rate", stars).returncode == 2


def test_nothing_to_rate_is_said_plainly(jarvis: Program) -> None:
    failed_plainly(jarvis.run("rate", "4"), "no answer of a model")


def test_a_wrong_file_of_roles_is_told_by_the_doctor_and_stops_nothing(jarvis: Program) -> None:
    jarvis.home.joinpath("roles.json").write_text('[{"id": "x"}]')
    assert jarvis.run("ask", "what is 2 plus 2").returncode == 0
    assert "roles.json" in jarvis.run("doctor").stdout


def test_a_conversation_can_be_kept_here(jarvis: Program, server: ScriptedServer) -> None:
    elsewhere(jarvis, server)
    first = jarvis.json("ask", "write a limerick about the sea")
    assert len(server.asked) == 1
    identity = first["conversation_id"]
    assert jarvis.run("conversations", "privacy", identity, "local").returncode == 0
    (row,) = jarvis.json("conversations", "list")
    assert (row["id"], row["privacy"]) == (identity, "local")
    kept = jarvis.json("ask", "--conversation", identity, "write a limerick about the moon")
    assert kept["source"] == "none" and len(server.asked) == 1
    assert jarvis.json("audit", "list")[0]["kind"] == "privacy"
    failed_plainly(jarvis.run("conversations", "privacy", "nowhere", "local"), "no conversation")


def test_a_weight_goes_back_and_a_wrong_skill_is_refused(jarvis: Program) -> None:
    assert jarvis.run("config", "set", "routing.per_dollar", "20").returncode == 0
    assert jarvis.run("config", "set", "routing.per_dollar", "-1").stdout.strip() == "routing.per_dollar = -1.0"
    failed_plainly(jarvis.run("permissions", "set", "timer.strat", "never"), "no skill timer.strat")
    assert jarvis.run("permissions", "set", "timers.start", "never").returncode == 0
    assert "do not allow timers.start" in jarvis.json("ask", "set a timer for ten minutes")["text"]
    assert "No question was routed yet." in jarvis.run("routing", "log").stdout

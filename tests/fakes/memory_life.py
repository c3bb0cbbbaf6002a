"""Days of use in every place that can hold a person's words, and a search of every file for what was forgotten."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from jarvis.storage.words import index_stems
from tests.fakes.memory_desk import DeskWorld

SECRETS = (
    "The vault in Asturias opens with Quillivant 88431.",
    "Mi abuela Eulogia guarda el pasaporte en el cajón violáceo.",
)
RARE = ("quillivant", "88431", "asturias", "eulogia", "violáceo", "pasaporte")
KEPT = "Bea plays the trombone on Thursdays."


def _spellings(text: str) -> set[bytes]:
    forms = {text, text.lower(), text.upper(), text.title(), text.casefold()}
    forms |= {unicodedata.normalize(form, text) for form in ("NFC", "NFD") for text in forms}
    forms |= {"".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)) for text in forms}
    forms |= {json.dumps(text)[1:-1] for text in forms}
    found = {form.encode(code) for form in forms for code in ("utf-8", "utf-16-le", "utf-16-be", "latin-1", "utf-32-le")
             if _encodes(form, code)}  # fmt: skip
    return found | {form.hex().encode() for form in found}


def _encodes(text: str, code: str) -> bool:
    try:
        text.encode(code)
    except UnicodeEncodeError:
        return False
    return True


def traces(world: DeskWorld) -> list[str]:
    """Name every file that holds a rare word of the secrets in any spelling, or its stem."""
    words = {*RARE, *(stem for word in RARE for language in ("en", "es") for stem in index_stems(word, language))}
    patterns = {pattern: word for word in words for pattern in _spellings(word)}
    found = []
    files = [path for path in world.folders.home.rglob("*") if path.is_file()]
    assert world.folders.database in files
    for path in files:
        content = path.read_bytes()
        found += [f"{path.name}: {word}" for pattern, word in patterns.items() if pattern in content]
    return sorted(set(found))


def lived(world: DeskWorld) -> dict[str, Any]:
    """Fill every place that can hold words, as days of use would."""
    talk = world.log.start_conversation(SECRETS[0][:40] + "…").id
    told = [world.turn(talk, secret)[1] for secret in SECRETS]
    world.turn(talk, "Noted: Quillivant 88431, and Eulogia's pasaporte.", "assistant")
    other = world.log.start_conversation("Trombone").id
    world.turn(other, KEPT)
    answer, drew = world.turn(other, "In Asturias; the word is quillivant; violáceo.", "assistant")
    world.memories.record_use(answer, [(memory.seq, 0.9) for memory in told])
    with world.database.write() as connection:
        for number, memory in enumerate(told):
            connection.execute(
                "INSERT INTO memory_profile (place, text, memory_seq, privacy) VALUES (?, ?, ?, 'local')",
                (number, f"Knows {memory.text}", memory.seq),
            )
        connection.execute(
            "INSERT INTO cached_answers (id, profile, language, policy_key, memory_version, exact, question, answer,"
            " model, conversation_id, message_id, made_at, used_at) VALUES ('a', 'p', 'en', '', '1', ?, 'q', ?, 'm',"
            " ?, ?, 1, 1)",
            (SECRETS[0].lower(), "Quillivant 88431", other, answer),
        )
        connection.execute(
            "INSERT INTO pending_confirmations VALUES (?, 's', ?, 1, 'en', ?, 'low', 1)",
            (talk, json.dumps({"what": SECRETS[0]}), SECRETS[1]),
        )
        connection.execute("INSERT INTO ratings VALUES (?, 5, 'Eulogia, indeed', 1)", (answer,))
    for seq in [memory.seq for memory in told]:
        world.add(
            f"Fact: {world.memories.by_seq([seq])[seq].text}",
            source="fact",
            origin=world.memories.by_seq([seq])[seq].id,
        )
    world.add("And then it closed.", previous=told[0].id, source="imported")
    (world.folders.home / "desktop.json").write_text(
        json.dumps(
            {"drafts": {talk: [f"By the way: {SECRETS[0]}", ""], other: ["Buy milk", SECRETS[1]], "": ["Hi", ""]}}
        )
    )
    with (world.folders.logs / "jarvis.log").open("a", encoding="utf-8") as log:
        log.write('{"message": "started"}\n' + json.dumps({"message": SECRETS[0]}) + "\n")
        log.write(json.dumps({"message": f"said {SECRETS[1]}"}, ensure_ascii=False) + "\n")
    world.desk.catch_up()
    return {"talk": talk, "other": other, "told": told, "drew": drew, "answer": answer}

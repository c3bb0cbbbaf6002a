"""Pictures in a request: what is refused, and a real vision file of random weights beside a real model."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from jarvis.contracts.errors import EngineError
from jarvis.engines.children.pictures import MOST_BYTES, PictureError, picture_from_url, picture_size
from tests.fakes.processes import PATIENCE_SECONDS
from tests.fakes.text_model import Served, model_child, served
from tests.fakes.tiny_projector import PICTURE_TOKENS, png, tiny_projector

RED, BLUE = png(255, 0, 0), png(0, 0, 255, size=40)
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2\x00\x11\x08" + struct.pack(">HH", 30, 40)


def _url(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (RED, (28, 28)),
        (JPEG, (40, 30)),
        (b"GIF89a" + struct.pack("<HH", 7, 9), (7, 9)),
        (b"BM" + b"\0" * 16 + struct.pack("<ii", 5, -6), (5, 6)),
    ],
)
def test_sizes_are_read_from_the_header(data: bytes, size: tuple[int, int]) -> None:
    assert picture_size(data) == size


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/a.png",
        "https://example.org/a.png",
        "file:///etc/passwd",
        "data:text/plain;base64,aGk=",
        "data:image/png;base64,###",
        _url(b"hello"),
        _url(b"RIFF____WAVEfmt "),
        _url(RED[:18]),
        _url(JPEG[:9], "jpeg"),
        _url(RED[:16] + struct.pack(">II", 60_000, 60_000) + RED[24:]),
        "data:image/png;base64," + "A" * (MOST_BYTES * 4 // 3 + 100),
    ],
)
def test_what_is_no_fit_picture_is_refused(url: str) -> None:
    with pytest.raises(PictureError):
        picture_from_url(url)


@pytest.fixture(scope="module")
def vision_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_projector(tmp_path_factory.mktemp("projector") / "mmproj-tiny.gguf", model_width=128)


@pytest.fixture(scope="module")
def seeing(home_model: Path, vision_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("seeing")
    with served(home_model, folder, "--context=256", f"--projector={vision_file}") as running:
        yield running


def _ask(model: Served, *parts: str | bytes, url: str = "", **options: Any) -> Any:
    content: list[Any] = [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {"type": "image_url", "image_url": {"url": _url(part)}}
        for part in parts
    ]
    if url:
        content.append({"type": "image_url", "image_url": {"url": url}})
    with model.client() as client:
        return client.chat.completions.create(
            model=model.model, messages=[{"role": "user", "content": content}], temperature=0, max_tokens=8, **options
        )


def test_a_picture_takes_its_tokens_and_changes_the_answer(seeing: Served) -> None:
    assert seeing.document["vision"] is True
    words = _ask(seeing, "see ").usage.prompt_tokens
    red, blue = _ask(seeing, "see ", RED), _ask(seeing, "see ", BLUE)
    assert red.usage.prompt_tokens == blue.usage.prompt_tokens == words + PICTURE_TOKENS
    texts = {answer.choices[0].message.content for answer in (red, blue, _ask(seeing, "see "))}
    assert len(texts) > 1, "the model sees something"


def test_the_same_picture_is_not_read_again_and_answers_the_same(seeing: Served) -> None:
    _ask(seeing, "something else")
    first = _ask(seeing, "look ", RED, " now")
    again = _ask(seeing, "look ", RED, " now")
    assert again.choices[0].message.content == first.choices[0].message.content
    assert first.usage.prompt_tokens_details.cached_tokens < 10
    assert again.usage.prompt_tokens_details.cached_tokens > PICTURE_TOKENS
    other = _ask(seeing, "look ", BLUE, " now")
    assert other.usage.prompt_tokens_details.cached_tokens < 10 + PICTURE_TOKENS
    plain = _ask(seeing, "look ")
    assert plain.choices[0].finish_reason in ("stop", "length"), "words alone work after pictures"


def test_a_marker_in_the_words_is_no_picture(seeing: Served) -> None:
    assert _ask(seeing, "<__media__> ", RED).choices[0].finish_reason in ("stop", "length")


def test_more_pictures_than_the_context_holds_are_refused(seeing: Served) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        _ask(seeing, "word " * 60, *[RED] * 16, "word " * 60)
    assert caught.value.code == "context_too_long"
    with pytest.raises(openai.BadRequestError) as many:
        _ask(seeing, *[RED] * 17)
    assert many.value.code == "invalid_image"


def test_damaged_and_foreign_pictures_are_refused(seeing: Served) -> None:
    for options in ({"url": "http://127.0.0.1:9/a.png"}, {"url": _url(RED[:40])}):
        with pytest.raises(openai.BadRequestError) as caught:
            _ask(seeing, "x", **options)
        assert caught.value.code == "invalid_image"


def test_a_model_without_a_vision_file_refuses_pictures(home_model: Path, tmp_path: Path) -> None:
    with served(home_model, tmp_path, "--context=256") as blind:
        assert blind.document["vision"] is False
        with pytest.raises(openai.BadRequestError) as caught:
            _ask(blind, "see ", RED)
    assert caught.value.code == "no_vision"


def test_a_vision_file_of_another_model_is_refused(home_model: Path, tmp_path: Path) -> None:
    wrong = tiny_projector(tmp_path / "wrong.gguf", model_width=64)
    child = model_child(home_model, tmp_path, f"--projector={wrong}")
    with pytest.raises(EngineError) as caught:
        child.ensure_ready()
    assert child.wait_exit(PATIENCE_SECONDS) is not None
    assert caught.value.code == "engine.load_failed"

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.engines.small_models.framing import MOST_LINE, MOST_PAYLOAD, Garbled, Message, read_message, write_message

VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


@given(st.lists(st.tuples(st.dictionaries(st.text("abc", min_size=1), VALUES), st.binary(max_size=200))))
def test_what_is_written_is_read(said: list[tuple[dict[str, object], bytes]]) -> None:
    pipe = io.BytesIO()
    messages = [Message(facts=facts, payload=payload) for facts, payload in said]
    for message in messages:
        write_message(pipe, message)
    pipe.seek(0)
    assert [read_message(pipe) for _ in messages] == messages
    assert read_message(pipe) is None


def test_the_middle_of_a_message_is_an_end() -> None:
    pipe = io.BytesIO()
    write_message(pipe, Message(facts={"a": 1}, payload=b"sound"))
    whole = pipe.getvalue()
    for cut in range(len(whole)):
        assert read_message(io.BytesIO(whole[:cut])) is None


@pytest.mark.parametrize(
    "garbage",
    [
        b"hello\n",
        b"[]\n",
        b'{"a":1}\n',
        b'{"payload_length":"4"}\n',
        b'{"payload_length":-1}\n',
        b'{"payload_length":%d}\n' % (MOST_PAYLOAD + 1),
        b"x" * (MOST_LINE + 1),
        b"\xff\xfe\n",
    ],
)
def test_what_is_no_message_is_refused(garbage: bytes) -> None:
    with pytest.raises(Garbled):
        read_message(io.BytesIO(garbage))

"""What a server says of its tools: made plain, bounded, told apart; words in two languages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.mcp_servers.arguments import complaint_about
from jarvis.mcp_servers.bearing import bearing
from jarvis.mcp_servers.listing import MOST_TOOLS, server_tool, tame_listing
from jarvis.mcp_servers.naming import model_name, part_of, permission_name, server_and_part
from jarvis.mcp_servers.schemas import BadSchema, plain_schema, tame_text
from tests.programs.mcp_naughty import BAD_TOOLS, GOOD_TOOLS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "properties", "items", "$ref", "anyOf", "required", "enum", "minLength", "a", "const"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def test_bad_tools_are_left_out_with_a_reason_and_good_ones_stay() -> None:
    listing: dict[str, Any] = {"tools": [*BAD_TOOLS, *GOOD_TOOLS]}
    reasons = tame_listing(listing)
    assert [tool["name"] for tool in listing["tools"]] == [tool["name"] for tool in GOOD_TOOLS]  # type: ignore[index]
    assert [reason.tool for reason in reasons] == ["?", "?", *(tool["name"] for tool in BAD_TOOLS[2:])]  # type: ignore[index]
    assert all(reason.en != reason.es for reason in reasons)
    tree = listing["tools"][0]
    assert tree["description"] == "Walk a tree of pages." and "outputSchema" not in tree
    assert tree["inputSchema"]["properties"] == {"deep": {}, "page": {"type": "string"}}


def test_too_many_tools_are_cut() -> None:
    listing: dict[str, Any] = {"tools": [{"name": f"t{n}", "inputSchema": {}} for n in range(MOST_TOOLS * 3)]}
    reasons = tame_listing(listing)
    assert len(listing["tools"]) == MOST_TOOLS and "too many" in reasons[0].en


def test_a_schema_keeps_what_it_says_of_its_fields() -> None:
    plain = plain_schema(
        {
            "type": "object",
            "$defs": {"Size": {"type": "integer", "minimum": 1, "title": "Size"}},
            "properties": {
                "size": {"$ref": "#/$defs/Size", "description": "How\nbig"},
                "kind": {"const": "box"},
                "name": {"type": ["string", "null"], "pattern": "(a+)+$", "format": "regex", "maxLength": 5},
                "many": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "number"}]}},
            },
            "required": ["size"],
            "additionalProperties": False,
        }
    )
    assert plain["properties"]["size"] == {"type": "integer", "minimum": 1, "description": "How big"}
    assert plain["properties"]["kind"] == {"enum": ["box"]}
    assert plain["properties"]["name"] == {"type": ["string", "null"], "maxLength": 5}
    assert complaint_about({"size": 3, "kind": "box", "name": None, "many": ["a", 1]}, plain) == ""
    assert complaint_about({"size": 0}, plain) == "size (minimum)"
    assert complaint_about({}, plain) == "$ (required)"
    assert complaint_about({"size": 1, "more": 1}, plain) == "$ (additionalProperties)"
    assert complaint_about({"size": 1, "many": [[]]}, plain).startswith("many.0 (anyOf")
    assert complaint_about({"size": float("nan")}, plain) == "$ (JSON)"
    assert complaint_about({"size": 1, "name": "x" * 200_000}, plain) == "$ (size)"


@given(JSON)
def test_whatever_a_server_calls_a_schema_is_plain_or_refused(schema: object) -> None:
    try:
        plain = plain_schema(schema)
    except BadSchema:
        return
    assert plain["type"] == "object" and "$ref" not in str(plain.keys())
    assert complaint_about({}, plain).count("(schema)") == 0, "what is made plain can be held against"


@given(
    st.lists(st.text(min_size=1, max_size=140), unique=True, max_size=8),
    st.from_regex(r"[a-z0-9]{1,24}", fullmatch=True),
)
def test_names_fit_every_provider_and_stay_apart(tools: list[str], server: str) -> None:
    parts = [part_of(server, tool) for tool in tools]
    assert len(set(parts)) == len(parts)
    for part in parts:
        name = model_name(server, part)
        assert len(name) <= 64 and name.replace("_", "").replace("-", "").isalnum() and name.isascii()
        assert server_and_part(name) == (server, part)
        assert permission_name(server, part) == f"mcp.{server}.{part}" and "." not in part


@pytest.mark.parametrize("name", ["timers", "mcp_", "mcp_server", "mcp__tool", "mcpx_a_b"])
def test_other_names_are_none_of_a_server(name: str) -> None:
    assert server_and_part(name) is None


def test_text_without_what_does_not_show() -> None:
    assert tame_text("a\u202eb\x1b[31m\n c\u200b", 99) == "a b [31m c"
    assert tame_text("x" * 50, 10) == "x" * 9 + "…"
    assert tame_text(7, 10) == ""


TOOLS = [
    server_tool("files", "read_file", "Read the complete contents of a file", {"properties": {"path": {}}}, False),
    server_tool("files", "listDirectory", "List what is in a directory", {"properties": {"path": {}}}, False),
    server_tool("sky", "forecast", "Get the weather for the next days", {"properties": {"city": {}}}, False),
    server_tool("post", "send_mail", "Send an email", {"properties": {"recipient": {}, "subject": {}}}, False),
]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("read the file notes.txt", ["read_file"]),
        ("lee el archivo notas.txt", ["read_file"]),
        ("which files are there, and read them", ["read_file"]),
        ("what is in my directories", ["listDirectory"]),
        ("¿qué hay en la carpeta de descargas?", ["listDirectory"]),
        ("how is the weather", ["forecast"]),
        ("¿qué tal el clima mañana?", ["forecast"]),
        ("manda un correo a Ana", ["send_mail"]),
        ("what can you do for me", []),
        ("¿qué puedes hacer por mí?", []),
        ("", []),
        ("🙂🙂", []),
    ],
)
def test_tools_bear_on_a_question_by_words_of_either_language(question: str, expected: list[str]) -> None:
    assert [tool.tool for tool in bearing(TOOLS, question)][: max(1, len(expected))] == expected

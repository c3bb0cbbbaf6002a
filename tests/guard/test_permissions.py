"""What holds for a skill or tool that nobody has said anything about."""

from __future__ import annotations

import pytest

from jarvis.guard.permissions import default_level, defaults_for


@pytest.mark.parametrize(
    ("name", "risk", "level"),
    [
        ("clock.time", "none", "allow"),
        ("timers.start", "acts", "allow"),
        ("lists.clear", "could_lose", "ask"),
        ("timers.unheard_of", None, "ask"),
        ("mcp.notes.search", None, "ask"),
        ("mcp.box.run_command", None, "never"),
        ("mcp.box.runCommand", None, "never"),
        ("mcp.box.execute-sql", None, "never"),
        ("mcp.box.bash", None, "never"),
        ("mcp.shell.search", None, "ask"),
        ("mcp.shop.list_commands_sent", None, "ask"),
        ("mcp.box.publish", None, "ask"),
        ("mcp.box.evaluate_restaurant", None, "ask"),
    ],
)
def test_defaults(name: str, risk: str | None, level: str) -> None:
    assert default_level(name, risk) == level  # type: ignore[arg-type]


def test_the_risk_of_a_skill_is_asked_for_each_time() -> None:
    risks: dict[str, str] = {}
    level = defaults_for(lambda: risks)  # type: ignore[arg-type,return-value]
    assert level("lists.add") == "ask"
    risks["lists.add"] = "acts"
    assert level("lists.add") == "allow"

"""Which of somebody else's settings hold here: addresses of this computer or in use already, and no new permission."""

from __future__ import annotations

import re

import pytest

from jarvis.settings.foreign import is_of_this_computer, left_out
from jarvis.settings.option import OptionValue
from jarvis.settings.options import OPTION_BY_NAME, OPTIONS

DEFAULTS = {option.name: option.default for option in OPTIONS}


def left(foreign: dict[str, OptionValue], here: dict[str, OptionValue] | None = None) -> dict[str, OptionValue]:
    """What is left out, and nothing that is not told gets another value but what belongs to an address, the names that
    never leave, and limits of money, which cannot be taken over."""
    told, instead = left_out({**DEFAULTS, **foreign}.__getitem__, {**DEFAULTS, **(here or {})}.__getitem__)
    names = {each.option.name for each in told}
    assert all(
        OPTION_BY_NAME[name].goes_with in names
        or (name in names) != OPTION_BY_NAME[name].is_limit
        or name == "privacy.contacts"
        for name in instead
    )
    return dict(instead)


def test_every_option_that_names_a_place_is_declared_one() -> None:
    by_name = {option.name for option in OPTIONS if re.search(r"(url|address)$", option.name)}
    by_value = {option.name for option in OPTIONS if "://" in str(option.default)}
    by_words = {option.name for option in OPTIONS if re.search(r"\baddress of an?\b|://", option.about_en, re.I)}
    assert by_name | by_value | by_words == {option.name for option in OPTIONS if option.is_address}
    for option in OPTIONS:
        assert not option.goes_with or OPTION_BY_NAME[option.goes_with].is_address
        assert not option.allows or option.default in option.allows
        assert set(option.choices) in (set(), set(option.allows)) or not option.allows


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("", True),
        ("http://127.0.0.1:11434", True),
        ("http://localhost:8000/v1", True),
        ("tcp://[::1]:10300", True),
        ("127.0.0.1:11434", True),
        ("HTTP://LOCALHOST/x?q={query}", True),
        ("http://localhost.evil.example/v1", False),
        ("http://127.0.0.1@evil.example/", False),
        ("http://127.0.0.1:80@evil.example/", False),
        ("http://127.0.0.1\\@evil.example/", False),
        ("http://localhost/\\..\\@evil.example", False),
        ("https://evil.example/?http://localhost", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://1.127.0.0.1", False),
        ("http://0.0.0.0:1", False),
        ("http://192.168.1.5", False),
        ("http://localhost\n.evil.example", False),
        ("file://localhost/etc", False),
    ],
)
def test_only_what_surely_is_this_computer_is(address: str, own: bool) -> None:
    assert is_of_this_computer(address) is own
    assert left({"vllm.url": address, "vllm.model": "m"}) == ({} if own else {"vllm.url": "", "vllm.model": ""})


def test_an_address_that_is_used_here_already_holds_and_one_that_is_not_keeps_ours_with_its_model() -> None:
    used: dict[str, OptionValue] = {"cloud.base_url": "https://mine.example/v1", "cloud.model": "mine"}
    assert left({**used, "cloud.model": "other"}, used) == {"cloud.model": "mine"}, "another one may cost much more"
    here: dict[str, OptionValue] = {"vllm.url": "http://home:8000/v1", "vllm.model": "small"}
    assert left({**here, "vllm.model": "big"}, here) == {"vllm.model": "small"}
    assert left({"memory.embedder": "bge-m3"}) == {}, "where there is no address, nothing goes anywhere"
    assert left({"cloud.base_url": "https://evil.example", "cloud.model": "e"}, used) == used
    assert left({}, used) == used, "the usual address is another than the one that is used here"
    assert left({"speech.recognition_address": used["cloud.base_url"]}, used) == {
        **used,
        "speech.recognition_address": "",
    }, "one address does not stand for another"


@pytest.mark.parametrize(
    ("name", "little", "much"),
    [
        ("cloud.enabled", False, True),
        ("privacy.cloud", "ask", "allow"),
        ("privacy.personal_data", "stay", "replace"),
        ("privacy.pictures", False, True),
        ("memory.enabled", False, True),
        ("memory.privacy", "local", "as_told"),
        ("voice.enabled", False, True),
        ("voice.mode", "push", "continuous"),
        ("voice.confirm_basic", True, False),
        ("budget.day_usd", 1.0, 2.0),
        ("budget.month_usd", 1.0, 0.0),
    ],
)
def test_what_allows_more_is_left_out_and_what_allows_less_holds(
    name: str, little: OptionValue, much: OptionValue
) -> None:
    assert left({name: much}, {name: little}) == {name: little}
    assert left({name: little}, {name: much}) == {}
    assert left({name: much}, {name: much}) == {}


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("routing.model", "", "openai/gpt-4o"),
        ("routing.profile", "best", "fast"),
        ("routing.leaving", 0.5, -1.0),
        ("routing.per_dollar", 2.0, 0.0),
        ("routing.per_second_voice", 0.1, 0.0),
        ("routing.per_second_chat", 0.1, 0.0),
        ("routing.per_second_background", 0.1, 0.0),
        ("routing.explore", 0.0, 1.0),
        ("engine.max_answer_tokens", 1024, 32768),
        ("cooperation.mode", "off", "auto"),
        ("cooperation.usd", 0.1, 900.0),
    ],
)
def test_what_decides_where_questions_go_and_what_they_cost_stays(
    name: str, ours: OptionValue, theirs: OptionValue
) -> None:
    assert left({name: theirs}, {name: ours}) == {name: ours}
    assert left({name: ours}, {name: theirs}) == {name: theirs}
    assert left({name: theirs}, {name: theirs}) == {}


def test_every_option_of_choosing_models_and_of_money_is_declared_one() -> None:
    for option in OPTIONS:
        if option.name.startswith("routing.") or re.search(r"dollar|\$", option.about_en):
            assert option.weighs or option.is_limit, option.name
        if re.match("(File|Folder|GGUF file) of", option.about_en):
            assert option.is_path, option.name


@pytest.mark.parametrize("path", ["\\\\evil.example\\a", "//evil.example/a", "\\/evil.example/a", " //evil.example/a"])
@pytest.mark.parametrize("name", [option.name for option in OPTIONS if option.is_path])
def test_a_path_that_leads_to_another_computer_stays_as_it_is_here(name: str, path: str) -> None:
    assert left({name: path}, {name: "/models/mine"}) == {name: "/models/mine"}
    assert left({name: path}, {name: path}) == {}
    assert left({name: "/models/theirs"}, {name: "/models/mine"}) == {}


def test_names_that_never_leave_are_those_of_both() -> None:
    assert left({"privacy.contacts": "Ana, Bea"}, {"privacy.contacts": "Bea,Carla"}) == {
        "privacy.contacts": "Ana, Bea, Carla"
    }
    assert left({"privacy.contacts": "Ana,Bea"}, {"privacy.contacts": "Bea"}) == {}

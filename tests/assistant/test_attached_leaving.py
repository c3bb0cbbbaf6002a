"""What leaves of attached files: just what was shown, nothing unread where personal data stays, and only once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.assistant.going_along import MOST_LOOKED_THROUGH
from jarvis.contracts.attachments import Passage, RankedPassages
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.events import AskCancelled, AskFinished, ConsentAsked
from jarvis.contracts.messages import ToolCall
from jarvis.contracts.ports import EngineToolCall
from jarvis.guard.redaction import PatternRedactor
from tests.assistant.test_attached import PAGES, FilesBench, far, here, sent
from tests.fakes.assistant import AnsweringInTurn, Drawer

OVERLOADED = EngineError("engine.overloaded", en="Too busy.", es="Saturado.")
MAIL = "Write to jane.doe@example.org."


class LearningRanking:
    """Finds another page each time it is asked, and says why at first; raises `stops` before it answers."""

    def __init__(self) -> None:
        self.best = 10
        self.why = "Still being read."
        self.stops: CancelToken | None = None

    def begin(self, attachment_id: str, passages: Sequence[Passage]) -> None:
        pass

    def ranked(
        self,
        attachment_id: str,
        passages: Sequence[Passage],
        question: str,
        language: Language,
        cancel: CancelToken | None = None,
    ) -> RankedPassages:
        if self.stops is not None:
            self.stops.cancel()
            assert cancel is self.stops
            cancel.raise_if_cancelled()
        self.best += 10
        why, self.why = self.why, ""
        return RankedPassages(scores=tuple(float(at == self.best) for at in range(len(passages))), why=why)


@pytest.fixture
def ranking() -> LearningRanking:
    return LearningRanking()


@pytest.fixture
def bench(tmp_path: Path, ranking: LearningRanking) -> Iterator[FilesBench]:
    bench = FilesBench(tmp_path / "jarvis.sqlite3")
    bench.able(passages=ranking)
    yield bench
    bench.database.close()


def _consent(bench: FilesBench, text: str, **request: object) -> ConsentAsked:
    (asked,) = [event for event in bench.ask(text, **request) if isinstance(event, ConsentAsked)]
    return asked


def test_what_was_shown_is_what_is_sent_whatever_is_known_by_then(bench: FilesBench) -> None:
    bench.engines = [engine := far("And the valley was long. " * 40, abilities=frozenset({"vision"}))]
    for number in range(12):
        bench.ask(f"tell me story number {number}")
    bench.options = replace(bench.options, privacy="ask")
    bench.router.further = 500
    asked = _consent(bench, "what of the valley?", attachments=(bench.document(*PAGES), bench.picture()))
    preview = [(row["role"], row["text"], len(row.get("images", ()))) for row in asked.preview]
    assert len(engine.prompts) == 12 and any("(p. 21)" in text for _, text, _ in preview)
    bench.router.further = 4_000
    bench.able()
    others = (bench.document(Passage(text="Nobody was shown this."), name="other.txt"), bench.picture("other.png"))
    end = bench.ask("yes", attachments=others)[-1]
    assert [(message.role, message.text, len(message.images)) for message in engine.prompts[-1]] == preview
    assert isinstance(end, AskFinished) and "by their words alone. Still being read." in end.text


def test_where_it_is_not_known_what_was_shown_it_is_shown_again(bench: FilesBench) -> None:
    bench.options = replace(bench.options, privacy="ask")
    bench.engines = [far()]
    _consent(bench, "what of the valley?", attachments=(bench.document(*PAGES),))
    asked = bench.pending.take(bench.conversation or "")
    assert asked is not None
    slots = {name: value for name, value in asked.slots.items() if name != "files"}
    bench.pending.put(bench.conversation or "", replace(asked, slots=slots))
    _consent(bench, "yes")
    assert bench.engines[0].prompts == []
    bench.ask("yes")
    assert len(bench.engines[0].prompts) == 1


def test_the_same_passages_are_sent_again_after_a_tool_was_asked_about(bench: FilesBench) -> None:
    bench.options = replace(bench.options, privacy="ask")
    bench.able(toolbox=Drawer(look="ask"))
    call = EngineToolCall(call=ToolCall(id="1", name="look", arguments={"what": "sky"}))
    engine = AnsweringInTurn("far", [call], ["Well."], where="cloud", abilities=frozenset({"tools"}))
    bench.engines = [engine]
    asked = _consent(bench, "what of the valley?", attachments=(bench.document(*PAGES),))
    shown = asked.preview[-1]["text"]
    bench.ask("yes")
    bench.ask("yes")
    assert [any(message.text == shown for message in prompt) for prompt in engine.prompts] == [True, True]


def test_after_a_no_the_model_here_chooses_for_itself(bench: FilesBench) -> None:
    bench.options = replace(bench.options, privacy="ask")
    bench.engines = [near := here(), wide := far()]
    bench.router.further = 100_000
    _consent(bench, "what of the valley?", model="far", attachments=(bench.document(*PAGES),))
    bench.ask("no")
    assert wide.prompts == [] and len(sent(near)) < bench.options.context_tokens * 3


@pytest.mark.parametrize(
    ("passages", "name"),
    [
        ([Passage(text="Nothing."), Passage(text=MAIL)], "a.txt"),
        ([Passage(text="Nothing.", place="jane.doe@example.org")], "a.txt"),
        ([Passage(text="Nothing.")], "jane.doe@example.org.txt"),
        ([Passage(text="Nothing much. " * 3_000)] * (MOST_LOOKED_THROUGH // 42_000 + 1), "a.txt"),
        ([*[Passage(text="Nothing much. " * 3_000)] * (MOST_LOOKED_THROUGH // 42_000 + 1), Passage(text=MAIL)], "a"),
    ],
)
def test_where_personal_data_stays_nothing_goes_that_has_some_or_was_not_looked_through(
    bench: FilesBench, passages: list[Passage], name: str
) -> None:
    bench.options = replace(bench.options, personal_data="stay")
    bench.able(redactor=PatternRedactor(lambda: ()))
    bench.engines = [far()]
    bench.ask("what is it?", attachments=(bench.document(*passages, name=name),))
    assert bench.engines[0].prompts == [] and bench.router.questions[-1].private
    bench.conversation = None
    bench.ask("what is it?", attachments=(bench.document(Passage(text="Nothing.", place="p. 1"), name="a.txt"),))
    assert "Nothing." in sent(bench.engines[0])


def test_it_is_told_whether_tools_are_offered(bench: FilesBench) -> None:
    bench.engines = [far()]
    bench.ask("what is it?")
    assert not bench.router.questions[-1].tools_offered
    drawer = Drawer()
    bench.able(toolbox=drawer)
    bench.ask("and what is this?")
    assert bench.router.questions[-1].tools_offered
    drawer.private = frozenset({"look", "act", "page"})
    bench.ask("and that one?")
    assert not bench.router.questions[-1].tools_offered


def test_who_comes_after_one_that_failed_reads_no_further(bench: FilesBench) -> None:
    bench.engines = [far(OVERLOADED), second := far()]
    second.id = "second"
    second._status = replace(second.status(), id="second")
    bench.router.further = 100_000
    bench.ask("what is on every page?", attachments=(bench.document(*PAGES),))
    first = bench.engines[0]
    assert all(page.text in sent(first) for page in PAGES)
    assert not all(page.text in sent(second) for page in PAGES)


def test_a_stop_is_heard_while_passages_are_ranked(bench: FilesBench, ranking: LearningRanking) -> None:
    bench.engines = [here()]
    ranking.stops = CancelToken()
    events = bench.ask("what of the valley?", ranking.stops, attachments=(bench.document(*PAGES),))
    assert isinstance(events[-1], AskCancelled) and bench.engines[0].prompts == []

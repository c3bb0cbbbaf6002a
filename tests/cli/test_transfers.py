"""What is shown of several downloads, on a terminal and elsewhere."""

from __future__ import annotations

import pytest

from jarvis.cli.transfers import TransferBoard, size_words
from jarvis.contracts.errors import InputError
from jarvis.contracts.model_desk import Transfer, TransferProgress, TransferState

GB = 1_000_000_000


class Shown:
    """A board whose clock stands still unless moved, and all that it wrote."""

    def __init__(self, *, live: bool, silent: bool = False, columns: int = 100) -> None:
        self.text: list[str] = []
        self.now = 0.0
        self.board = TransferBoard(
            live=live,
            silent=silent,
            write=self.text.append,
            columns=lambda: columns,
            monotonic=lambda: self.now,
        )

    def show(self, model: str, state: TransferState = "running", done: float | None = None) -> None:
        progress = None
        if done is not None:
            rate, left = (12_300_000.0, (4.7 - done) * GB / 12_300_000)
            progress = TransferProgress(
                model=model,
                file="f.gguf",
                done_bytes=int(done * GB),
                total_bytes=4_700_000_000,
                bytes_per_second=rate,
                seconds_left=left,
            )
        failure = InputError("download.failed", en="It broke.", es="Se rompió.") if state == "failed" else None
        self.board.show(Transfer(model=model, state=state, progress=progress, failure=failure))


def test_a_terminal_has_one_line_for_each_that_is_drawn_again_in_place() -> None:
    shown = Shown(live=True)
    shown.show("qwen:q4", "queued")
    shown.show("whisper:f16", "queued")
    shown.show("qwen:q4", done=1.2)
    assert shown.text[-1].startswith("\x1b[2A")
    first, second = shown.text[-1].removeprefix("\x1b[2A").strip("\n").split("\n")
    assert first == "\r\x1b[Kqwen:q4       25 %  1.2 GB of 4.7 GB  12.3 MB/s  4 min 45 s left"
    assert second == "\r\x1b[Kwhisper:f16  waits"
    shown.show("qwen:q4", "finished", 4.7)
    assert "qwen:q4      done\n" in shown.text[-1]


def test_it_is_not_drawn_more_often_than_it_can_be_read() -> None:
    shown = Shown(live=True)
    for step in range(100):
        shown.show("a", done=step / 100)
    assert len(shown.text) == 1
    shown.now = 0.2
    shown.show("a", done=1.5)
    assert len(shown.text) == 2 and "1.5 GB" in shown.text[-1]
    shown.show("a", done=2.5)
    shown.board.close()
    assert "2.5 GB" in shown.text[-1], "what is left on the screen is the last that is known"


def test_lines_are_never_wider_than_the_terminal() -> None:
    shown = Shown(live=True, columns=40)
    shown.show("a-model-with-quite-a-long-name:q4_k_m", done=1.0)
    assert all(len(line.removeprefix("\r\x1b[K")) <= 39 for line in shown.text[-1].split("\n"))


def test_elsewhere_a_line_comes_every_ten_percent_and_every_half_minute() -> None:
    shown = Shown(live=False)
    shown.show("a", "queued")
    for step in range(47):
        shown.show("a", done=step / 10)
    percents = [line.partition(" %")[0].split()[-1] for line in shown.text]
    assert percents == ["10", "21", "31", "40", "51", "61", "70", "80", "91"]
    assert shown.text[0] == "a   10 %  500 MB of 4.7 GB  12.3 MB/s  5 min 41 s left\n"
    shown.now = 31.0
    shown.show("a", done=4.62)
    assert len(shown.text) == 10
    shown.show("a", "finished", 4.7)
    assert shown.text[-1] == "a  done\n" and not any("\x1b" in line for line in shown.text)


def test_elsewhere_a_failure_is_left_to_its_sentence_and_a_pause_is_told() -> None:
    shown = Shown(live=False)
    shown.show("a", "failed")
    assert shown.text == []
    shown.show("b", done=0.1)
    shown.show("b", "cancelled", 0.1)
    assert shown.text == ["b  paused    2 %  100 MB of 4.7 GB\n"]


def test_silent_it_shows_nothing() -> None:
    shown = Shown(live=True, silent=True)
    shown.show("a", done=1.0)
    shown.board.close()
    assert shown.text == []


@pytest.mark.parametrize(("count", "words"), [(800, "0.8 kB"), (5_000_000, "5 MB"), (GB, "1.0 GB")])
def test_sizes(count: int, words: str) -> None:
    assert size_words(count) == words

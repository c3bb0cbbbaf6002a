"""A number and its unit stay on one line, thousands are written one way, and next to no time is told as such."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QLabel

from jarvis.contracts.conversation_desk import ConversationHit
from jarvis.contracts.errors import InputError, Language
from jarvis.contracts.events import EngineLoading
from jarvis.contracts.messages import Attachment, Conversation
from jarvis.contracts.spending import dollars as told_everywhere
from jarvis.desktop import texts
from jarvis.desktop.answer import Answer, doing_now, seconds_text, what_answered
from jarvis.desktop.answer_figures import percent, rate_text, whole
from jarvis.desktop.attachments import about, size_text
from jarvis.desktop.library_rows import RowMaker
from jarvis.desktop.message_widgets import UserMessage
from jarvis.desktop.models_card_lines import fact_line
from jarvis.desktop.models_figures import mebibytes, size, speed
from jarvis.desktop.resources_figures import dollars, lasting, seconds
from jarvis.desktop.rest_note import RestNote
from jarvis.desktop.run import Desktop
from jarvis.desktop.texts import Text
from jarvis.desktop.unbroken import NO_BREAK, unbroken
from jarvis.desktop.usage_models import first_bars
from jarvis.desktop.usage_pictures import first_picture
from jarvis.desktop.usage_tables import model_cells
from jarvis.desktop.words import Words
from tests.desktop.conftest import Until, answers
from tests.fakes.desk_models_rig import rig_views
from tests.fakes.desk_resources import LAST_DAY, AddedUp, row
from tests.fakes.desktop import FakeDesktop


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("{speed} tokens/s measured", "{speed}~tokens/s measured"),
        ("{hours} h {minutes} min", "{hours}~h {minutes}~min"),
        ("15,9 GiB, 700 MiB, 4.7 GB, 63 kB, 12 B.", "15,9~GiB, 700~MiB, 4.7~GB, 63~kB, 12~B."),
        ("25,00 $ de 100 %", "25,00~$ de 100~%"),
        ("38.2 GB/s; 1.000 tokens.", "38.2~GB/s; 1.000~tokens."),
        ("{seconds} seconds, 6 segundos", "{seconds}~seconds, 6~segundos"),
        ("{decibels} dB at 50 Mbit/s", "{decibels}~dB at 50~Mbit/s"),
        ("{count} messages, 3 babies, 2 sets, GPU 0", "{count} messages, 3 babies, 2 sets, GPU 0"),
        ("{name} has 5 {things} h", "{name} has 5 {things}~h"),
        ("3 MB/second and 4 s/it", "3 MB/second and 4 s/it"),
    ],
)
def test_a_number_is_joined_to_the_unit_behind_it(written: str, shown: str) -> None:
    assert unbroken(written) == shown.replace("~", NO_BREAK)
    assert unbroken(written).replace(NO_BREAK, " ") == written


def test_a_filled_text_is_joined_and_one_that_is_sent_as_it_is_is_not() -> None:
    filled = Text(en="{count} tokens of “{name}”", es="{count} tokens de «{name}»")
    assert filled.to("en", count="1,000", name="5 GB") == "1,000\u00a0tokens of “5 GB”", "what is named stays as it is"
    assert NO_BREAK not in texts.EXAMPLE_SUM.to("en") and "15 %" in texts.EXAMPLE_SUM.to("en")


@pytest.mark.parametrize(
    ("made", "en", "es"),
    [
        (lambda lang: dollars(25, lang), "$25.00", "25,00~$"),
        (lambda lang: dollars(1234.5, lang), "$1,234.50", "1.234,50~$"),
        (lambda lang: dollars(0.00001, lang), "<~$0.0001", "<~0,0001~$"),
        (lambda lang: lasting(0.0, lang), "less than 0.1~s", "menos de 0,1~s"),
        (lambda lang: lasting(0.0499, lang), "less than 0.1~s", "menos de 0,1~s"),
        (lambda lang: lasting(0.05, lang), "0.1~s", "0,1~s"),
        (lambda lang: lasting(1234.56, lang), "1,234.6~s", "1.234,6~s"),
        (lambda lang: seconds(0.0, lang), "<~0.1~s", "<~0,1~s"),
        (lambda lang: seconds(0.0499, lang), "<~0.1~s", "<~0,1~s"),
        (lambda lang: seconds(0.06, lang), "0.06~s", "0,06~s"),
        (lambda lang: seconds_text(0.0, Words(lang)), "less than 0.1", "menos de 0,1"),
        (lambda lang: seconds_text(0.42, Words(lang)), "0.42", "0,42"),
        (lambda lang: seconds_text(2.34, Words(lang)), "2.3", "2,3"),
        (lambda lang: seconds_text(1234, Words(lang)), "1,234", "1.234"),
        (lambda lang: rate_text(2.34, Words(lang)), "2.3", "2,3"),
        (lambda lang: rate_text(12_345, Words(lang)), "12,345", "12.345"),
        (lambda lang: speed(12_345, lang), "12,345", "12.345"),
        (lambda lang: whole(131_072, Words(lang)), "131,072", "131.072"),
        (lambda lang: percent(0.81, Words(lang)), "81%", "81~%"),
        (lambda lang: mebibytes(16_281, lang), "15.9~GiB", "15,9~GiB"),
        (lambda lang: mebibytes(2_048_000, lang), "2,000.0~GiB", "2.000,0~GiB"),
        (lambda lang: size(2_500_000_000, lang), "2.5~GB", "2,5~GB"),
        (lambda lang: size_text(2_500_000, lang), "2.5~MB", "2,5~MB"),
        (lambda lang: size_text(2_500, lang), "2~kB", "2~kB"),
        (lambda lang: size_text(12, lang), "12~B", "12~B"),
    ],
)
def test_figures_of_the_window(qapp: object, made: Callable[[Language], str], en: str, es: str) -> None:
    assert (made("en"), made("es")) == (en.replace("~", NO_BREAK), es.replace("~", NO_BREAK))


def test_first_words_that_came_at_once_are_told_as_such_and_the_axis_keeps_its_steps(qapp: object) -> None:
    quick = replace(row("m"), median_first_seconds=0.004, slow_first_seconds=0.03)
    assert model_cells(quick, Words("es"))[4:6] == ["<\u00a00,1\u00a0s"] * 2
    assert [bar.told for bar in first_bars([quick], Words("en"))] == ["<\u00a00.1\u00a0s – <\u00a00.1\u00a0s"]
    report = AddedUp().report(LAST_DAY, LAST_DAY)
    for slowest, steps in ((2.0, ["0.0", "1.0"]), (0.2, ["0.00", "0.10"]), (0.03, ["0.000", "0.010"])):
        days = [replace(quick, day=LAST_DAY, slow_first_seconds=slowest)]
        picture = first_picture(replace(report, by_day=days), Words("en"))
        assert picture.tell_step is not None
        assert [picture.tell_step(float(step)) for step in steps] == [f"{step}\u00a0s" for step in steps]


def test_conversations_found_are_counted_as_everywhere() -> None:
    now = datetime(2026, 11, 20, 18, 42, tzinfo=UTC)
    one = Conversation(id="c", title="Party", created_at=now, updated_at=now)
    hit = ConversationHit(conversation=one, message_id="m", snippet="cake", matches=(), count=1_204)
    rows = RowMaker("es", now).hits([hit] * 1_050, 2_000)
    assert rows[0].text == "1.050 conversaciones" and rows[1].detail.startswith("1.204 mensajes")


def test_what_the_terminal_says_of_money_keeps_its_spaces() -> None:
    assert told_everywhere(25, "es") == "25,00 $" and told_everywhere(0.00001, "en") == "< $0.0001"


def test_the_context_of_a_model_has_its_thousands_as_everywhere(qapp: object) -> None:
    view = replace(rig_views()[0], context_tokens=131_072)
    assert "context of 131,072\u00a0tokens" in fact_line(view, (), Words("en"))
    assert "contexto de 131.072\u00a0tokens" in fact_line(view, (), Words("es"))


def test_an_attachment_of_many_pages_counts_them_as_everywhere(qapp: object) -> None:
    file = Attachment(
        id="f", name="a.pdf", kind="document", media_type="application/pdf", bytes=12_500_000, pages=1_204
    )
    assert about(file, Words("en")) == "12.5\u00a0MB · 1,204 pages"
    assert about(file, Words("es")) == "12,5\u00a0MB · 1.204 páginas"


@pytest.mark.parametrize(
    ("language", "told", "loading"),
    [
        ("en", "less than 0.1\u00a0s", "Loading m on GPU 0, usually less than 0.1\u00a0s…"),
        ("es", "menos de 0,1\u00a0s", "Cargando m en GPU 0, suele tardar menos de 0,1\u00a0s…"),
    ],
)
def test_an_answer_that_took_no_time_says_so(qapp: object, language: Language, told: str, loading: str) -> None:
    answer = Answer(ask_id="1", source="model", model="m", seconds=0.003)
    assert what_answered(answer, Words(language)).endswith(f"·  {told}")
    load = EngineLoading(ask_id="1", model="m", device="GPU 0", seconds=0.0)
    assert doing_now(replace(answer, phase="loading", loading=load), Words(language)) == loading


def test_the_status_line_tells_no_answer_in_0_seconds(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    fake.assistant.seconds = 0.0
    desktop.session.ask("hello")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.ended)
    assert desktop.window.status.text() == "Answered in less than 0.1\u00a0s"
    assert "tokens/s" not in answers(desktop)[0].footer.by.text()


def test_a_long_question_counts_its_characters_in_the_language(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    question = UserMessage(desktop.desk, "x" * 12_345)
    (note,) = (label for label in question.findChildren(QLabel) if "characters" in label.text())
    assert "6,000 of 12,345 " in note.text()
    fake.settings.set("language", "es")
    until(lambda: "6.000 de 12.345 " in note.text())
    question.deleteLater()


def test_the_rest_of_a_long_text_is_counted_in_the_language(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    note = RestNote(desktop.desk)
    note.tell(60_000, 1_048_576)
    assert "60,000 of 1,048,576 " in note.told.text()
    fake.settings.set("language", "es")
    until(lambda: "60.000 de 1.048.576 " in note.told.text())
    note.deleteLater()


def test_sentences_from_elsewhere_are_joined_in_the_window_alone(desktop: Desktop) -> None:
    error = InputError("x.y", en="It needs 9.0 GiB more.", es="Faltan 9,0 GiB.")
    assert desktop.desk.sentence(error) == "It needs 9.0\u00a0GiB more."
    assert error.sentence("en") == "It needs 9.0 GiB more."

"""A conversation over three days in which a fact changes, through everything that remembers."""

from jarvis.contracts.memory import MemoryFilter
from tests.fakes.memory_facts import talking


def test_three_days(tmp_path):
    with talking(tmp_path) as world:
        # Friday: the life as it is.
        world.say("Hi Jarvis, I'm Marta.")
        world.say("I work at Iberdrola and I live in Madrid")
        world.say("My sister is called Ana and her birthday is on 4 May")
        world.say("The landlord will come to read the gas meter next week")
        assert world.quote("where do I work?").text == "Today you told me: “I work at Iberdrola and I live in Madrid.”"
        assert [line.text for line in world.profile.lines()] == [
            "My name is Marta.",
            "I live in Madrid.",
            "I work at Iberdrola.",
            "My sister's name is Ana.",
        ]

        # Saturday: something is asked, said again, and supposed; nothing changes.
        world.pass_days(1)
        known = world.recalling.version()
        world.say("Where would I live if I worked at Osakidetza?")
        world.say("Maybe I'll move to Bilbao one day")
        world.say("Ana says that I live in Bilbao already")
        assert world.recalling.version() == known
        world.say("Trabajo en Iberdrola", "es")
        told = world.memories.facts_about("user", "work")
        assert [(fact.text, fact.times_told) for fact in told] == [("I work at Iberdrola.", 2)]

        # Sunday: it changes.
        world.pass_days(1)
        world.say("Big news: I quit my job yesterday")
        assert world.quote("where do I work?") is not None
        world.say("I quit my job, now I work at Osakidetza. I've moved to Bilbao")
        assert world.quote("¿dónde trabajo?", "es").text == (
            "Hoy me dijiste: «I quit my job, now I work at Osakidetza»."
            " Cambió: el 20 de noviembre era «I work at Iberdrola»."
        )
        assert world.quote("where do I live?").text == (
            "Today you told me: “I've moved to Bilbao.” It changed: on 20 November it was “I live in Madrid.”"
        )
        assert world.quote("when is Ana's birthday?").text == (
            "On 20 November you told me: “My sister is called Ana and her birthday is on 4 May.”"
        )
        assert [line.text for line in world.profile.lines()] == [
            "My name is Marta.",
            "I live in Bilbao.",
            "I work at Osakidetza.",
            "My sister's name is Ana.",
        ]

        # What a model gets: the newer words, and beside the older ones that they no longer hold.
        lines = [line for line in world.recall("do I work at Iberdrola?").lines if "Iberdrola" in line]
        assert len(lines) == 2
        assert all("[changed on 22 November 2026: I work at Osakidetza.]" in line for line in lines)
        history = world.memories.history(world.memories.facts_about("user", "work")[0].id)
        assert [(fact.text, fact.valid_until is None) for fact in history] == [
            ("I work at Iberdrola.", False),
            ("I work at Osakidetza.", True),
        ]

        # And forgetting the first day forgets what it told.
        friday = [row.seq for row in world.memories.page(_all(), limit=100).memories if row.said_at.day == 20]
        world.memories.delete(friday)
        assert world.quote("when is Ana's birthday?") is None
        assert world.quote("where do I live?").text == "Today you told me: “I've moved to Bilbao.”"


def _all():
    return MemoryFilter()

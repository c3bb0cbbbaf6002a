"""Small adapters between the settings and the ports that skills and answers use."""

from __future__ import annotations

from jarvis.assistant.abilities import AskOptions
from jarvis.cli.output import system_language
from jarvis.contracts.cooperation import CooperationLimits
from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Privacy
from jarvis.contracts.routing import RouteWeights
from jarvis.settings.store import Settings


class SettingsPreferences:
    """The Preferences port over the settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def language(self) -> Language:
        """Return the chosen language, or the system's."""
        return chosen_language(self._settings) or system_language()

    def set_language(self, language: Language) -> None:
        """Change the language of window and answers."""
        self._settings.set("language", language)

    def speech_rate(self) -> float:
        """Return the relative speed of speech, 0.5..2."""
        return self._settings.number("voice.rate")

    def set_speech_rate(self, rate: float) -> None:
        """Change the speed of speech; `SettingsError` beyond 0.5..2."""
        self._settings.set("voice.rate", rate)

    def search_url(self) -> str:
        """Return the address of the web search."""
        return self._settings.text("web.search_url")


def chosen_language(settings: Settings) -> Language | None:
    """Return the language that was set, None for automatic."""
    chosen = settings.text("language")
    return "en" if chosen == "en" else "es" if chosen == "es" else None


def privacy_of(settings: Settings) -> Privacy:
    """Return what may leave this computer."""
    if not settings.flag("cloud.enabled"):
        return "local"
    return "ask" if settings.text("privacy.cloud") == "ask" else "cloud"


def ask_options(settings: Settings, weights: RouteWeights) -> AskOptions:
    """Return what the settings say about answering.

    A language that was chosen is the usual one; a question in the other language is still answered in its own.
    """
    return AskOptions(
        weights=weights,
        profile=settings.text("routing.profile"),  # type: ignore[arg-type]
        privacy=privacy_of(settings),
        personal_data="stay" if settings.text("privacy.personal_data") == "stay" else "replace",
        pinned_engine=settings.text("routing.model").strip() or None,
        reuse_answers=settings.flag("answers.reuse"),
        cooperate=settings.text("cooperation.mode") == "auto",
        cooperation=CooperationLimits(
            seconds=settings.number("cooperation.seconds"), usd=settings.number("cooperation.usd")
        ),
        usual_language=chosen_language(settings) or system_language(),
        confirm_basic=settings.flag("voice.confirm_basic"),
        context_tokens=settings.integer("engine.context_tokens"),
        max_answer_tokens=settings.integer("engine.max_answer_tokens"),
    )

"""Sentences of the page of permissions, in English and Spanish. Knows no widget."""

from __future__ import annotations

from types import MappingProxyType

from jarvis.desktop.texts import Text

PAGE = Text(en="Permissions", es="Permisos")
ABOUT = Text(en="What skills and tools may do", es="Lo que pueden hacer habilidades y herramientas")
BODY = Text(
    en="What skills and tools may do by themselves. “Ask first” reads back what would be done and waits for a yes; "
    "“Never” refuses.",
    es="Lo que pueden hacer las habilidades y herramientas por sí mismas. «Preguntar antes» repite lo que se haría y "
    "espera un sí; «Nunca» lo rechaza.",
)
READING = Text(en="Reading…", es="Leyendo…")
FILTER = Text(en="Filter by name", es="Filtrar por nombre")
REMEMBERED = Text(en="What you decided", es="Lo que has decidido")
REMEMBERED_NONE = Text(en="Everything is as by default.", es="Todo está como viene de fábrica.")
REVOKE_ALL = Text(en="Revoke all", es="Revocar todo")
REVOKE_TITLE = Text(en="Revoke what you decided?", es="¿Revocar lo que has decidido?")
REVOKE_BODY = Text(
    en="{count} decisions go back to their defaults; what destroys something is asked about again.",
    es="{count} decisiones vuelven a su valor inicial; lo que destruye algo se vuelve a preguntar.",
)
RESET = Text(en="{name}: back to the default", es="{name}: volver al valor inicial")
LEVEL = Text(en="{name}: permission", es="{name}: permiso")
ALLOW = Text(en="Allow", es="Permitir")
ASK = Text(en="Ask first", es="Preguntar antes")
NEVER = Text(en="Never", es="Nunca")
AUDIT = Text(en="Recorded lately", es="Registrado últimamente")
AUDIT_NONE = Text(en="Nothing has been recorded yet.", es="Todavía no hay nada registrado.")
VERIFY = Text(en="Check the record", es="Revisar el registro")
FAMILIES = MappingProxyType(
    {
        "alarms": Text(en="Alarms", es="Alarmas"),
        "calculator": Text(en="Calculator", es="Calculadora"),
        "clock": Text(en="Time and date", es="Hora y fecha"),
        "conversation": Text(en="Conversation", es="Conversación"),
        "days": Text(en="Days", es="Días"),
        "facts": Text(en="What you want remembered", es="Lo que quieres que recuerde"),
        "launch": Text(en="Opening things", es="Abrir cosas"),
        "lists": Text(en="Lists", es="Listas"),
        "media": Text(en="Music and films", es="Música y películas"),
        "mcp": Text(en="Tools of MCP servers", es="Herramientas de servidores MCP"),
        "notes": Text(en="Notes", es="Notas"),
        "reminders": Text(en="Reminders", es="Recordatorios"),
        "system": Text(en="This computer", es="Este equipo"),
        "timers": Text(en="Timers", es="Temporizadores"),
        "units": Text(en="Units", es="Unidades"),
        "volume": Text(en="Volume", es="Volumen"),
    }
)
"""By the family that a name begins with; another one is shown as it is."""
DOORS = MappingProxyType(
    {
        "window": Text(en="in the window", es="en la ventana"),
        "cli": Text(en="in the terminal", es="en la terminal"),
    }
)
"""Where a permission was changed, as it is recorded."""
AUDIT_KINDS = MappingProxyType(
    {
        "cloud_call": Text(en="Cloud", es="Nube"),
        "tool_call": Text(en="Tool", es="Herramienta"),
        "permission": Text(en="Permission", es="Permiso"),
        "privacy": Text(en="Privacy", es="Privacidad"),
        "mcp_server": Text(en="MCP server", es="Servidor MCP"),
    }
)

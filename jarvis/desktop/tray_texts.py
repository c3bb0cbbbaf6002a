"""What the tray says. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

SNOOZE = Text(en="5 more minutes", es="5 minutos más")
LATELY = Text(en="Lately", es="Hace poco")
RANG_AT = Text(en="{label} · rang at {time}", es="{label} · sonó a las {time}")
MISSED_AT = Text(en="{label} · missed at {time}", es="{label} · sin atender a las {time}")
START_AGAIN = Text(en="Start again", es="Volver a empezar")
FREE_GPUS = Text(en="Free the GPUs", es="Liberar las GPU")
USE_GPUS = Text(en="Use the GPUs again", es="Volver a usar las GPU")
FREEING = Text(en="Freeing the GPUs…", es="Liberando las GPU…")
FREED = Text(
    en="The GPUs are free: {gib} GiB given back in {seconds}. They stay free until you use them again.",
    es="Las GPU están libres: {gib} GiB devueltos en {seconds}. Seguirán libres hasta que vuelvas a usarlas.",
)
NOTHING_ON_GPUS = Text(
    en="Nothing of Jarvis was on the GPUs. They stay free until you use them again.",
    es="No había nada de Jarvis en las GPU. Seguirán libres hasta que vuelvas a usarlas.",
)
GPUS_IN_USE = Text(
    en="Jarvis uses the GPUs again from the next question on.",
    es="Jarvis vuelve a usar las GPU desde la próxima pregunta.",
)
WINDOWS = Text(en="Windows", es="Ventanas")
TROUBLE = Text(en="Trouble: {what}", es="Problema: {what}")

"""Turns a Spanish task said in the subjunctive into the infinitive: "que compre leche" is the task "comprar leche".

Knows the verbs that reminders are mostly made of; any other stays as it was said.
"""

from __future__ import annotations

import re

from jarvis.skills.folding import key

_VERBS = """
abra abrir|apague apagar|aparque aparcar|apunte apuntar|avise avisar|baje bajar|beba beber|busque buscar|cambie cambiar
cargue cargar|cierre cerrar|cocine cocinar|coja coger|coma comer|compre comprar|compruebe comprobar|conteste contestar
corte cortar|deje dejar|descanse descansar|descargue descargar|devuelva devolver|encienda encender|entregue entregar
envie enviar|escriba escribir|estudie estudiar|felicite felicitar|firme firmar|haga hacer|hable hablar|imprima imprimir
ingrese ingresar|lave lavar|lea leer|limpie limpiar|llame llamar|lleve llevar|mande mandar|mire mirar|pague pagar
pase pasar|pasee pasear|pida pedir|planche planchar|ponga poner|practique practicar|prepare preparar|pregunte preguntar
recoja recoger|renueve renovar|repare reparar|reserve reservar|responda responder|revise revisar|riegue regar
saque sacar|salga salir|solicite solicitar|suba subir|tienda tender|tire tirar|tome tomar|traiga traer|vaya ir|vea ver
vuelva volver|visite visitar
"""
_INFINITIVES = dict(pair.split() for pair in re.split(r"[|\n]", _VERBS.strip()))


def infinitive_first(task: str) -> str:
    """Return `task` with its first word in the infinitive, where that word is a known subjunctive."""
    first, space, rest = task.partition(" ")
    return f"{_INFINITIVES.get(key(first), first)}{space}{rest}"

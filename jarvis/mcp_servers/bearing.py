"""Which tools bear on a question: by the words of their names, descriptions and fields, in English and Spanish.

Pure. Servers describe themselves in English most of the time, so the words that such descriptions are made of count as
the same in both languages.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from jarvis.mcp_servers.listing import ServerTool

_STEM = 5
_WORD = re.compile(r"[^\W_]{3,}")
_JOINT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")
_NAME_COUNTS = 2.0
"""A word of a tool's name says more than one of its description."""

_SAME = """
add sum suma sumar anade anadir agrega agregar|file archivo fichero|folder directory carpeta directorio|page pagina
search find look busca buscar encuentra encontrar|read lee leer leeme|write escribe escribir|open abre abrir
web site sitio internet|weather forecast clima pronostico|mail email correo|message mensaje
send envia enviar manda mandar|calendar agenda calendario|event meeting appointment evento reunion cita
delete remove erase borra borrar elimina eliminar
create make crea crear haz|update edit change actualiza actualizar edita editar cambia cambiar|list listar lista
number numero|time hora|date fecha|image picture photo imagen foto|song music cancion musica|video|play reproduce pon
price cost precio coste|buy purchase compra comprar|translate traduce traducir|map mapa|route directions ruta
place lugar sitio|city ciudad|country pais|news noticia|book libro|note nota|task todo tarea|issue bug incidencia
repository repo repositorio|code codigo|branch rama|commit|database base datos|query consulta|table tabla|row fila
user usuario|contact contacto|phone telefono|download descarga descargar|upload sube subir|copy copia copiar
move mueve mover|rename renombra renombrar|convert convierte convertir|currency divisa moneda|stock bolsa acciones
flight vuelo|train tren|hotel|restaurant restaurante|recipe receta|light lamp luz lampara|door puerta|camera camara
temperature temperatura|screen pantalla|browser navegador|click pulsa|screenshot captura
summary summarize resumen resume
document documento|sheet spreadsheet hoja|invoice factura|order pedido|customer client cliente|sale venta|report informe
count cuenta cuantos|random azar|memory memoria|history historial|channel canal|channels|link enlace|password clave
"""
_COMMON = frozenset(
    "the and for with from this that are what which who how where when why you your can could would will has have had "
    "into its use used using tool tools return returns returned given get gets fetch fetches all any each one two not "
    "para con por que los las del una uno unos unas cual como donde cuando este esta esto ese esa eso hay puedes "
    "puede quiero dame dime mis tus sus mas muy sobre entre desde hasta jarvis please favor necesito want need tell "
    "give show object string optional value values default name names".split()
)


def bearing(tools: Sequence[ServerTool], question: str) -> tuple[ServerTool, ...]:
    """Return the tools that share a word with `question`, those that share most and rarest first."""
    asked = _concepts(question)
    known = [(tool, *_words_of(tool)) for tool in tools]
    frequency = Counter(word for _, name, rest in known for word in name | rest)

    def weight(words: Iterable[str]) -> float:
        return sum(1.0 / (1.0 + math.log(frequency[word])) for word in words)

    scored = [(_NAME_COUNTS * weight(asked & name) + weight(asked & (rest - name)), tool) for tool, name, rest in known]
    ranked = sorted((row for row in scored if row[0] > 0), key=lambda row: (-row[0], row[1].model_name))
    return tuple(tool for _, tool in ranked)


def _words_of(tool: ServerTool) -> tuple[frozenset[str], frozenset[str]]:
    fields = tool.parameters.get("properties")
    said = [tool.description]
    for name, schema in fields.items() if isinstance(fields, dict) else ():
        said.append(name)
        if isinstance(schema, dict):
            said.append(str(schema.get("description", "")))
    return _concepts(f"{tool.server} {tool.tool}"), _concepts(" ".join(said))


def _cached(function: Callable[[str], frozenset[str]]) -> Callable[[str], frozenset[str]]:
    return lru_cache(maxsize=2048)(function)


@_cached
def _concepts(text: str) -> frozenset[str]:
    """Return what the words of `text` stand for: each word's beginning, or that of the first word of its group."""
    words = _WORD.findall(_folded(_JOINT.sub(" ", text)))
    return frozenset(map(_concept, words)) - _IGNORED


def _concept(word: str) -> str:
    one = word.removesuffix("s")
    return _GROUPS.get(word) or _GROUPS.get(one) or _GROUPS.get(word[:_STEM]) or one[:_STEM]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))


def _groups() -> dict[str, str]:
    """Return the first word of the group of every word, and of every word's beginning that is no word itself."""
    rows = [row.split() for row in re.split(r"[|\n]", _SAME) if row.strip()]
    whole = {word: row[0] for row in reversed(rows) for word in row}
    begun = {word[:_STEM]: row[0] for row in reversed(rows) for word in row if len(word) > _STEM}
    return begun | whole


_GROUPS = _groups()
_IGNORED = frozenset(word.removesuffix("s")[:_STEM] for word in _COMMON) - set(_GROUPS.values())

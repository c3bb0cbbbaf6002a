"""The gender of a Spanish noun that is counted, guessed from its ending and a list of the common exceptions. Pure."""

from __future__ import annotations

from jarvis.voice.spoken_text.numerals import Gender

_NO_NOUNS = frozenset(
    "a al ante bajo con contra como cuando de del desde donde e el ella en entre era eran es están está esta este"
    " estos estas fue fueron ha han hasta la las le les lo los mas más me mi mientras millar millón millones mil muy"
    " ni no nos o otra otras otro otros para pero por porque pues que qué se según ser si sí sin sino sobre son su"
    " sus también tan te tiene tienen tu tus u un una unas unos va van y ya enero febrero marzo abril mayo junio"
    " julio agosto septiembre octubre noviembre diciembre point punto coma por sobre avo".split()
)
_FEMININE = frozenset(
    "vez veces mano manos luz luces flor flores mujer mujeres clase clases calle calles noche noches tarde tardes"
    " parte partes base bases llave llaves nube nubes nave naves serie series imagen imágenes orden órdenes red redes"
    " señal señales piel pieles cárcel sal miel voz voces cruz cruces raíz raíces nariz narices pared paredes sed ley"
    " leyes res reses fase fases frase frases clave claves fuente fuentes gente llamada torre torres leche foto fotos"
    " moto motos radio radios tesis crisis muerte muertes suerte sangre carne carnes hambre fiebre fiebres sede sedes"
    " superficie superficies nieve labor labores".split()
)
_MASCULINE = frozenset(
    "día días mapa mapas planeta planetas idioma idiomas problema problemas sistema sistemas programa programas tema"
    " temas poema poemas clima climas drama dramas fantasma fantasmas diagrama diagramas gramo gramos kilogramo"
    " telegrama esquema esquemas lema lemas síntoma síntomas diploma diplomas poeta poetas piloto pilotos turista"
    " turistas artista artistas atleta atletas policía policías guardia guardias pijama pijamas sofá sofás avión"
    " aviones camión camiones millón guion guiones gorrión gorriones corazón corazones cometa cometas tranvía"
    " tranvías dilema dilemas trauma traumas".split()
)
_LABELED = frozenset(
    "alarma anexo apartado artículo aula bus calle canal canción capítulo categoría clase código columna curso"
    " cuestión disco edición ejemplo ejercicio enero episodio equipo escena etapa factura fase fecha figura fila"
    " fórmula grado grupo habitación hoja jornada juego lección ley línea lista lote mesa modelo nivel nota número"
    " opción página parte partido paso pedido piso pista planta plaza pregunta prueba puerta puesto punto regla"
    " reunión ruta sala sección semana serie sesión siglo tabla talla tarea tema temporada temporizador tipo tomo"
    " turno unidad vagón versión volumen vuelo zona".split()
)
_FEMININE_ENDINGS = (
    "a", "as", "ción", "ciones", "sión", "siones", "xión", "xiones", "gión", "giones", "dad", "dades", "tad", "tades",
    "tud", "tudes", "umbre", "umbres", "ie", "ies",
)  # fmt: skip


def gender_of(word: str) -> Gender | None:
    """Return the gender of a noun, None for a word that no number counts, such as "de"."""
    noun = word.casefold()
    if noun in _NO_NOUNS or len(noun) < 3:
        return None
    if noun in _MASCULINE:
        return "masculine"
    if noun in _FEMININE or noun.endswith(_FEMININE_ENDINGS):
        return "feminine"
    return "masculine"


def is_label(word: str) -> bool:
    """True for a word whose number is its name and counts nothing: "el capítulo 1 trata de ..."."""
    return word.casefold() in _LABELED

"""The options of the memory."""

from __future__ import annotations

from jarvis.settings.option import Option

MEMORY_OPTIONS: tuple[Option, ...] = (
    Option(
        name="memory.enabled",
        default=True,
        allows=(False, True),
        about_en="Remember conversations, word for word, on this computer.",
        about_es="Recordar las conversaciones, palabra por palabra, en este equipo.",
    ),
    Option(
        name="memory.facts",
        default="auto",
        choices=("auto", "rules", "none"),
        about_en="Find facts in what you say: with a model on this computer where one runs, by rules alone, or not.",
        about_es="Buscar datos en lo que dices: con un modelo de este equipo si lo hay, solo con reglas o no.",
    ),
    Option(
        name="memory.quote",
        default=True,
        about_en="Answer what the memory has word for word by quoting it, without a model.",
        about_es="Responder lo que la memoria tiene literalmente citándola, sin modelo.",
    ),
    Option(
        name="memory.privacy",
        default="as_told",
        choices=("local", "as_told"),
        allows=("local", "as_told"),
        about_en="What of new conversations may later go to a cloud model: nothing, or what had gone to one anyway.",
        about_es="Qué podrá ir a un modelo en la nube de lo que se hable: nada, o lo que ya fue a uno.",
    ),
    Option(
        name="memory.recall_items",
        default=6,
        minimum=1,
        maximum=30,
        about_en="How many memories at most go with a question.",
        about_es="Cuántos recuerdos como mucho acompañan a una pregunta.",
    ),
    Option(
        name="memory.embedder",
        default="auto",
        choices=("auto", "minilm", "bge-m3", "server"),
        goes_with="memory.embedder_url",
        about_en="What compares meanings: the best that is here, the bundled English one, BGE-M3, or a server.",
        about_es="Qué compara significados: lo mejor que haya, el incluido (inglés), BGE-M3 o un servidor.",
    ),
    Option(
        name="memory.embedder_url",
        default="",
        is_address=True,
        about_en="Address of an OpenAI-compatible embeddings server, such as http://127.0.0.1:8080/v1. One that is "
        "not at home reads only what may leave.",
        about_es="Dirección de un servidor de embeddings compatible con OpenAI, p. ej. http://127.0.0.1:8080/v1. Uno "
        "que no esté en casa solo lee lo que puede salir.",
    ),
    Option(
        name="memory.embedder_model",
        default="",
        goes_with="memory.embedder_url",
        about_en="Name of that server's embedding model.",
        about_es="Nombre del modelo de embeddings de ese servidor.",
    ),
    Option(
        name="memory.reranker",
        default=False,
        about_en="Let a downloaded reranker judge what was found once more; better and slower.",
        about_es="Que un reordenador descargado vuelva a juzgar lo encontrado; mejor y más lento.",
    ),
    Option(
        name="memory.index_from",
        default=50000,
        minimum=100,
        maximum=10000000,
        about_en="From how many memories ChromaDB finds them; fewer are compared one by one, exactly.",
        about_es="Desde cuántos recuerdos los busca ChromaDB; menos se comparan uno a uno, con exactitud.",
    ),
    Option(
        name="memory.chroma_url",
        default="",
        is_address=True,
        about_en="Address of a Chroma server at home that several computers share; it gets vectors, no texts. Empty "
        "keeps the index in Jarvis' folder.",
        about_es="Dirección de un servidor Chroma de casa, común a varios equipos; recibe vectores, no textos. Vacío "
        "guarda el índice en la carpeta propia.",
    ),
)

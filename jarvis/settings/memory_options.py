"""The options of the memory."""

from __future__ import annotations

from jarvis.settings.option import Option

MEMORY_OPTIONS: tuple[Option, ...] = (
    Option(
        name="memory.enabled",
        default=True,
        allows=(False, True),
        about_en="Make memories of what is said, word for word and on this computer, for later answers; conversations "
        "themselves are kept either way.",
        about_es="Convertir lo que se dice en recuerdos, palabra por palabra y en este equipo, para más adelante; las "
        "conversaciones se guardan de todos modos.",
    ),
    Option(
        name="memory.facts",
        default="auto",
        choices=("auto", "rules", "none"),
        about_en="How facts are found in what you say; automatic (auto) uses rules, and a model on this computer where "
        "one runs; none finds no facts.",
        about_es="Cómo se buscan datos en lo que dices; en automático (auto), con reglas y con un modelo de este "
        "equipo si lo hay; con none no se buscan.",
    ),
    Option(
        name="memory.quote",
        default=True,
        about_en="Where the memory has the answer word for word, quote it without using a model.",
        about_es="Si la respuesta está tal cual en la memoria, citarla sin usar un modelo.",
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
        about_en="Address of a Chroma server at home that several computers share; it gets vectors, no texts. "
        "Without an address the index stays in Jarvis' folder.",
        about_es="Dirección de un servidor Chroma de casa, común a varios equipos; recibe vectores, no textos. Sin "
        "dirección, el índice se guarda en la carpeta de Jarvis.",
    ),
)

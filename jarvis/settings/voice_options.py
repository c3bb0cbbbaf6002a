"""The options of hearing and speaking."""

from __future__ import annotations

from jarvis.settings.option import Option

VOICE_OPTIONS: tuple[Option, ...] = (
    Option(
        name="voice.enabled",
        default=True,
        allows=(False, True),
        about_en="Listen for the wake word while Jarvis runs.",
        about_es="Escuchar la palabra de activación mientras Jarvis esté abierto.",
    ),
    Option(
        name="voice.mode",
        default="wake",
        choices=("wake", "continuous", "push"),
        allows=("push", "wake", "continuous"),
        about_en="When Jarvis listens: after the wake word, always, or only once the talk button is pressed.",
        about_es="Cuándo escucha Jarvis: tras la palabra de activación, siempre o solo al pulsar el botón de hablar.",
    ),
    Option(
        name="voice.pill",
        default=False,
        about_en="Show what the voice is at in a small window over all others; a press talks or stops.",
        about_es="Mostrar qué hace la voz en una ventanita sobre todas las demás; púlsala para hablar o para "
        "detenerla.",
    ),
    Option(
        name="voice.microphone",
        default="",
        about_en="Microphone that Jarvis listens to; unless one is chosen, the system's.",
        about_es="Micrófono por el que Jarvis te oye; si no se elige ninguno, el del sistema.",
    ),
    Option(
        name="voice.speaker",
        default="",
        about_en="Speaker that Jarvis talks through; unless one is chosen, the system's.",
        about_es="Altavoz por el que Jarvis habla; si no se elige ninguno, el del sistema.",
    ),
    Option(
        name="voice.wake_words",
        default="hey Jarvis",
        about_en="Words that wake Jarvis, separated by commas; “hey Jarvis” is heard best.",
        about_es="Palabras que activan a Jarvis, separadas por comas; «hey Jarvis» es la que mejor se oye.",
    ),
    Option(
        name="voice.wake_threshold",
        default=0.97,
        minimum=0.3,
        maximum=0.999,
        about_en="Score from which “hey Jarvis” wakes without a second look, which 0.999 rules out altogether; lower "
        "wakes more easily and more often wrongly.",
        about_es="Puntuación a partir de la cual «hey Jarvis» activa sin segunda comprobación, que 0,999 descarta del "
        "todo; más baja activa antes y se equivoca más.",
    ),
    Option(
        name="voice.wake_second_look",
        default=True,
        about_en="Let the recogniser look again at what almost sounded like the wake word.",
        about_es="Dejar que el reconocedor vuelva a mirar lo que casi sonó como la palabra de activación.",
    ),
    Option(
        name="voice.follow_up_seconds",
        default=6.0,
        minimum=0.0,
        maximum=30.0,
        about_en="How long Jarvis listens without the wake word after a spoken answer; 0 does not.",
        about_es="Cuánto escucha Jarvis sin palabra de activación tras una respuesta hablada; con 0, nada.",
    ),
    Option(
        name="voice.endpoint_silence_seconds",
        default=0.2,
        minimum=0.1,
        maximum=2.0,
        about_en="Silence after which a spoken sentence that is surely complete ends.",
        about_es="Silencio tras el cual termina una frase hablada que seguro está completa.",
    ),
    Option(
        name="voice.longest_pause_seconds",
        default=2.5,
        minimum=0.3,
        maximum=6.0,
        about_en="Silence after which a sentence that seems unfinished is taken as finished all the same.",
        about_es="Silencio tras el cual una frase que parece incompleta se da por terminada de todos modos.",
    ),
    Option(
        name="voice.barge_in",
        default="auto",
        choices=("auto", "always", "wake_word"),
        about_en="What interrupts Jarvis: speech where its own is cancelled out, any speech, or only the wake word and "
        "“stop”.",
        about_es="Qué interrumpe a Jarvis: hablar si se cancela su propia voz, hablar siempre, o solo la palabra de "
        "activación y «para».",
    ),
    Option(
        name="voice.echo_cancelling",
        default=True,
        about_en="Take Jarvis' own voice out of what the microphone hears.",
        about_es="Quitar la propia voz de Jarvis de lo que oye el micrófono.",
    ),
    Option(
        name="voice.noise_suppression",
        default=False,
        about_en="Quieten steady noise in what the microphone hears; the wake word is then heard less surely.",
        about_es="Atenuar el ruido constante que oye el micrófono; la palabra de activación se oye entonces peor.",
    ),
    Option(
        name="voice.automatic_gain",
        default=False,
        about_en="Bring quiet and loud voices to one level; the wake word is then heard less surely in noise.",
        about_es="Llevar las voces a un mismo nivel; con ruido, la palabra de activación se oye entonces peor.",
    ),
    Option(
        name="voice.answer_aloud",
        default="spoken",
        choices=("spoken", "always", "never"),
        about_en="Which answers are said aloud: to spoken questions, all, or none.",
        about_es="Qué respuestas se dicen en voz alta: a preguntas habladas, todas o ninguna.",
    ),
    Option(
        name="voice.rate",
        default=1.0,
        minimum=0.5,
        maximum=2.0,
        about_en="Speed of speech; 1 is normal.",
        about_es="Velocidad del habla; 1 es normal.",
    ),
    Option(
        name="voice.volume",
        default=1.0,
        minimum=0.0,
        maximum=1.0,
        about_en="Loudness of Jarvis' voice and sounds; 1 leaves them as they are.",
        about_es="Volumen de la voz y los sonidos de Jarvis; 1 los deja como son.",
    ),
    Option(
        name="voice.sounds",
        default=True,
        about_en="Short sounds when Jarvis starts and stops listening or something fails.",
        about_es="Sonidos breves cuando Jarvis empieza o deja de escuchar o algo falla.",
    ),
    Option(
        name="voice.fillers",
        default=True,
        about_en="Say a word when an answer takes longer than a second and a half.",
        about_es="Decir unas palabras cuando una respuesta tarda más de un segundo y medio.",
    ),
    Option(
        name="voice.confirm_basic",
        default=True,
        allows=(True, False),
        about_en="Read a command back before acting when only the basic recogniser heard it.",
        about_es="Repetir la orden antes de actuar si solo la oyó el reconocedor básico.",
    ),
)

SPEECH_OPTIONS: tuple[Option, ...] = (
    Option(
        name="speech.recognition_model",
        default="",
        is_path=True,
        about_en="Folder of a faster-whisper model; unless one is given, the best in the models folder.",
        about_es="Carpeta de un modelo faster-whisper; si no se indica, el mejor de la carpeta de modelos.",
    ),
    Option(
        name="speech.recognition_device",
        default="",
        about_en="Where speech is recognised: cpu, or cuda:0, cuda:1; unless it is given, Jarvis decides.",
        about_es="Dónde se reconoce la voz: cpu, o cuda:0, cuda:1; si no se indica, lo decide Jarvis.",
    ),
    Option(
        name="speech.recognition_address",
        default="",
        is_address=True,
        about_en="Wyoming recognition service on the network, tcp://host:port; unless one is given, this computer "
        "does it.",
        about_es="Servicio Wyoming de reconocimiento en la red, tcp://equipo:puerto; si no se indica, lo hace este "
        "equipo.",
    ),
    Option(
        name="speech.turn_model",
        default="",
        is_path=True,
        about_en="File of a Smart Turn model (.onnx); unless one is given, one from the models folder, else rules "
        "decide.",
        about_es="Fichero de un modelo Smart Turn (.onnx); si no se indica, uno de la carpeta de modelos; sin él "
        "deciden unas reglas.",
    ),
    Option(
        name="speech.voice_en",
        default="",
        is_path=True,
        about_en="Piper voice (.onnx) that speaks English; unless one is chosen, one from the models folder.",
        about_es="Voz de Piper (.onnx) que habla inglés; si no se elige ninguna, una de la carpeta de modelos.",
    ),
    Option(
        name="speech.voice_es",
        default="",
        is_path=True,
        about_en="Piper voice (.onnx) that speaks Spanish; unless one is chosen, one from the models folder.",
        about_es="Voz de Piper (.onnx) que habla español; si no se elige ninguna, una de la carpeta de modelos.",
    ),
    Option(
        name="speech.voice_address",
        default="",
        is_address=True,
        about_en="Wyoming voice service on the network, tcp://host:port; unless one is given, this computer speaks.",
        about_es="Servicio Wyoming de voz en la red, tcp://equipo:puerto; si no se indica, habla este equipo.",
    ),
)

"""Rewrites an English question to one canonical sentence, by rules of which each keeps the meaning.

Pure, on normalised text. A rule is a frame ("can you tell me what X is" -> "what is X") or a listed variant
("colour" -> "color"). Nothing is stemmed: stemmers make "experience" and "experiment" one word. All other words stay in
their order, so whatever no rule knows of keeps two questions apart.
"""

from __future__ import annotations

import re

Rule = tuple[re.Pattern[str], str]


def rules(*pairs: tuple[str, str]) -> tuple[Rule, ...]:
    """Compile pairs of pattern and replacement."""
    return tuple((re.compile(pattern), replacement) for pattern, replacement in pairs)


def rewritten(text: str, table: tuple[Rule, ...]) -> str:
    """Apply each rule of `table` once, in order."""
    for pattern, replacement in table:
        text = pattern.sub(replacement, text, count=1)
    return text


_WH = r"(?:what|which|who|whom|whose|where|when|why|how)"
_ASKING = re.compile(
    r"^(?:(?:can|could|would|will) you (?:please |kindly |possibly |quickly )?(?:tell me|let me know)"
    rf"(?: please)?(?= (?:{_WH}|if|whether|the)\b)|"
    r"(?:can|could|would|will) you (?:please |kindly )?(?:explain|explain to me)"
    rf"(?= {_WH}\b)|(?:tell|teach|show) me(?: please)?(?= (?:{_WH}|if|whether|the)\b)|"
    rf"explain(?: to me)?(?= {_WH}\b)|"
    r"i (?:just )?(?:want|wanted|need|would like|would love|wish) to (?:know|learn|find out|understand)|"
    r"i'd (?:like|love) to (?:know|learn|find out|understand)|i am (?:just )?(?:wondering|curious)|"
    r"i was (?:just )?(?:wondering|curious)|i wonder|do you (?:happen to )?know|does anyone know|"
    r"do you have any idea|have you any idea|any idea|what is the reason(?= why\b)|"
    rf"let me know|help me understand|remind me(?= {_WH}\b)|(?:so|well|okay|ok|um|uh|hmm)(?= (?:{_WH}|is|are|do|"
    rf"does|can|tell|explain|define)\b)"
    r") (?=.)"
)
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|can|will|should|must)\b")
_ADJECTIVES = (
    "tall|high|big|large|old|long|deep|wide|heavy|fast|hot|cold|far|many|much|often|small|dangerous|accurate|common"
)
_VERBS = {
    "work": ("works", "worked"),
    "mean": ("means", "meant"),
    "cost": ("costs", "cost"),
    "weigh": ("weighs", "weighed"),
    "end": ("ends", "ended"),
    "finish": ("finishes", "finished"),
    "start": ("starts", "started"),
    "begin": ("begins", "began"),
    "die": ("dies", "died"),
    "happen": ("happens", "happened"),
    "occur": ("occurs", "occurred"),
    "live": ("lives", "lived"),
    "form": ("forms", "formed"),
    "fall": ("falls", "fell"),
    "sleep": ("sleeps", "slept"),
    "fly": ("flies", "flew"),
    "sink": ("sinks", "sank"),
    "explode": ("explodes", "exploded"),
    "float": ("floats", "floated"),
    "freeze": ("freezes", "froze"),
    "come from": ("comes from", "came from"),
    "take place": ("takes place", "took place"),
}
_SUPPORTED = re.compile(
    rf"^((?:how|why|when|where|what)(?: long| much)?) (does|do|did) (?!i |you |we )(.+) ({'|'.join(_VERBS)})$"
)

_LANGUAGES = (
    "english|spanish|french|german|italian|portuguese|japanese|chinese|russian|arabic|catalan|latin|korean|dutch|"
    "greek|basque|galician|turkish|swedish|polish|Polish"
)
_NOT_A_WORD = "life|existence|everything|love|death|art|christmas|easter|halloween|thanksgiving|ramadan|dreams"
"""The meaning of life is not the meaning of "life"."""

_OF_WORDS = rules(
    (
        rf"^(?:how (?:do|can|would|should) (?:i|you|we|one)|how to|how does one) say (.+) in ({_LANGUAGES})$",
        r"translate \1 to \2",
    ),
    (rf"^how is (.+) said in ({_LANGUAGES})$", r"translate \1 to \2"),
    (rf"^(?:what is|what's) the ({_LANGUAGES}) (?:word|translation|term) (?:for|of) (.+)$", r"translate \2 to \1"),
    (rf"^what is the (?:translation of|word for) (.+) (?:in|into|to) ({_LANGUAGES})$", r"translate \1 to \2"),
    (rf"^(?:can|could|would|will) you translate (.+) (?:in|into|to) ({_LANGUAGES})$", r"translate \1 to \2"),
    (rf"^translate (.+) (?:in|into) ({_LANGUAGES})$", r"translate \1 to \2"),
    (r"^(?:can|could|would|will) you define (.+)$", r"define \1"),
    (r"^define the (?:word|term) (.+)$", r"define \1"),
    (r"^what does (?:the (?:word|term) )?(.+) mean$", r"define \1"),
    (r"^what (?:the (?:word|term) )?(.+) means$", r"define \1"),
    (r"^(?:what is )?(?:the )?(?:meaning|definition) of the (?:word|term) (.+)$", r"define \1"),
    (r"^(?:what is )?(?:the )?definition of (.+)$", r"define \1"),
    (rf"^(?:what is )?(?:the )?meaning of (?!(?:{_NOT_A_WORD})$)(\S+)$", r"define \1"),
    (r"^what is meant by (?:the (?:word|term) )?(.+)$", r"define \1"),
    (r"^how (?:do|can|would|should) (?:i|you|we|one) (spell|pronounce) (.+)$", r"how to \1 \2"),
    (r"^how is (.+) (spell|pronounce)(?:ed|d)$", r"how to \2 \1"),
)

_SPELLINGS = dict(
    pair.split(":")
    for pair in (
        "colour:color colours:colors favourite:favorite centre:center centres:centers theatre:theater litre:liter "
        "litres:liters metres:meters kilometre:kilometer kilometres:kilometers centimetre:centimeter "
        "centimetres:centimeters aluminium:aluminum organise:organize organisation:organization neighbour:neighbor "
        "neighbours:neighbors behaviour:behavior flavour:flavor analyse:analyze catalogue:catalog defence:defense "
        "travelling:traveling fibre:fiber km:kilometers kg:kilograms kilos:kilograms cm:centimeters lbs:pounds "
        "television:tv ww2:wwii ww1:wwi"
    ).split()
)
_PHRASES = rules(
    (r"\b(?:the )?(?:united states of america|united states|usa)(?= |$)", "usa"),
    (r"\b(?:the )?(?:united kingdom|uk)(?= |$)", "uk"),
    (r"\b(?:the )?(?:second world war|world war (?:2|ii)|wwii)(?= |$)", "wwii"),
    (r"\b(?:the )?(?:first world war|world war (?:1|i)|wwi)(?= |$)", "wwi"),
    (r"\bartificial intelligence(?= |$)", "ai"),
    (rf"^({_WH}(?: is| are| does| do)?) (?:exactly|actually|precisely) (?=.)", r"\1 "),
    (r"^what (?:kind|sort) of ", "what type of "),
)

_NOUNS = (
    "capital|population|area|height|length|weight|age|currency|author|boiling point|melting point|square root|"
    "chemical symbol|chemical formula|symbol|formula|distance|difference|history|cause|causes|symptoms|"
    "atomic number|speed|temperature|depth|width|value|radius|diameter|number|size|atomic weight|plot|purpose|"
    "function"
)
_SUPERLATIVE = (
    r"(?:(?!rest |west |east |test |forest |guest |nest |chest |quest |contest |interest )\w{2,}est|most|least|first)"
)

_MAIN = rules(
    (r"^(?=the (?:\S+ ){1,3}of )(?!.*\b(?:is|are|was|were)\b)", "what is "),
    (rf"^(?=(?:{_NOUNS}) (?:of|between|from) )", "what is the "),
    (r"^(?:what|which) city is (?=the capital )", "what is "),
    (r"^(?:what|which) is ", "what be "),
    (r"^(?:what|which) are ", "what are "),
    (r"^(?:what|which) (?:was|were) ", "what was "),
    (r"^which ", "what "),
    (r"^who (?:is|are) ", "who be "),
    # "How do you catch malaria?" is not "how to catch malaria".
    (
        r"^how (?:do|can|does) (?:i|you|we|one) (?!get |catch |contract |die |become |develop |fall |lose )(?=\S+ \S)",
        "how to ",
    ),
    (r"^what be (?:the|a) way to ", "how to "),
    (r"^how come (?=.*\b(?:is|are)\b)", "why "),
    (r"^what be (?:the )?((?:[\w-]+ ){1,3})'s (?:date of birth|birth date|birthdate)$", r"when was \1born"),
    (r"^what be (the )?((?:[\w-]+ ){1,3})'s (?!.*\bof\b)(\S.*)$", r"what be the \3 of \1\2"),
    (r" +$", ""),
    (r"^what be the (?:capital city) of ", "what be the capital of "),
    (r"^how tall is (.+)$", r"what be the height of \1"),
    (r"^how (?:large|big) is the (?:area|surface) of (.+)$", r"what be the area of \1"),
    (r"^how big is the population of (.+)$", r"what be the population of \1"),
    (r"^how (?:large) is ", "how big is "),
    (r"^how old is (.+)$", r"what be the age of \1"),
    (r"^how deep is (.+)$", r"what be the depth of \1"),
    (r"^how wide is (.+)$", r"what be the width of \1"),
    (r"^how heavy is (.+)$", r"what be the weight of \1"),
    (r"^how much (.+) weighs$", r"what be the weight of \1"),
    (r"^how many people live in (.+)$", r"what be the population of \1"),
    (r"^how many inhabitants does (.+) have$", r"what be the population of \1"),
    (r"^what be the number of (\S+) in (.+)$", r"how many \1 in \2"),
    (r"^how many (.+) (?:are there in|are in|there are in) (.+)$", r"how many \1 in \2"),
    (r"^how (?:much time|many hours) does it take to ", "how long does it take to "),
    (r"^how far (?:is it|is) from (.+) to (.+)$", r"what be the distance from \1 to \2"),
    (r"^how far is (.+) from (.+)$", r"what be the distance from \1 to \2"),
    (r"^what be the distance between (.+) and (.+)$", r"what be the distance from \1 to \2"),
    (r"^how (?:be|is|are) (.+) different from (.+)$", r"what be the difference between \1 and \2"),
    (r"^how do (.+) and (.+) differ$", r"what be the difference between \1 and \2"),
    (r"^how (?:does|do) (.+) differ from (.+)$", r"what be the difference between \1 and \2"),
    (r"^(?:who|what) be the (?:author|writer) of (.+)$", r"who wrote \1"),
    (r"^who was the painter of (.+)$", r"who painted \1"),
    (r"^who was the inventor of (.+)$", r"who invented \1"),
    (r"^who was the discoverer of (.+)$", r"who discovered \1"),
    (r"^who be the director of (.+)$", r"who directed \1"),
    (r"^who was the composer of (.+)$", r"who composed \1"),
    (r"^who was the founder of (.+)$", r"who founded \1"),
    (r"^by whom was (.+) (written|painted|invented|discovered|composed|founded|directed)$", r"who \2 \1"),
    (r"^who was (.+) (written|painted|invented|discovered|composed|founded) by$", r"who \2 \1"),
    (r"^(.+) was (written|painted|invented|discovered|composed|founded) by (?:who|whom)$", r"who \2 \1"),
    (r"^who written ", "who wrote "),
    (r"^what (?:be|was) the (?:date of birth|birth date|birthdate) of (.+)$", r"when was \1 born"),
    (r"^(?:in |on )?what date was (.+) born$", r"when was \1 born"),
    (r"^where (is|are) (.+) located$", r"where \1 \2"),
    (r"^what be the location of (.+)$", r"where is \1"),
    (r"^in (?:what|which) (year|country|city|continent|state|century) ", r"what \1 "),
    (r"^what (country|city|continent|state) (is|are|was|were) (.+?)(?: located in| located| in)$", r"what \1 \2 \3"),
    (r"^what be the cause of (.+)$", r"what causes \1"),
    (r"^(?:can|could|would) you (?:please )?(explain|describe|convert|calculate|compare|solve|summarize) ", r"\1 "),
    (r"^(explain|describe) to me ", r"\1 "),
    (r"^(?:summarise|give me a summary of|give a summary of) ", "summarize "),
    (r"^(?:compute|work out|figure out) ", "calculate "),
    (r"^(?:calculate|how much is) (?=[\d(.-]|the (?:square|cube) root )", "what be "),
    (r"^what be the (chemical symbol|symbol|chemical formula|formula) for ", r"what be the \1 of "),
    (r"^(chemical symbol|chemical formula) (?:for|of) ", r"what be the \1 of "),
    (r"^explain the (?=\S+ of )", "explain "),
    (r"^what be the number of (\S+)$", r"how many \1 are there"),
    (r"^convert (.+) into (.+)$", r"convert \1 to \2"),
    (r"^what be (\d\S* \w+) in (\w+)$", r"convert \1 to \2"),
    (r"^how (?:many|much) (\w+) (?:is|are) (\d\S* \w+)$", r"convert \2 to \1"),
    (rf"\bthe (?={_SUPERLATIVE} \w)", ""),
    (r"^what (be|are) the (?=(?:\S+ ){1,4}(?:of|between|from) )", r"what \1 "),
    (r"^(what be .+? of|who \w+) the (?=earth$|moon$|sun$)", r"\1 "),
)

_SINGLE_PLURALS = frozenset(
    "volcano volcanoes volcanos atom atoms galaxy galaxies comet comets virus viruses vitamin vitamins protein "
    "proteins antibody antibodies tariff tariffs algorithm algorithms earthquake earthquakes tsunami tsunamis "
    "hurricane hurricanes neuron neurons quasar quasars pulsar pulsars electron electrons enzyme enzymes hormone "
    "hormones vaccine vaccines asteroid asteroids mammal mammals reptile reptiles molecule molecules isotope "
    "isotopes "
    "fossil fossils glacier glaciers acronym acronyms adverb adverbs pronoun pronouns adjective adjectives".split()
)
_OTHER_IN_PLURAL = frozenset(
    "glasses customs goods arms manners spirits minutes looks scales greens pants savings means news works letters "
    "quarters terms times waters airs colours colors damages effects forces grounds heads papers parts regards "
    "sands "
    "services stairs securities species series states islands nations games rights studies politics physics".split()
)
_PLURAL = re.compile(r"^what are ((?:[\w-]+ ){0,2})([\w-]+s)$")


def english_key(normal: str) -> str:
    """Return the canonical sentence of a normalised English question."""
    text, framed = _without_asking(normal)
    text = _asked_for(text, framed)
    text = _direct(text) if framed or text.startswith("how come ") else text
    of_words = rewritten(text, _OF_WORDS)
    if of_words != text or re.match(r"(?:define|translate|how to (?:spell|pronounce)) ", of_words):
        # What follows are the words asked about: not one of them may change.
        return of_words
    text = _do_less(rewritten(_respelled(text), _PHRASES))
    return rewritten(_generic(text), _MAIN)


def _without_asking(text: str) -> tuple[str, bool]:
    framed = False
    while True:
        shorter = _ASKING.sub("", text, count=1)
        if shorter.startswith("about ") or shorter == text:
            return text, framed
        text, framed = shorter, True


def _asked_for(text: str, framed: bool) -> str:
    """Turn "name the planets of ..." into "what are the planets of ..."."""
    found = re.match(r"^(?:name|state|give me|list|tell me) (?=the )", text)
    if not found and not (framed and text.startswith("the ")):
        return text
    thing = text[found.end() :] if found else text
    head = re.split(r" (?:of|in|for|between|from|to|with|on|that|who|which|by) ", thing, maxsplit=1)[0]
    several = re.search(r"[^sui]s$", head) or (found and found[0] == "list ")
    return f"what {'are' if several else 'is'} {thing}"


def _respelled(text: str) -> str:
    return " ".join(_SPELLINGS.get(word, word) for word in text.split())


def _direct(text: str) -> str:
    """Turn an indirect question round: "why the sky is blue" -> "why is the sky blue"."""
    counted = re.match(r"^(how many \S+) (?:(.+) (has|have)|there are(.*))$", text)
    if counted:
        does = {"has": "does", "have": "do", None: ""}[counted[3]]
        return f"{counted[1]} {does} {counted[2]} have" if counted[3] else f"{counted[1]} are there{counted[4]}"
    ending = re.match(
        rf"^(what|who|where|when|how (?:{_ADJECTIVES})) (?!(?:is|are|was|were) )(.+) (is|are|was|were)$", text
    )
    if ending:
        return f"{ending[1]} {ending[3]} {ending[2]}"
    passive = re.match(r"^(when|where) (.+) (was|were) (\w+ed|born|built|found|made|written)$", text)
    if passive:
        return f"{passive[1]} {passive[3]} {passive[2]} {passive[4]}"
    start = re.match(r"^(why|how come|if|whether) (?!(?:is|are|was|were|do|does|did) )", text)
    auxiliaries = list(_AUXILIARY.finditer(text))
    if start and len(auxiliaries) == 1 and auxiliaries[0].end() < len(text):
        found = auxiliaries[0]
        rest = f"{found[0]} {text[start.end() : found.start()]}{text[found.end() + 1 :]}"
        return f"why {rest}" if start[1] in {"why", "how come"} else rest
    return text


def _do_less(text: str) -> str:
    """Write "how does X work" as "how X works", for listed verbs at the end."""
    found = _SUPPORTED.match(text)
    if not found:
        return re.sub(r"^(how|why|when|where) do (?!i |you |we )", r"\1 ", text)
    present, past = _VERBS[found[4]]
    verb = {"does": present, "did": past, "do": found[4]}[found[2]]
    return f"{found[1]} {found[3]} {verb}"


def _generic(text: str) -> str:
    """Write "what are black holes" as "what is a black hole", where the plural is no other word."""
    found = _PLURAL.match(text)
    if not found or found[2] in _OTHER_IN_PLURAL or re.match(r"(?:the|these|those|some|your|my|all|\d)", found[1]):
        return text
    if not found[1] and found[2] not in _SINGLE_PLURALS:
        return text
    word = found[2]
    if word.endswith("ies"):
        single = word[:-3] + "y"
    elif word.endswith(("oes", "sses", "xes", "ches", "shes", "ruses")):
        single = word[:-2]
    else:
        single = word[:-1]
    return f"what is a {found[1]}{single}"

"""The English questions that a remembered fact answers; see `quoting_questions` for the marks in them. Data only."""

from __future__ import annotations

from jarvis.memory.fact_values import EVENTS_EN, THINGS, words

LEAD = (
    r"(?:(?:hey|hi|hello|ok|okay|jarvis|so|and|please|well|by the way|again)[,:]? )*"
    r"(?:(?:do you (?:remember|know|recall)|can you (?:tell me|remember)|could you (?:tell me|remind "
    r"me)|tell me|remind me"
    r"|what did i (?:say|tell you))[,:]? )?"
)
TRAIL = r"(?:,? (?:please|again|jarvis|now|currently|these days|do you (?:know|remember)))*"
_VEHICLE_EN = r"(?P<thing>car|van|motorbike|motorcycle|bike|bicycle|scooter|truck|laptop|phone)"
_THING_EN = rf"(?P<thing>(?:[a-z]+ ){{0,2}}{words(THINGS)})"
_EVENT_EN = rf"(?P<event>(?:[a-z'-]+ ){{0,2}}{words(EVENTS_EN)}(?: (?:to|with) [a-z'. -]{{2,24}})?)"
_THAN = (
    r"(?: (?:(?:moving|(?:i|we|she|he|they) moved|coming|living|working|starting|(?:i|we|she|he|they) (?:lived|worked"
    r"|started))(?: to| in| at| for)? )?(?P<than>[a-z0-9ñ'&. -]{2,30}))?"
)
_OLD = r"(?:old|last|previous|former|earlier)"

RULES: tuple[tuple[str, str], ...] = (
    ("name", r"(?:what(?:'s| is)|whats) my (?:full |own )?name|what my name is|what am i called"),
    ("called", r"what do (?:people|my friends) call me|what should you call me"),
    ("name", r"(?:what(?:'s| is)|whats) <WHOS> name|what <WHOS> name is"),
    ("name", r"(?:what(?:'s| is)|whats) the name of <MINE>"),
    (
        "name",
        r"what(?:'s| is) <WHO> (?:called|named)|how is <WHO> called|who(?:'s| is) <MINE>|what "
        r"<WHO> is called|who <MINE> is",
    ),
    (
        "name",
        r"what are <KINS> (?:called|named)|(?:what are|whats|what's) <KINS>'?s? names|who are "
        r"<KINS>|what are the names of <KINS>",
    ),
    (
        "birthday",
        r"when(?:'s| is) my birthday|(?:what day|what date|on what day|on what date)(?:'s| is) "
        r"my birthday|when my birthday is|when was i born|what(?:'s| is) my (?:birthday|date "
        r"of birth|birth date)",
    ),
    (
        "birthday",
        r"when(?:'s| is) <WHOS> birthday|(?:what|which|on what|on which) (?:day|date) is <WHOS> "
        r"birthday|when <WHOS> birthday is|when was <WHO> born|what(?:'s| is) (?:the date of "
        r")?<WHOS> (?:birthday|date of birth)",
    ),
    (
        "anniversary",
        r"when(?:'s| is) (?:my|our) (?:wedding )?anniversary|what (?:day|date) is (?:my|our) "
        r"(?:wedding )?anniversary|when did we get married|when did i get married",
    ),
    ("age", r"how old am i|what(?:'s| is) my age"),
    ("birth year", r"(?:what|which) year was i born(?: in)?|in (?:what|which) year was i born"),
    ("age", r"how old is <WHO>|what(?:'s| is) <WHOS> age"),
    (
        "home",
        r"where do (?:i|we) live|(?:what|which) (?:city|town|country|village) do (?:i|we) live "
        r"in|(?:what|which) (?:city|town|country|village) am i (?:living )?in"
        r"|where am i living|where i live|where(?:'s| is) my home",
    ),
    ("home", r"where does <WHO> live|(?:what|which) (?:city|town|country) does <WHO> live in|where <WHO> lives"),
    ("address", r"what(?:'s| is) (?:my|our) (?:home |postal )?address"),
    ("address", r"what(?:'s| is) <WHOS> (?:home )?address"),
    ("birthplace", r"where was i born|what(?:'s| is) my (?:birthplace|place of birth)"),
    ("birthplace", r"where was <WHO> born"),
    ("from", r"where am i from|where do i come from"),
    ("from", r"where is <WHO> from|where does <WHO> come from"),
    ("work", r"where do i work|who do i work for|(?:what|which) company do i work (?:for|at)|where i work"),
    (
        "work",
        r"where does <WHO> work|who does <WHO> work for|(?:what|which) company does <WHO> work "
        r"(?:for|at)|where <WHO> works",
    ),
    ("job", r"what do i do for a living|what do i work as|what(?:'s| is) my (?:job|profession|occupation)"),
    (
        "job",
        r"what does <WHO> do(?: for a living)?|what does <WHO> work as|what(?:'s| is) <WHOS> "
        r"(?:job|profession|occupation)",
    ),
    ("studies", r"what (?:do i study|am i studying)"),
    ("studies", r"what (?:does <WHO> study|is <WHO2> studying)"),
    ("school", r"where (?:do i study|am i studying)"),
    (
        "phone",
        r"what(?:'s| is) my (?:own )?(?:phone |mobile |cell |telephone )?number|what(?:'s| is) my (?:phone|mobile)",
    ),
    ("phone", r"what(?:'s| is) <WHOS> (?:phone |mobile |cell |telephone )?number"),
    ("email", r"what(?:'s| is) my e-?mail(?: address)?"),
    ("email", r"what(?:'s| is) <WHOS> e-?mail(?: address)?"),
    (
        "allergy",
        r"am i allergic to (?:any|some)thing|do i have (?:any|an) allerg(?:y|ies)"
        r"|what am i allergic to|what are my allergies|what allergies do i have|which allergies "
        r"do i have|what i am allergic to|what i'm allergic to",
    ),
    ("allergy", r"is <WHO> allergic to (?:any|some)thing|does <WHO> have (?:any|an) allerg(?:y|ies)"),
    ("allergy", r"what(?:'s| is) <WHO> allergic to|what allergies does <WHO> have|what <WHO> is allergic to"),
    ("language", r"(?:what|which) languages do i speak"),
    ("language", r"(?:what|which) languages does <WHO> speak"),
    (
        "favourite",
        r"(?:what|which|who)(?:'s| is| are) my favou?rite (?P<fav>[a-z]+(?: [a-z]+)?)|what my "
        r"favou?rite (?P<fav2>[a-z]+(?: [a-z]+)?) is",
    ),
    ("favourite", r"(?:what|which|who)(?:'s| is| are) <WHOS> favou?rite (?P<fav>[a-z]+(?: [a-z]+)?)"),
    (
        "plate",
        rf"what(?:'s| is) (?:my|our) {_VEHICLE_EN}(?:'s|s)? (?:(?:number|licen[cs]e|registration) "
        r"plate|plate(?: number)?|registration(?: number)?)",
    ),
    (
        "plate",
        r"what(?:'s| is) the (?:(?:number|licen[cs]e|registration) plate|plate(?: number)?|registration(?: "
        rf"number)?) (?:of|on) (?:my|our) {_VEHICLE_EN}",
    ),
    (
        "plate",
        r"what(?:'s| is) my (?P<carplate>(?:number|licen[cs]e|registration) plate|plate(?: number)?"
        r"|registration number)",
    ),
    (
        "kind",
        rf"(?:what|which) (?:kind of |make of |model of )?{_VEHICLE_EN} do (?:i|we) (?:have|drive"
        rf"|own)|what colou?r is my {_VEHICLE_EN.replace('thing', 'thing2')}",
    ),
    ("place", r"where (?:did|have) (?:i|we) park(?:ed)?(?P<parked>)|where (?:i|we) parked(?P<parked2>)"),
    (
        "place",
        rf"where (?:did|have) (?:i|we) park(?:ed)? (?:my|our|the) {_VEHICLE_EN}|where(?:'s| is) "
        rf"(?:my|our|the) {_VEHICLE_EN.replace('thing', 'thing2')}(?: parked)?",
    ),
    (
        "place",
        r"where (?:did|do|have) (?:i|we) (?:leave|left|put|keep|kept|hide|hidden|store|stored) "
        rf"(?:my|our|the) {_THING_EN}",
    ),
    (
        "place",
        rf"(?:where are|where is|where's) (?:my|our) {_THING_EN}(?: kept)?|where (?:i|we) (?:left"
        rf"|put|keep|kept|hid) (?:my|our|the) {_THING_EN.replace('thing', 'thing2')}",
    ),
    (
        "date",
        rf"when(?:'s| is) (?:my|our) (?:next )?{_EVENT_EN}|(?:what|which) (?:day|date) is (?:my"
        rf"|our) (?:next )?{_EVENT_EN.replace('event', 'event2')}|when do (?:i|we) have (?:my"
        rf"|our|the) {_EVENT_EN.replace('event', 'event3')}",
    ),
    ("about", r"what do you know about (?P<person>[a-zñ'-]{2,20}(?: [a-zñ'-]{2,20})?)"),
    ("who", r"who(?:'s| is) (?P<person>[a-zñ'-]{2,20}(?: [a-zñ'-]{2,20})?)"),
    (
        "birthday",
        r"when(?:'s| is) (?P<person>[a-zñ-]{2,20})'s birthday|(?:what|which) (?:day|date) is "
        r"(?P<person2>[a-zñ-]{2,20})'s birthday",
    ),
    ("home", r"where does (?P<person>[a-zñ-]{2,20}) live"),
    ("work", r"where does (?P<person>[a-zñ-]{2,20}) work"),
    ("age", r"how old is (?P<person>[a-zñ-]{2,20})"),
    ("birthplace", r"where was (?P<person>[a-zñ-]{2,20}) born"),
    ("from", r"where(?:'s| is) (?P<person>[a-zñ-]{2,20}) from"),
    (
        "job",
        r"what does (?P<person>[a-zñ-]{2,20}) (?:do(?: for a living)?|work as)|what(?:'s| is) "
        r"(?P<person2>[a-zñ-]{2,20})'s (?:job|profession|occupation)",
    ),
    ("studies", r"what (?:does|is) (?P<person>[a-zñ-]{2,20}) (?:study|studying)"),
    ("email", r"what(?:'s| is) (?P<person>[a-zñ-]{2,20})'s e-?mail(?: address)?"),
    ("allergy", r"what(?:'s| is) (?P<person>[a-zñ-]{2,20}) allergic to"),
    ("phone", r"what(?:'s| is) (?P<person>[a-zñ-]{2,20})'s (?:phone |mobile )?number"),
    (
        "past home",
        rf"where (?:did (?:i|we) (?:use to )?live|(?:was i|were we) living) before{_THAN}"
        r"|where did (?:i|we) use to live",
    ),
    ("past home", rf"where did <WHO> (?:use to )?live before{_THAN}|where did <WHO> use to live"),
    ("past home", rf"where did (?P<person>[a-zñ-]{{2,20}}) live before{_THAN}"),
    (
        "past work",
        rf"(?:where did i (?:use to )?work|who did i work for) before{_THAN}|where did i use to work"
        rf"|(?:what|who) was my {_OLD} (?:company|employer)",
    ),
    ("past work", rf"where did <WHO> (?:use to )?work before{_THAN}|where did <WHO> use to work"),
    ("past work", rf"where did (?P<person>[a-zñ-]{{2,20}}) work before{_THAN}"),
    ("past job", rf"what (?:was|is) my {_OLD} job|what did i (?:do for a living|work as) before"),
    ("past job", rf"what (?:was|is) <WHOS> {_OLD} job"),
    ("past address", rf"what (?:was|is) (?:my|our) {_OLD} (?:home )?address"),
    ("past phone", rf"what (?:was|is) my {_OLD} (?:phone |mobile |cell )?(?:number|phone)"),
    ("past email", rf"what (?:was|is) my {_OLD} e-?mail(?: address)?"),
    ("past kind", rf"(?:what|which) {_VEHICLE_EN} did (?:i|we) (?:use to )?(?:have|drive|own) before"),
)

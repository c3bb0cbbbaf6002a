"""The English forms in which people tell facts of their lives; see `fact_rules` for the marks in them. Data only."""

from __future__ import annotations

from jarvis.memory.fact_values import (
    BRANDS,
    CAR_BRANDS,
    DIETS_EN,
    EVENTS_EN,
    FOODS_EN,
    LANGUAGES_EN,
    SUBJECTS_EN,
    THINGS,
    TRADES_EN,
    WORKPLACES_EN,
    words,
)

LEAD = (
    r"(?:(?:hi|hello|hey|hi there|well|so|oh|ok|okay|by the way|btw|actually|anyway|listen|look|jarvis|yes|yeah|yep|no"
    r"|nope|and|but|also|plus|fyi|for the record|just so you know|you should know(?: that)?|please|remember(?: that)?"
    r"|don't forget(?: that)?|do not forget(?: that)?|keep in mind(?: that)?|bear in mind(?: that)?|note that"
    r"|i wanted to (?:tell you|let you know)(?: that)?|i want you to know(?: that)?|as you know|now|currently|in fact"
    r"|good news|guess what|correction|update|sorry|thanks|thank you|great|i should (?:say|mention) "
    r"that|did you know that"
    r"|good morning|good evening|good afternoon|i mean|i was wrong|my mistake|i made a mistake)[,:.-]* )*"
)
TRAIL = (
    r"(?:,? (?:now|currently|nowadays|these days|at the moment|as well|too|by the way|btw|actually|though|again|please"
    r"|you know|in case you need it|at last|finally|already|since [\w ]{2,24}|for (?:[\w ]{1,16} "
    r")?(?:years?|months?|weeks?|days?|ages)|with (?:my|our) [\w ]{2,30}))?[ .,!]*"
)
_NOW = r"(?:now |currently |still |also |both )?"
_JUST = r"(?:just |recently |finally |already |now )?"
_HAVE = r"(?:i have|i've|we have|we've|i|we)"
_AGO = (
    r"(?: (?:last (?:week|month|year|summer|winter|spring|autumn|\w+day)|yesterday|today|this (?:week"
    r"|month|year|morning|summer)|in (?:20\d\d|january|february|march|april|may|june|july|august|september"
    r"|october|november|december)|(?:a|two|three|four|five|six|\d+|a few|some) (?:days?|weeks?|months?"
    r"|years?) ago|recently))?"
)
_TRADE = rf"an? (?:[\w-]+ ){{0,2}}{words(TRADES_EN)}"
_PLACE_OF_WORK = rf"(?:<ORG>|(?:an?|the) (?:[\w-]+ ){{0,2}}{words(WORKPLACES_EN)}(?: (?:on|in|near) <PLACE>)?)"
_TONGUES = (
    rf"(?:(?:a (?:little|bit of)|some|fluent) )?{words(LANGUAGES_EN)}(?:(?:, (?:and )?| and )(?:(?:a (?:little"
    rf"|bit of)|some|fluent) )?{words(LANGUAGES_EN)})*"
)
_SUBJECT = rf"(?:[\w-]+ )?{words(SUBJECTS_EN)}|computer science|law|fine arts"
_FOOD = rf"(?:{words(FOODS_EN)}(?:(?:, (?:or )?| or | and ){words(FOODS_EN)})*)"
_VEHICLE = r"(?P<noun>car|van|motorbike|motorcycle|bike|bicycle|scooter|truck|laptop|phone)"
_COLOUR = (
    r"(?:red|blue|green|black|white|grey|gray|silver|yellow|orange|brown|purple|pink|old|new|second-hand"
    r"|electric|small|big|dark|light)"
)
_MAKE = rf"(?:[\w-]+ ){{0,3}}{words(BRANDS)}(?: [\w-]+){{0,3}}"
_CAR = (
    rf"(?:(?:new|used|second-hand|old|little|small|big|{_COLOUR}) ){{0,3}}{words(CAR_BRANDS)}"
    rf"(?: (?:(?-i:[A-Z0-9])[\w-]*|{_COLOUR})){{0,3}}"
)
_WHERE = (
    r"(?:in|on|at|under|behind|inside|next to|beside|above|below|near|outside|upstairs|downstairs|by) "
    r"?[^,;:()\"?]{2,60}"
)
_THING = (
    r"(?P<noun>(?:(?:spare|front|back|old|new|house|office|garage|shed|bike|reading|sun|car|winter|blue"
    r"|red|black|phone|laptop|cordless|camera|birth|driving|home|insurance|emergency|sewing|travel|cellar"
    rf"|suitcase) ){{0,2}}{words(THINGS)})"
)
_EVENT = (
    rf"(?P<noun>(?!first\b|next\b|last\b|time\b)(?:[\w'-]+ ){{0,2}}{words(EVENTS_EN)}(?: (?:to|with) (?!\d)[\w'. "
    r"-]{2,24}?)?)"
)
_NEWLY = r"(?:now )?(?:moved|changed|rescheduled|postponed|put back|brought forward|put off|pushed back)"
_WHEN = (
    r"(?P<d>(?:on )?(?:the )?(?:<DATE>|<RELATIVE>))(?P<time>(?:,? at (?:\d{1,2}(?::\d\d)?(?: ?[ap]\.?m\.?)?"
    r"|noon|midday|half past \w+|\w+ o'clock))?)"
)
_FAVOURITE = r"favou?rite (?P<n>(?!thing|part|one|way|bit)[a-zñ]+(?: (?!is\b|are\b)[a-zñ]+)?) (?:is|are)"
_DOES = (
    r"(?:has|hasn't|had|is(?! called| named)|isn't(?! called| named)|was|wasn't|just|got|gets"
    r"|started|starts|began|begins|goes|went|came|comes|turned|turns"
    r"|finished|passed|failed|broke|lost|won|wins|loves|likes|hates|plays|played|wants|needs|works|worked|lives|lived"
    r"|studies|moved|bought|sold|made|makes|gave|gives|sent|sends|took|takes|eats|ate|sleeps|slept|visited|visits"
    r"|called|calls|rang|cooks|cooked|runs|ran|sings|swims|reads|learns|learned|learnt|can|doesn't|didn't|always|often"
    r"|still|already|really|usually|and i)"
)
"""How a sentence goes on of somebody who was just named."""

RULES: tuple[tuple[str, str], ...] = (
    # Names.
    (
        "name",
        r"(?:my (?:full |real |first |given )?name is|my name's|i am (?:called|named)|i'm (?:called"
        r"|named)) (?P<v><NAME>)",
    ),
    ("name greeted", r"(?:i'm|i am|this is) (?P<v><CASED>)(?:,? (?:nice|pleased) to meet you)?"),
    (
        "called",
        r"(?:you can |just |please )*(?:call me|i go by|(?:people|everyone|everybody|(?:my|all my) "
        r"(?:friends|family)) calls? me"
        r"|i(?:'d| would)? (?:like|prefer|want) to be called|i prefer) (?P<v><CASED>)",
    ),
    ("name", r"<WHOS> (?:full |first )?name is (?P<v><NAME>)"),
    ("name", r"<WHO>(?: is|'s) (?:called|named) (?P<v><NAME>)"),
    ("name", r"my (?P<who>(?:(?P<q><QUAL>) )?(?P<kin><KIN>)) is (?P<v><CASED>)"),
    ("name", r"(?P<v><CASED>) is my (?P<who>(?:(?P<q><QUAL>) )?(?P<kin><NEAR>))(?:'s name)?"),
    (
        "name",
        r"(?:i have|i've got|we have|we've got|i got|we got|we adopted|i adopted|there is|i have "
        r"got) (?:an?|one) (?:new )?(?P<who>(?:(?P<q><QUAL>) )?(?P<kin><KIN>))"
        r"(?:,| who is| that is)? (?:called|named) (?P<v><NAME>)(?:,? who \w[\w' ]{2,60})?",
    ),
    (
        "names",
        r"(?:my|our) (?:two |three |four )?(?P<kins><KINS>)(?:(?: are|'s?)? (?:called|named)|'s? "
        r"names are|'? names are| are) (?P<v><NAMES>)",
    ),
    (
        "names",
        r"(?:i have|i've got|we have|we've got) (?:two|three|four|five|\d) (?P<kins><KINS>)(?:,|:)? "
        r"(?:called|named) (?P<v><NAMES>)",
    ),
    # Days.
    ("birthday", r"my birthday(?:'s| is) (?:on )?(?P<d>(?:the )?(?:<DATE>|<RELATIVE>))"),
    ("birthday", r"(?:it's my birthday|it is my birthday|my birthday is) (?P<d><RELATIVE>)"),
    ("birthday", r"(?P<d>today|tomorrow) is my birthday"),
    ("birthday", r"i was born (?:on )?(?P<d>(?:the )?<DATE>)"),
    ("birthday", r"<WHOS> birthday(?:'s| is) (?:on )?(?P<d>(?:the )?(?:<DATE>|<RELATIVE>))"),
    ("birthday", r"(?:it's|it is) <WHOS> birthday (?:on )?(?P<d><RELATIVE>|<DATE>)"),
    ("birthday", r"(?P<d>today|tomorrow) is <WHOS> birthday"),
    ("birthday", r"<WHO> was born (?:on )?(?P<d>(?:the )?<DATE>)"),
    ("birth year", r"i was born in (?P<v>19\d\d|20[0-2]\d)"),
    ("birth year", r"<WHO> was born in (?P<v>19\d\d|20[0-2]\d)"),
    ("anniversary", r"(?:my|our) (?:wedding )?anniversary(?:'s| is) (?:on )?(?P<d>(?:the )?(?:<DATE>|<RELATIVE>))"),
    ("anniversary", r"(?:we|i) (?:got )?married on (?P<d>(?:the )?<DATE>)"),
    ("age", r"(?:i am|i'm) (?P<v><AGE>) years old"),
    ("age", r"i(?:'ve| have)? (?:just )?turned (?P<v>\d{1,2})(?: today| yesterday)?"),
    ("age", r"<WHO>(?: is|'s) (?P<v><AGE>) years old"),
    # Places.
    ("home", rf"(?:i|we) {_NOW}live (?:in|near) (?P<v><PLACE>)"),
    ("home", r"(?:i'm|i am|we're|we are) (?:now |currently )?(?:living|based) in (?P<v><PLACE>)"),
    ("home", r"(?:i've|i have|we've|we have) been living in (?P<v><PLACE>)"),
    (
        "home",
        rf"{_HAVE} {_JUST}(?:moved|relocated)(?: house)?(?: from <PLACE>)? to (?P<v><PLACE>){_AGO}",
    ),
    ("home", rf"{_HAVE} {_JUST}moved from <PLACE> to (?P<v><PLACE>){_AGO}"),
    ("home", rf"<WHO> {_NOW}lives in (?P<v><PLACE>)"),
    ("home", rf"<WHO>(?: has|'s)? {_JUST}(?:moved|relocated)(?: from <PLACE>)? to (?P<v><PLACE>){_AGO}"),
    ("address", r"(?:my|our) (?:new |home )*address is (?P<v>(?:\d|(?-i:[A-Z]))[^;:()\"?]{5,100})"),
    ("address", r"(?:i|we) live at (?P<v>\d+[a-z]? [\w' -]{3,40}(?:, [\w' -]{2,30}){0,3})"),
    ("birthplace", r"i was born (?:and raised )?in (?P<v><PLACE>)"),
    ("birthplace", r"<WHO> was born in (?P<v><PLACE>)"),
    ("from", r"(?:i'm|i am|i come|we're|we are) (?:originally )?from (?P<v><PLACE>)"),
    ("from", r"<WHO> (?:is|comes) (?:originally )?from (?P<v><PLACE>)"),
    # Work and studies.
    ("work", rf"i {_NOW}work (?:at|for|in) (?P<v>{_PLACE_OF_WORK})"),
    ("work", rf"i work as (?P<job>an? [\w -]{{3,40}}) (?:at|for) (?P<v>{_PLACE_OF_WORK})"),
    ("work", rf"(?:i'm|i am) (?P<job>{_TRADE}) (?:at|for) (?P<v>{_PLACE_OF_WORK})"),
    ("work", rf"(?:i'm|i am) (?:now |currently )?working (?:at|for) (?P<v>{_PLACE_OF_WORK})"),
    (
        "work",
        rf"(?:i have|i've|i) {_JUST}(?:started(?: working| work| a new job| a job)?|got a (?:new )?job"
        rf"|found a (?:new )?job) (?:at|for|with) (?P<v>{_PLACE_OF_WORK}){_AGO}",
    ),
    (
        "work",
        rf"{_HAVE} {_JUST}joined (?P<v>(?!facebook|instagram|twitter|tiktok|whatsapp|netflix|discord|linkedin"
        rf"|reddit|spotify|the army)<ORG>){_AGO}",
    ),
    ("work", rf"my new job is (?:at|with) (?P<v>{_PLACE_OF_WORK})"),
    ("work", rf"<WHO> {_NOW}works (?:at|for|in) (?P<v>{_PLACE_OF_WORK})"),
    ("job", rf"i {_NOW}work as (?P<v>an? [\w -]{{3,40}})"),
    ("job", rf"(?:i'm|i am) (?P<v>{_TRADE})"),
    ("job", rf"my job is (?P<v>{_TRADE})"),
    ("job", rf"<WHO>(?: is|'s) (?P<v>{_TRADE})"),
    ("job", rf"<WHO> {_NOW}works as (?P<v>an? [\w -]{{3,40}})"),
    ("studies", rf"(?:i study|i'm studying|i am studying) (?P<v>{_SUBJECT})(?: (?:at|in) (?P<school><ORG>))?"),
    ("studies", rf"<WHO> (?:studies|is studying) (?P<v>{_SUBJECT})(?: (?:at|in) (?P<school><ORG>))?"),
    ("school", r"(?:i study|i'm studying|i am studying|i go to school) at (?P<v>(?:the )?<ORG>)"),
    ("school", r"<WHO> (?:studies|is studying|goes to school) at (?P<v>(?:the )?<ORG>)"),
    # Reaching somebody.
    (
        "phone",
        r"my (?:new |mobile |cell |phone |telephone |home |work )*(?:number|phone|mobile) is (?:now )?(?P<v><PHONE>)",
    ),
    ("phone", r"<WHOS> (?:new |mobile |cell |phone |telephone |work )*(?:number|phone) is (?:now )?(?P<v><PHONE>)"),
    ("email", r"my (?:new |work |personal )*e-?mail(?: address)? is (?:now )?(?P<v><EMAIL>)"),
    ("email", r"<WHOS> (?:new |work )*e-?mail(?: address)? is (?:now )?(?P<v><EMAIL>)"),
    # Health and food.
    ("allergy", r"(?:i'm|i am) (?:very |really |severely |badly |also )?allergic to (?P<v><FREE>)"),
    ("allergy", r"i have an? (?:severe |bad )?(?:allergy to (?P<v><FREE>)|(?P<v2>[a-z]+(?: [a-z]+)?) allergy)"),
    ("allergy", r"<WHO>(?: is|'s) (?:very |severely |also )?allergic to (?P<v><FREE>)"),
    ("diet", rf"(?:i'm|i am) (?:now |also )?(?P<v>{DIETS_EN})"),
    ("diet", rf"i(?:'ve| have)? (?:just )?(?:become|became|went|gone|turned) (?P<v>{DIETS_EN}){_AGO}"),
    ("diet", rf"<WHO>(?: is|'s) (?:now |also )?(?P<v>{DIETS_EN})"),
    ("avoids", rf"i (?:don't|do not|can't|cannot) (?:eat|drink|have) (?:any )?(?P<v>{_FOOD})"),
    ("avoids", rf"<WHO> (?:doesn't|does not|can't|cannot) (?:eat|drink|have) (?:any )?(?P<v>{_FOOD})"),
    # Languages and tastes.
    ("language", rf"i (?:also |can )?speak (?P<v>{_TONGUES})(?: fluently)?"),
    ("language", rf"my (?:first|native|mother) (?:language|tongue) is (?P<v>{words(LANGUAGES_EN)})"),
    ("language", rf"<WHO> (?:also )?speaks (?P<v>{_TONGUES})(?: fluently)?"),
    ("favourite", rf"my {_FAVOURITE} (?P<v><FREE>)"),
    ("favourite", rf"<WHOS> {_FAVOURITE} (?P<v><FREE>)"),
    ("dislikes", r"i (?:really )?(?:don't|do not) (?:really )?(?:like|enjoy) (?P<v><TASTE>)"),
    (
        "dislikes",
        r"i (?:really |absolutely )?(?:hate|dislike|detest|can't stand|cannot stand|can't bear) (?P<v><TASTE>)",
    ),
    ("dislikes", r"<WHO> (?:(?:doesn't|does not) like|hates|dislikes|can't stand) (?P<v><TASTE>)"),
    ("likes", r"i (?:really |also |absolutely |do )?(?:like|love|enjoy|adore) (?P<v><TASTE>)"),
    ("likes", r"(?:i'm|i am) (?:a (?:big |huge )?fan of|(?:really |very )?into|fond of|keen on) (?P<v><TASTE>)"),
    ("likes", r"<WHO> (?:really |also |absolutely )?(?:likes|loves|enjoys|adores) (?P<v><TASTE>)"),
    # What belongs to the person.
    (
        "plate",
        rf"(?:my|our|the(?= car)) (?:{_VEHICLE}(?:'s)? )?(?:(?:number|licen[cs]e|registration) plate|plate(?: "
        r"number)?|registration(?: number)?) is (?P<v><PLATE>)",
    ),
    ("plate", rf"the (?:(?:number|licen[cs]e) plate|plate(?: number)?) of (?:my|our) {_VEHICLE} is (?P<v><PLATE>)"),
    ("kind", rf"(?:my|our) (?:new )?{_VEHICLE} is (?P<v>(?:an? )?{_MAKE}|{_COLOUR})"),
    ("kind", rf"i {_NOW}drive (?P<v>an? {_MAKE})"),
    (
        "kind",
        rf"(?:i have|i've got|i own|i(?:'ve| have)? (?:just )?bought) (?P<v>an? (?:[\w-]+ )*?{words(BRANDS)}(?: "
        rf"(?!and\b|or\b)[\w-]+){{0,2}} {_VEHICLE})",
    ),
    ("place", rf"(?:i|we)(?:'ve| have)? (?:just )?parked(?: (?:my|our|the) {_VEHICLE})? (?P<v>{_WHERE})"),
    ("place", rf"(?:my|our|the) {_VEHICLE} is parked (?P<v>{_WHERE})"),
    (
        "place",
        r"(?:i|we)(?:'ve| have)? (?:just )?(?:left|put|keep|kept|hid|hidden|stored) (?:my|our|the) "
        rf"{_THING} (?P<v>{_WHERE})",
    ),
    ("place", rf"(?:my|our|the) {_THING} (?:is|are) (?:kept |now |hidden )?(?P<v>{_WHERE})"),
    (
        "kind",
        rf"(?:(?:i have|i've got|i own|i(?:'ve| have)? (?:just )?(?:bought|got))|bought) "
        rf"(?P<v>an? {_CAR}){_AGO}(?P<noun>(?=$|[ .,!]))",
    ),
    (
        "count",
        r"(?:i have|i've got) (?P<v>(?:one|two|three|four|five|six|\d) (?:older |younger |little )?(?P<kins><KINS>))",
    ),
    # What is to come.
    ("date", rf"(?:my|our|the) {_EVENT} is {_WHEN}"),
    ("date", rf"(?:i have|i've got|we have|we've got) (?:an?|my|the|our) {_EVENT} {_WHEN}"),
    ("date", rf"(?:my|our|the) {_EVENT} (?:has been|was|is|got|has) {_NEWLY} (?:to|until) {_WHEN}"),
    (
        "date",
        rf"(?:they|i|we|they've|i've|we've|they have|i have|we have) (?:just )?{_NEWLY} (?:my|our|the) {_EVENT} "
        rf"(?:to|until) {_WHEN}",
    ),
    ("date", rf"(?:i'm|i am|we're|we are) (?P<noun>getting married|moving house) {_WHEN}"),
    # Endings.
    (
        "-home",
        r"(?:i|we) (?:no longer live|(?:don't|do not) live) (?:in|at) (?P<v><PLACE>)(?: (?:any ?more|any longer))?",
    ),
    (
        "-work",
        rf"i (?:no longer work|(?:don't|do not) work) (?:at|for|in) (?P<v>{_PLACE_OF_WORK})(?: (?:any "
        r"?more|any longer))?",
    ),
    ("-work", rf"(?:i|i've|i have) {_JUST}(?:quit|left|stopped working at|resigned from) (?P<v><ORG>){_AGO}"),
    (
        "-work",
        rf"(?:i|i've|i have) {_JUST}(?:(?:quit|left|lost|resigned from) my (?:old )?job|quit (?:yesterday"
        rf"|today|last \w+|this \w+)|resigned|retired|been (?:fired|laid off)){_AGO}",
    ),
    ("-work", rf"(?:i was|i got|i've been) {_JUST}(?:fired|laid off|made redundant){_AGO}"),
    ("-work", r"(?:i'm|i am) (?:now |currently )?(?:unemployed|retired|out of work)"),
    (
        "-couple",
        rf"(?:we|me and my partner)(?:'ve| have)? {_JUST}(?:broke up|broken up|split up|separated"
        rf"|(?:got |gotten )?divorced){_AGO}",
    ),
    (
        "-couple",
        rf"(?:i|i've|i have) {_JUST}(?:broke|broken|split) up with my (?P<who>(?P<kin>partner|girlfriend"
        rf"|boyfriend|fiancee?|wife|husband)(?:,? <CASED>)?){_AGO}",
    ),
    (
        "-couple",
        r"my (?P<who>(?P<kin>partner|girlfriend|boyfriend|fiancee?|wife|husband)) and i(?:'ve| have)? "
        rf"{_JUST}(?:broke up|broken up|split up|separated|(?:got )?divorced){_AGO}",
    ),
    ("-couple", rf"(?:i|i've|i have) {_JUST}got(?:ten)? divorced{_AGO}"),
    ("-diet", rf"(?:i'm|i am) (?:no longer|not) (?P<v>{DIETS_EN})(?: (?:any ?more|any longer))?"),
    ("-allergy", r"(?:i'm|i am) (?:no longer|not) allergic to (?P<v>[^,;:()\"?]{2,40}?)(?: (?:any ?more|any longer))?"),
    ("-likes", r"i (?:no longer like|(?:don't|do not) like) (?P<v>[^,;:()\"?]{2,40}?) (?:any ?more|any longer)"),
    ("-likes", r"i no longer (?:like|love|enjoy) (?P<v>[^,;:()\"?]{2,40}?)"),
    (
        "-thing",
        rf"(?:i|we|i've|we've|i have|we have) {_JUST}(?:sold|scrapped|got rid of) (?:my|our|the) (?:old "
        rf")?{_VEHICLE}{_AGO}",
    ),
    (
        "-car",
        rf"(?:i|we|i've|we've|i have|we have) {_JUST}(?:sold|scrapped|got rid of) (?:my|our|the) (?:old )?"
        rf"(?P<v>(?:{_COLOUR} )?{words(CAR_BRANDS)}(?: (?!and\b)[\w-]+)?){_AGO}",
    ),
    # Somebody named in passing.
    ("name passing", rf"(?:my|our) (?P<who>(?:(?P<q><QUAL>) )?(?P<kin><KIN>)),? (?P<v><CASED>),? {_DOES}\b.*"),
)

"""How English sentences end and how they do not. Data only; see `end_of_turn_language` for what it means."""

from __future__ import annotations

from jarvis.voice.end_of_turn_language import TurnLanguage, ending, one_of, phrases, rules

_DIGITS = phrases("zero oh one two three four five six seven eight nine")
_NUMBERS = _DIGITS | phrases(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty "
    "seventy eighty ninety hundred thousand"
)
_NUMBER = rf"(?:\d+|{'|'.join(sorted(_NUMBERS))})(?: (?:\d+|{'|'.join(sorted(_NUMBERS))}))*"
_WH = "what|who|whom|where|when|why|how|which|whose|what's|who's|where's|when's|how's|whats|wheres|hows"
_BE = "is|are|was|were|am"
_AUX = f"{_BE}|do|does|did|can|could|will|would|should|shall|may|might|must|have|has|had"
_SUBJECT = "i|you|he|she|it|we|they|there|this|that"
_DETERMINER = "the|a|an|my|your|his|our|their|its"
_VERB = one_of(
    "set add put call text send open start create make find show tell give write translate convert compare explain "
    "define search remind schedule book order buy turn switch change move read play wake delete remove take cancel "
    "close stop pause resume skip repeat increase decrease raise lower mute unmute shut lock unlock dim spell "
    "calculate count list describe summarize check look check turn_up launch run save let_us let's say recommend "
    "suggest keep bring get go help empty clear snooze continue note record google compute solve prove design draw "
    "fix rewrite rephrase classify plan review improve generate"
)
_POLITE = (
    "(?:please |hey |ok |okay |and |now |then |just |so )*"
    "(?:(?:can|could|would|will) you (?:please )?|i want you to |i need you to |i would like you to )?"
)
_UNFINISHED = one_of(
    "the a an my your his our their its every each and or but because nor if whether while although unless until "
    "than that which whose of to for with at from by into onto about between during without under against via per "
    "toward towards through since as i we he they she can't don't won't i'm you're we're they're i'll i'd i've it's "
    "that's there's what's who's where's is are was were am be been being will would can could should shall may "
    "might must does did has had plus minus times divided multiplied very really quite maybe perhaps probably these "
    "those this her in on near"
)
_DAY = one_of("monday tuesday wednesday thursday friday saturday sunday")

_OPEN_ENDINGS = (
    *rules(0.88, r"(?:think|hope|guess|believe|say|said|told you) so$", r"(?:very|as|so|pretty|sleep|works?|is) well$"),
    *rules(0.95, r"(?:^| )(?:the|this|that|which) (?:\w+ )?one$"),
    *rules(0.9, rf"{_NUMBER} (?:am|a m)$", r"(?:in|of|next|last|this|late|early) may$"),
    *rules(
        0.04,
        ending(
            "um|umm|uh|uhm|er|erm|hm|hmm|mm|mmm|ah|well|so|i mean|you know|let me see|let me think|hold on|and then"
        ),
        ending("kind of|sort of|something like|such as"),
    ),
    *rules(
        0.86,
        rf"^(?:{_WH})\b.* (?:it|you|he|she|they|we|this|that|these|those) (?:from|for|about|like|with)$",
        rf"^(?:{_WH})\b.* (?!going|trying|having)\w+ing (?:to|for|from|with|about|at|of|like|on|in)$",
        rf"^(?:{_WH})\b.* (?:look|sound|taste|smell|feel|made|talk|"
        rf"listen|belong|come|work) (?:like|of|to|from|for|with)$",
        rf"^(?:what|how)\b.* (?:can|could|should|shall|will|would|must|did|does) (?:{_SUBJECT}) (?:do|be|have)$",
        rf"^(?:{_WH})\b.* (?:do|did|does) (?:{_SUBJECT}) (?:do|have)$",
        rf"(?:^| )(?:who|where|what|how|how \w+) (?:{_BE}) (?:i|he|she|we|they)$",
        r"^(?:who|where|how|what) are you$|nice to meet you$|where have \w+ been$",
        rf"^(?:yes|no|yeah|of course) (?:{_SUBJECT}) (?:{_AUX})$",
        rf"(?:tell|know|explain|ask|see|remember|matter)\b.*\b(?:{_WH})\b.* (?:{_SUBJECT}) (?:{_AUX})$",
        r"(?:repeat|do|stop|is|was|what's|like|about|learn|see|play|cancel|delete|say|read|forget|"
        r"with|of|for|hear|than|change|save|undo|mean|explain|to) (?:this|that|these|those)$",
        r"(?:call|text|tell|ask|message|email|with|to|for|remind|know|see|love|about|from) her$",
        r"^(?:turn|switch|shut) (?!on |off |up |down )\w+.* (?:on|off|up|down)$",
        r"^(?:turn|switch|put) .*(?:lights?|lamps?|tv|television|radio|music|heating|fan|it|kettle|screen) on$",
        r"^(?:\w+ )?(?:volume|lights?|lamps?|tv|heating|music|brightness|sound|fan|radio) (?:up|down|on|off)$",
        r"(?:log|sign|come|zoom|check)(?:ging|ing)? (?:in|on|out)$|(?:what is|what's) on$|(?:going|carry|go|come) on$",
        rf"{_NUMBER} (?:times|plus|minus|over|divided by|multiplied by) {_NUMBER}$",
        r"how many times$|^(?:what time|what|who|when|where|how) (?:is|was) it$",
    ),
    *rules(
        0.7,
        r"^(?:who|which|what(?! time| day| year)) (?:.* )?(?:do|does|did|can|could|should|would|will) .*"
        r"(?<!want)(?<!need)(?<!have)(?<!like)(?<!going)(?<!used)(?<!love) (?:to|for|on|with|from|about|up|at|in)$",
        r"\bbut .*(?:does|do|did|can|is|are|was|will|has|have)$",
    ),
    *rules(
        0.06,
        ending(_UNFINISHED),
        rf"^(?:and|or|but|so|then)$|^(?:{_WH}) (?:do|have)$",
        r"(?:can|could|would|will|do|did|should|if|that|because|when|have|are) you(?: please)?$",
        r"(?:^| )(?:i|we|you|they) (?:want|need|think|guess|hope|wish|mean|believe|would like|feel|have|do not|don't)$"
        r"(?<!do you think)",
        r"(?:^| )(?:i am|i'm|we are|we're) (?:going|looking|trying|thinking|talking)$",
        r"(?:does|will|can|if|when|that|because) it$|^(?:is|was) it$",
        r"(?<!look )(?<!sound )(?<!taste )(?<!feel )(?<!it )like$",
        # How the basic recogniser reads "set a timer for" and a breath.
        r"\b(?:timer|alarm|countdown|reminder) (?:for|at|of|in) it$",
    ),
)

_OPEN_PATTERNS = (
    *rules(0.25, rf"^(?:and |so |but |then )?(?:{_WH})$"),
    *rules(
        0.15,
        r"^(?:at |in )?(?:what|which) (?:time|year|day|month|kind|type|sort|colou?r|language|song|movie|film|number)$",
        r"^how (?:many|much|long|far|old|often|big|tall|high|fast|late|soon|deep|heavy|hot|cold)(?: \w+)?$",
        r"^who (?:wrote|invented|discovered|made|painted|directed|sang|sings|plays|played|founded|built)$",
        rf"^how (?:do|would|can|should|could|did) (?:{_SUBJECT})"
        r"(?: (?:say|explain|spell|pronounce|get|make|write|find|cook))?$",
        rf"^(?:{_WH})\b.*\b(?:do|does|did) (?:{_DETERMINER}|this|that) \w+$|^(?:{_WH})(?: \w+)* (?:does|did) \w+$",
        rf"^how many\b.* (?:is|are) {_NUMBER}$",
        rf"(?:that|if|whether|because|so that) (?:{_DETERMINER}) \w+$",
        rf"(?:explain|tell|show|ask|know|remember)(?: me| to me| us| you)? (?:{_WH})$",
        rf"(?:{_DETERMINER}) (?:next|last|first|nearest|closest|best|"
        rf"biggest|largest|other|same|new|whole|old|latest|most)$",
        rf"\b(?:timer|countdown|remind me)\b.* (?:for|in|of) {_NUMBER}$",
        rf"^(?:is|are|was|were|does|did|has|have|had) (?:{_SUBJECT}|the \w+|my \w+)$",
        r"^(?:do|did|can|could|will|would|should|have) (?:i|you|he|she|we|they|it|there)"
        r"(?: (?:know|need|want|have|think|like))?$",
    ),
    *rules(
        0.2,
        r"^(?:if|while|because|since|although|though|unless|until|before|after|as soon as|every time|"
        r"whenever|once|in case|when(?! (?:is|are|was|were|do|does|did|will|can|should|has|have|would)\b))\b"
        rf"(?! (?:[\w']+ ){{2,}}(?:{_VERB}|{_WH}|do|does|did|i will|i'll|we|please|then|you|it will|there)\b)",
        rf"^{_POLITE}(?!(?:stop|pause|play|cancel|help|help me|start|resume|skip|repeat|undo|go)$)"
        rf"(?:{_VERB})(?: me| us| to| up| on| off| down)?$",
        r"^(?:take|make) (?:a|me a) note$|^wake me up$|^(?:i|we) (?:\w+ )?(?:should|could|might)$",
        r"\bto (?:call|buy|text|send|pay|pick up|write|ask|tell|book|bring|invite|visit|order)$",
        ending("instead of|because of|in front of|a lot of|one of|the rest of|next to|out of"),
        ending("any|another|some|more about|almost|nearly|only"),
    ),
    *rules(
        0.42,
        rf"^{_POLITE}(?:set|start|create|make|add)(?: me)?(?: a| an|"
        rf" the| another| my)? (?:timer|alarm|reminder|note|event)$",
        r"^remind me(?: (?:tomorrow|today|tonight|later|at .+|on \w+))$",
        r"^(?:send|write) (?:a |an )?(?:message|text|email|mail|note) to(?: my)? \w+$",
        r"^(?:the|my|a|an) \w+(?: \w+)?$",
        r"(?:^make it|a) (?:a little|bit|little|few|couple)$",
    ),
    *rules(0.7, rf"(?:at|to|for) {_NUMBER}$"),
)

_COMPLETE = (
    *rules(
        0.92,
        r"^(?:[\w']+ )+"
        r"(?:please|thanks|thank you|now|today|tonight|tomorrow|again|instead|yesterday|o'clock|am|pm|a m|p m)$",
        r"^(?:[\w']+ ){2,}(?:minutes?|hours?|seconds?|percent|degrees|days?|weeks?|months?|years?)$",
        rf"^(?:[\w']+ ){{2,}}(?:{_DAY}|morning|afternoon|evening|night|noon|midnight)$",
    ),
    *rules(
        0.88,
        rf"^(?:and |so |but |hey |ok |okay )*(?:{_WH})(?: [\w']+){{2,}}$",
        rf"^(?:and |so |but |hey |ok |okay )*(?:{_AUX})(?: [\w']+){{3,}}$",
        rf"^{_POLITE}(?:{_VERB})(?: [\w']+){{2,}}$",
    ),
    *rules(0.82, rf"^{_POLITE}(?:{_VERB}) [\w']+$"),
)

ENGLISH = TurnLanguage(
    whole=phrases(
        "stop cancel pause resume continue repeat next previous back louder quieter softer mute unmute help play "
        "hello hi hey thanks thank_you thank_you_very_much never_mind nevermind forget_it good_morning good_night "
        "good_evening good_afternoon goodbye bye shut_up be_quiet stop_it stop_that go_on next_song how_are_you "
        "what_is_it what's_up what_time_is_it what_day_is_it good_bye see_you_later cancel_that do_it undo "
        "i_do_not_know i_don't_know let_us_go let's_go that_is_all that's_all nothing wake_up skip volume_up "
        "volume_down"
    ),
    answers=phrases(
        "yes no yeah yep yup nope nah sure okay ok right correct exactly absolutely definitely fine good great "
        "alright all_right of_course please yes_please no_thanks no_thank_you not_now not_yet maybe later never "
        "always go_ahead do_it yes_do_it don't do_not cancel stop mm_hmm uh_huh i_do i_don't that's_right "
        "that_is_right the_first the_second the_third the_last both either neither none all any it_is it_isn't i_am "
        "i_did i_have i_can"
    ),
    open_endings=_OPEN_ENDINGS,
    open_patterns=_OPEN_PATTERNS,
    complete=_COMPLETE,
    dictating=r"\b(?:call|dial|text|(?:number|phone|code|pin|password|zip)(?: is)?)$",
    digits=_DIGITS,
    numbers=_NUMBERS,
)

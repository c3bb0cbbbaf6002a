"""Keys, tokens, passwords and private keys.

Works on folded text: by the prefixes that the services gave them, by the word in front of them, and by being too random
for a word. Every pattern looks a bounded way, so all is linear. Pure.
"""

from __future__ import annotations

import math
import re
from collections import Counter

from jarvis.guard.context import BEFORE, Hit, Hits, words

_KNOWN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"sk-(?:ant-|proj-|svcacct-|admin-|or-v1-|live-|test-)?[\w-]{16,}+"
    r"|(?:sk|pk|rk)_(?:live|test|prod)_\w{8,}+|whsec_[\w+/=]{16,}+|sess-\w{20,}+"
    r"|AIza[\w-]{25,}+|GOCSPX-[\w-]{15,}+|ya29\.[\w-]{15,}+|1//0[\w-]{20,}+"
    r"|(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA|AGPA|ANPA)[A-Z0-9]{12,20}"
    r"|gh[pousr]_\w{20,}+|github_pat_\w{20,}+|glpat-[\w-]{15,}+|gl(?:rt|dt|ptt|cbt)-[\w-]{15,}+"
    r"|xox[abeoprs](?:\.xox[abprs])?-[\w-]{10,}+|xapp-[\w-]{15,}+"
    r"|hf_[A-Za-z0-9]{20,}+|api_org_[A-Za-z0-9]{20,}+|r8_\w{25,}+|gsk_\w{20,}+|xai-\w{20,}+|pplx-\w{20,}+"
    r"|nvapi-[\w-]{20,}+|fw_\w{20,}+|tvly-[\w-]{16,}+|lsv2_\w{20,}+|co-\w{32,}+|jina_\w{20,}+|sq0[a-z]{3}-[\w-]{20,}+"
    r"|SG\.[\w-]{10,40}\.[\w-]{20,}+|(?:AC|SK)[0-9a-f]{32}|npm_\w{25,}+|pypi-[\w-]{20,}+|dop_v1_[0-9a-f]{32,}+"
    r"|dapi[0-9a-f]{28,}+|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{24,}+|key-[0-9a-f]{32}|lin_api_\w{20,}+|ntn_\w{20,}+"
    r"|secret_\w{30,}+|hvs\.[\w-]{20,}+|EAA[A-Za-z0-9]{60,}+|dckr_pat_[\w-]{20,}+|AGE-SECRET-KEY-1[A-Z0-9]{40,}+"
    r"|\d{8,10}:A[\w-]{30,}+|[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{25,}+"
    r"|(?<![_-])eyJ[\w-]{8,}+\.[\w-]{4,}+(?:\.[\w-]*+)?"
    r")"
)
_BLOCK_START = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|PGP MESSAGE)[A-Z ]{0,10}-----")
_BLOCK_END = re.compile(r"-----END [A-Z0-9 ]{0,60}-----")
_SSH_KEY = re.compile(r"(?<!\w)(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\d{3}) AAAA[\w+/=]{20,}+")
_HOOK = re.compile(r"hooks\.slack\.com/services/[\w/]{10,}+|discord(?:app)?\.com/api/webhooks/[\w/-]{10,}+")
_IN_ADDRESS = re.compile(
    r"(?<=://)([^\s:/@]{0,64}:[^\s@/]{1,128})@|(?<=-u )([^\s:]{1,64}:\S{1,128})"
    r"|(?:mysql(?:dump|admin)?|mariadb|sshpass|mongo)(?: [^\s'\"]{1,40}){0,6}? -p([^\s'\"]{3,64})"
)
_IN_QUERY = re.compile(
    r"[?&;](?:api_?key|key|token|access_?token|auth|sig|signature|secret|password|pwd|pass|code"
    r"|clave)=([^\s&#\"'<>]{4,300})",
    re.I,
)
_BEARER = re.compile(r"(?<!\w)(?:bearer|basic|token)\s{1,3}([A-Za-z0-9._~+/=-]{16,}+)", re.I)

_WORD = (
    r"passwords?|passwd|pwd|passphrase|passcode|pw(?=\s?[:=])|pass(?=\s?[:=])"
    r"|(?<=my )pass|(?<=mi )pass|(?<=tu )pass|contrasenas?|contrasenya|(?:safe|lock|padlock|locker|bike) combination"
    r"|combinacion de (?:la caja fuerte|la taquilla|el candado|la cerradura)|combinacion del candado"
    r"|claves?(?: de acceso| secreta| wifi)?|api[ _-]?keys?|clave api"
    r"|secret[ _-]?(?:access[ _-]?)?keys?|access[ _-]?keys?|private[ _-]?keys?|clave privada"
    r"|(?:client|app|shared)[ _-]?secret|secrets?|secreto|(?:access|auth|api|refresh|bot|session|bearer)?[ _-]?token"
    r"|credentials?|credenciales|pin(?: code| number)?|codigo pin|numero pin|login|wifi key|recovery (?:code|key"
    r"|phrase)|wpa2?(?: key)?"
    r"|(?:door|gate|locker|alarm|entry|access|safe|lock|garage|unlock) codes?"
    r"|codigo del? (?:la |el )?(?:puerta|portal|alarma|taquilla|caja fuerte|garaje|entrada|candado)"
    r"|master key|account[ _-]?key|otp|codigo de (?:acceso|seguridad|verificacion|recuperacion)"
    r"|(?:security|verification|card|2fa|sms|one[ -]time|login) code|cv[vc]2?|psk|preshared key"
    r"|code (?:to|for) (?:the|my|our) (?:front door|door|gate|alarm|safe|building|garage|locker|office)"
    r"|codigo (?:sms|de desbloqueo|de un solo uso|2fa)"
)
_SAID = re.compile(
    rf"(?<![a-z0-9])(?P<word>{_WORD})[\"']?(?P<between>(?:\s{{1,3}}(?!(?:is|es|era|was"
    rf"|sera)\s)[\w'@.-]{{1,30}}){{0,6}}?)\s{{0,3}}"
    r"(?P<link>(?:[:=]=?|===)(?!:)>?|(?<=[a-z])'s(?=\s)|(?<=\s)-{1,2}(?=\s)"
    r"|(?<=\s)(?:is|was|has been|es|fue|ha sido)\s(?:now|set|changed|reset|ahora|cambiada)(?:\s(?:to|a|por))?"
    r"(?=\s|[:=])"
    r"|(?<=\s)(?:is|es|era|was)\s(?:the|el|la)(?=\s\d)|(?<=\s)(?:is|es|era|was|sera|to|a|por|as|como)(?=\s"
    r"|[:=]))\s{0,3}[:=]?\s{0,3}"
    r"(?P<value>\"[^\"\n]{3,200}\"|'[^'\n]{3,200}'|`[^`\n]{3,200}`|[^\s\"'`]\S{2,300})",
    re.I,
)
_TAG_END = re.compile(r"</[A-Za-z]")
_TAGGED = re.compile(
    r"<(?:password|passwd|pwd|pass|contrasena|clave|secret|token|api_?key|pin|otp|cvv"
    r"|cvc)>\s{0,3}([^<>\n]{3,200}?)\s{0,3}</",
    re.I,
)
_QUOTED = re.compile(
    r"(?<![a-z])(?:passwords?|passphrase|contrasenas?"
    r"|clave)\s{1,2}\"(?=[^\"\n]{0,60}[\d!@#$%&*?])([^\"\n]{4,60})\"",
    re.I,
)
_SESSION = re.compile(r"(?<![a-z])(?:session(?:_?id)?|sid|phpsessid|jsessionid|csrf_?token)=([\w%.-]{16,300})", re.I)
_SEED = re.compile(
    r"(?<![a-z])(?:(?:seed|recovery|backup|mnemonic|secret) (?:phrase|words)|mnemonic"
    r"|(?:frase|palabras) (?:semilla|de recuperacion|secretas?))(?:\s(?:is|are|es|son))?\s?:?\s{1,2}"
    r"([a-z]{3,8}(?:,?\s[a-z]{3,8}){11,23})(?![a-z])"
)
_BEFORE_WORD = re.compile(
    r"(?<![\w.,])(\d{4,8}) (?:is|es|as|como) (?:your|my|the|tu|su|mi|el|la) (?:[a-z-]{2,15} ){0,2}?"
    r"(?:code|codigo|pin|otp|clave|contrasena|password|passcode)(?![a-z])(?! (?:postal|country|area))",
    re.I,
)
_NUMERIC_WORDS = re.compile(r"pass|pwd|pin|contrase|clave|otp|cv|code|codigo|combina|wpa|wifi|login", re.I)
_BESIDE = re.compile(
    r"(?<![a-z0-9])(?P<word>passwords?|passwd|pwd|passcode|passphrase|contrasenas?|clave|api[ _-]?key|token"
    r"|pin(?: number| code)?|otp|cv[vc]2?|codigo pin|numero pin"
    r"|(?:door|gate|locker|alarm|entry|access|safe|lock|garage|unlock|verification|security|2fa|sms|one[ -]time"
    r"|login) code"
    r"|codigo (?:del? )?(?:la |el )?(?:puerta|portal|alarma|taquilla|caja fuerte|garaje|acceso|seguridad|verificacion"
    r"|desbloqueo|sms|2fa|un solo uso))"
    r"(?:\s(?:del? )?(?:wi-?fi|netflix|email|correo|router|wlan|portal|root|admin))?\s{1,2}"
    r"[\"'`]?(?P<value>[^\s\"'`,;:]{3,200})",
    re.I,
)
_DIGIT_CODES = re.compile(r"pin|otp|cv|code$|codigo")
_CHANGES = frozenset(("to", "a", "por", "as", "como", "-", "--"))
_NO_PLAIN_WORD = 15
"""What a password is changed to is one when it is longer than words are; "to something longer" is not."""
_PASSWORD = re.compile(r"pass|contrase|clave|pwd", re.I)
_OWNED = re.compile(r"(?:my|mi|our|nuestra|su|his|her|their|tu|your)\s{1,3}$")
_GOES_ON = re.compile(
    r"\s{0,8}(?:$|\n)|\s{1,8}(?:and|y|but|pero|please|por favor|for|para|so|asi|can|puedes)(?!\w)", re.I
)
_MIXED = re.compile(
    r"[a-z][A-Z]|[A-Za-z]\d|\d[A-Za-z]|(?=.{6})(?:[A-Za-z].{0,40}\d|\d.{0,40}[A-Za-z])|\w[!@#$%^&*+=?~/\\|]\w"
    r"|\w[@#$%^&*]$"
)
_SIGNS = (
    *("pass pwd contrase clave key secret token creden pin login recovery wpa otp cod".split()),
    *("bearer basic auth sig seed semilla mnemonic backup sid cvv cvc psk pw combina".split()),
    *("://", "-u ", " -p", "="),
)
_CODE = re.compile(
    r"[A-Za-z_]{1,40}(?:\.[A-Za-z_]{1,40}){0,8}(?:[(\[.]|\.[A-Za-z_]{1,40}[),;]?$)|[<\[{]|\$[{(A-Z]|%\(|lambda$|None"
)
"""An expression of a program: it names where the secret comes from."""
_ADDRESS = re.compile(r"[^\s@]{1,64}@[\w.-]{1,200}\.[a-z]{2,24}", re.I)
_FIGURE = re.compile(r"\d{1,2}:\d{2}|[$€£]?\d{1,30}(?:[.,]\d{1,30})?[%€$£]?")
_NO_SECRET = frozenset(
    "required wrong correct incorrect weak strong expired safe secure invalid valid missing empty needed "
    "optional unknown changed reset stored hashed encrypted saved ready good enough different same short long "
    "simple complex hard easy important necessary mandatory obligatoria requerida incorrecta correcta "
    "incorrecto correcto debil fuerte segura seguro invalida valida caducada necesaria larga corta importante "
    "buena mala what when where which how why who que como cuando cual donde quien the this that these your "
    "mine ours his her their my yours esta este esto esa ese una uno los las del not never always now still "
    "being used using shown displayed para con sin the_password password contrasena clave token secret secreto "
    "happiness success exito felicidad simple easy work working nothing something anything limited unlimited "
    "full free gratis none null true false yes no si tener hacer ser amor love patience paciencia practice".split()
)
_KEY_NEAR = words(
    _WORD
    + r"|keys?|llaves?|bearer|authorization|autorizacion|hash|auth|hmac|seed phrase|signature|firma|license|licencia"
)
_ASSIGNED = re.compile(r"[A-Za-z][A-Za-z_]{0,40}=(?=[\w+/-]{8})")
_RANDOM = re.compile(r"[A-Za-z0-9](?<![\w+/=.-].)(?:[A-Za-z0-9+/_=.~-]{15,}+)")


def credentials(text: str) -> Hits:
    """Yield everything that opens something."""
    for pattern in (_KNOWN, _SSH_KEY, _HOOK):
        for match in pattern.finditer(text):
            yield Hit(kind="secret", start=match.start(), end=match.end())
    yield from _blocks(text)
    yield from _random(text)
    lowered = text.lower()
    # Most texts hold none of these words, and then the slow searches have nothing to find.
    if not any(sign in lowered for sign in _SIGNS):
        return
    yield from _said(text)
    yield from _beside(text)
    for pattern in (_IN_ADDRESS, _IN_QUERY, _QUOTED, _SESSION, _SEED, _TAGGED, _BEFORE_WORD, _BEARER):
        for match in pattern.finditer(text):
            if pattern is not _BEARER or _is_random(match[1], 3.0):
                group = match.lastindex or 1
                yield Hit(kind="secret", start=match.start(group), end=match.end(group))


def _blocks(text: str) -> Hits:
    at = 0
    while (start := _BLOCK_START.search(text, at)) is not None:
        end = _BLOCK_END.search(text, start.end())
        at = len(text) if end is None else end.end()
        yield Hit(kind="secret", start=start.start(), end=at)


def _said(text: str) -> Hits:
    for match in _SAID.finditer(text):
        value, start = match["value"], match.start("value")
        value = _TAG_END.split(value)[0]
        if value[0] in "\"'`":
            if value[1:-1].lower() in _NO_SECRET:
                continue
            yield Hit(kind="secret", start=start + 1, end=start + len(value) - 1)
            continue
        bare = value.rstrip(".,;:)]}>\"'»")
        # A bracket at the end belongs to a password that has other signs, too.
        value = value.rstrip(".,;:\"'") if re.search(r"[!@#$%^&*(\[{<_+=~|]", bare) else bare
        owned = _OWNED.search(text[max(0, match.start() - 12) : match.start()].lower()) is not None
        ends = len(value) < len(match["value"]) or _GOES_ON.match(text, match.end()) is not None
        # Whom one logs in as is reached there: that is said by its own kind.
        address = match["word"].lower() == "login" and _ADDRESS.fullmatch(value) is not None
        if value and not address and _is_told(match["word"], match["link"], value, owned=owned, ends=ends):
            yield Hit(kind="secret", start=start, end=start + len(value))


def _beside(text: str) -> Hits:
    """Yield what follows the word at once: "password hunter2", "pin 4821"."""
    for match in _BESIDE.finditer(text):
        value = match["value"].rstrip(".)]}>")
        word = match["word"].lower()
        if _DIGIT_CODES.search(word):
            told = re.fullmatch(r"\d{3,4}" if word.startswith("cv") else r"\d{4,8}", value) is not None
        else:
            told = len(value) >= 6 and re.search(r"\d", value) is not None and _MIXED.search(value) is not None
        if told:
            yield Hit(kind="secret", start=match.start("value"), end=match.start("value") + len(value))


def _is_told(word: str, link: str, value: str, *, owned: bool, ends: bool) -> bool:
    """Tell whether what follows "password is" or "token:" is the thing itself rather than something said about it."""
    bare = value.rstrip("!?")
    changed = link.rpartition(" ")[2] in _CHANGES
    if _FIGURE.fullmatch(bare):
        return (
            bare.isdigit()
            and len(bare) >= (3 if word.lower().startswith("cv") else 4)
            and _NUMERIC_WORDS.search(word) is not None
            and not changed
        )
    if len(bare) < 3 or bare.lower() in _NO_SECRET:
        return False
    if link == "'s":
        return _MIXED.search(value) is not None
    if link[0] == "=" and _CODE.match(value) is not None:
        return False
    if _MIXED.search(value) is not None:
        return True
    password = _PASSWORD.match(word) is not None and (owned or not word.lower().startswith("clave"))
    if link[0] in ":=":
        return len(bare) >= 4 and "://" not in bare and (password or ends)
    return password and ends and len(bare) >= (_NO_PLAIN_WORD if changed else 4)


def _random(text: str) -> Hits:
    for match in _RANDOM.finditer(text):
        token = match.group().rstrip(".=/-") if not match.group().endswith("==") else match.group()
        if not re.search(r"\d", token) or not re.search(r"[A-Za-z]", token):
            continue
        before = text[max(0, match.start() - BEFORE) : match.start()].lower()
        near = _KEY_NEAR.search(before) is not None and "://" not in before[-8:]
        if (near and _is_random(token, 3.0)) or _is_surely_random(token):
            name = _ASSIGNED.match(match.group())
            yield Hit(kind="secret", start=match.start() + (name.end() if name else 0), end=match.end())


def _is_random(token: str, bits: float) -> bool:
    """Tell whether the characters of `token` carry at least `bits` of Shannon entropy each and hold a digit."""
    counts = Counter(token)
    entropy = -sum(n / len(token) * math.log2(n / len(token)) for n in counts.values())
    return entropy >= bits and re.search(r"\d", token) is not None


def _is_surely_random(token: str) -> bool:
    if len(token) < 32 or token.count("/") > 3 or token.count(".") > 2 or token.count("-") + token.count("_") > 4:
        return False
    enough = all(len(re.findall(kind, token)) >= least for kind, least in (("[a-z]", 3), ("[A-Z]", 6), (r"\d", 1)))
    return enough and _is_random(token, 4.2)

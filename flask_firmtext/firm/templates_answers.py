"""Which answers a text offers to a client, and whether one of them is a word that stops texts.

Carriers and the law take such a word as an opt-out whatever the text said it was for: a client who answers CANCEL to
cancel an appointment would get no more texts. So it may only be offered for that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..messaging.consent_words import OPT_OUT_WORDS

#: What says yes and no to an invitation, by language; the letter first.
YES = {"en": ("Y", "YES"), "fr": ("O", "OUI"), "es": ("S", "SI")}
NO = {"en": ("N", "NO"), "fr": ("N", "NON"), "es": ("N", "NO")}


def _any(*words: str) -> str:
    return f"(?:{'|'.join(words)})"


_WORDS = _any(*OPT_OUT_WORDS, *(word for words in (*YES.values(), *NO.values()) for word in words))
_VERB = _any(
    *(
        "reply(?:ing)?",
        "respond(?:ing)?",
        "text(?:ing)?",
        "send(?:ing)?",
        "answer(?:ing)?",
        "write",
        "type",
        "say",
        "press(?:ing)?",
    ),
    *("repond(?:ez|re|s)", "envoy(?:ez|er)", "ecri(?:vez|re)", "text(?:ez|er)", "tap(?:ez|er)", "retourn(?:ez|er)"),
    r"confirm(?:ez|e|ing)?\s+(?:with|by|par|avec|con)",
    *("respond(?:a|e|er|an)", "contest(?:e|a|ar)", "envi(?:e|a|ar)", "escrib(?:a|e|ir)", "mand(?:e|a|ar)", "marque"),
)
_FILLER = _any(
    *("back", "with", "us", "the", "words?", "just", "simply", "only", "by", "message", "keyword", "this", "text"),
    *("par", "avec", "simplement", "le", "la", "mot", "nous", "a", "ce", "texto", "con", "palabra", "nos", "solo"),
)
_OR = _any("or", "ou", "o", "u", "and", "et", "y", "e")
_TEXTS = _any(
    *("texts?", "texting", "textos?", "messages?", "messaging", "mensajes", "sms", "reminders", "rappels"),
    *("recordatorios", "notifications?", "notificaciones", "alerts", "alertes", "avisos", "avis"),
)
_STOP = _any(
    *(
        "stops?",
        "ends?",
        "quits?",
        "cancels?",
        "halts?",
        "no more",
        "no longer",
        "not",
        "without",
        "turn off",
        "plus de",
    ),
    *("arreter", "cesser", "stopper", "bloquer", "fin d", "fin des", "detener", "parar", "cancelar", "suspender"),
    *("terminar", "no mas", "dejar"),
)
_OPTS_OUT = _any(
    *(
        r"\bopt(?:ing)?[ -]?out",
        r"\b(?:be|get) removed",
        r"\bunsubscrib\w*",
        r"\bdesabonn\w*",
        r"\bdesinscri\w*",
        r"\bdarse de baja",
    ),
    *(r"\bne (?:plus|pas)(?: \w+)? recevoir", r"\b(?:dejar de|no)(?: \w+){0,2} recibir", r"\bsuscripcion"),
    rf"\b{_STOP}(?:\W+(?!{_OR}\b)\w+){{0,4}}?\W+{_TEXTS}",
)

_TOKEN = re.compile(rf"(?<![\w@-])(?<!\w['’]){_WORDS}(?![\w@-])", re.IGNORECASE)
_ASKING = re.compile(rf"\b{_VERB}\b", re.IGNORECASE)
_ADDRESS = re.compile(r"\S+@\S+|https?:\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)+/\S*|\{[^{}]*\}", re.IGNORECASE)
_SENTENCE = re.compile(r".+?(?:[.!?;]+(?=[\s\[\])\"”»]|$)|\n\s*\n|$)", re.DOTALL)
_ASKED_FOR = re.compile(rf"\b{_VERB}(?:\W+{_FILLER}\b)*(?:\W+{_WORDS}\b(?:\W+{_OR}\b)?)*\W*$", re.IGNORECASE)
_ONE_MORE = re.compile(rf"(?:,|\b{_OR})\W*$", re.IGNORECASE)
_ANSWER_ENDS = re.compile(rf"\W*$|\W*[,.;:=/)]|\W+(?:{_OR}|to|for|if|pour|si|para|at|any|now)\b", re.IGNORECASE)
_FOR = re.compile(r"\W*(?:to|for|if|pour|si|para)\b|\s*[=:(–-]", re.IGNORECASE)
_TO = re.compile(r"\W*(?:to|pour|para)\b", re.IGNORECASE)
_AFTER_TO = re.compile(r"\b(?:to|for|pour|para)\s+$", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“«'‘]\s?$"), re.compile(r"\s?[\"”»'’]")
_SAME = re.compile(rf"(?:\W|{_OR}\b)*", re.IGNORECASE)
_STOPS = re.compile(_OPTS_OUT, re.IGNORECASE)
#: What is done to an appointment, not to texts.
_ELSE = re.compile(
    r"\b(?:cancel|declin|confirm|reschedul|postpon|chang|mov[ei]|annul|refus|report|deplac|modifi|rechaz|reprogram"
    r"|aplaz|cambi)|\bof\W+(?:\w+\W+)?(?:meeting|appointment|hearing|event|visit|case)\b(?!\W+\w*"
    rf"{_TEXTS})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One answer that a text offers: the word in capitals without accents, its line, and whether it is for no texts."""

    word: str
    line: int
    opts_out: bool

    @property
    def is_trap(self) -> bool:
        """Whether who answers so for another reason gets no more texts."""
        return self.word in OPT_OUT_WORDS and not self.opts_out


def offers(body: str) -> list[Offer]:
    """Every answer offered in ``body``, in its order."""
    plain = _ADDRESS.sub(lambda match: "_" * len(match[0]), "".join(map(_folded, body)))
    asking = _ASKING.search(plain) is not None
    found: list[Offer] = []
    before = ""
    for sentence in _SENTENCE.finditer(plain):
        tokens = [match for match in _TOKEN.finditer(plain, *sentence.span()) if _offered(sentence, match, asking)]
        for group, opts_out in _purposes(sentence, tokens, before):
            for token in group:
                line = body.count("\n", 0, token.start()) + 1
                found.append(Offer(token[0].upper(), line, opts_out))
        before = sentence[0]
    return found


def _folded(letter: str) -> str:
    """A letter without its accent; every other character stays, so that positions do."""
    return unicodedata.normalize("NFD", letter)[0]


def _offered(sentence: re.Match[str], token: re.Match[str], asking: bool) -> bool:
    """Whether a word is one to answer with: it follows "reply", is in quotes, or stands out in capitals."""
    before = sentence[0][: token.start() - sentence.start()]
    after = sentence[0][token.end() - sentence.start() :]
    shouted = sentence[0].isupper()
    capitals = token[0].isupper() and not shouted
    if _ASKED_FOR.search(before) and (capitals or _ANSWER_ENDS.match(after)):
        return True
    if _ONE_MORE.search(before) and _TO.match(after) and _ASKING.search(before):
        return True
    if asking and _QUOTED[0].search(before) and _QUOTED[1].match(after):
        return True
    return capitals and not _AFTER_TO.search(before) and bool(asking or _FOR.match(after))


def _purposes(
    sentence: re.Match[str], tokens: Sequence[re.Match[str]], previous: str
) -> Iterator[tuple[list[re.Match[str]], bool]]:
    """The tokens in groups that share a purpose ("STOP or QUIT to opt out"), each with whether that is no texts."""
    groups: list[list[re.Match[str]]] = []
    for token in tokens:
        if groups and _SAME.fullmatch(sentence.string, groups[-1][-1].end(), token.start()):
            groups[-1].append(token)
        else:
            groups.append([token])
    ends = [*(group[0].start() for group in groups[1:]), sentence.end()]
    start, asked = sentence.start(), previous if previous.rstrip().endswith("?") else ""
    for group, end in zip(groups, ends, strict=False):
        before = sentence.string[start : group[0].start()]
        after = sentence.string[group[-1].end() : end]
        if end != sentence.end():
            after = after.partition(",")[0]
        yield group, _for_no_texts(f"{asked},{before}", after)
        # What stands up to the next comma says what this group is for, not the next.
        start, asked = group[-1].end() + len(after), ""


def _for_no_texts(before: str, after: str) -> bool:
    clauses = [] if _FOR.match(after) else re.split(r"[,:?]", before)
    return any(map(_stops_texts, [after, *clauses]))


def _stops_texts(words: str) -> bool:
    return bool(_STOPS.search(words)) and not _ELSE.search(_STOPS.sub(" ", words))

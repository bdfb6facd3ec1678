"""What makes a template unfit to be sent. Operators read each fault with its line and its cure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ..messaging.consent_words import NETWORK_WORDS
from ..messaging.segments import GSM_BASIC, GSM_EXTENDED, Encoding, measure
from .shorteners import SHORTENERS
from .templates_answers import NO, YES, Offer, offers
from .templates_syntax import MAY_BE_EMPTY, Fault, Parsed, parse, render
from .templates_words import LONGEST, MOST_SEGMENTS, Kind

MOST_CHARACTERS = 2000
#: A text that asks the client to come.
ASKING = frozenset((Kind.CREATED, Kind.REMINDER))
#: As a rule the first automatic text that a client gets: the law wants the way out in it.
FIRST = Kind.CREATED

_SHORTENED = re.compile(
    rf"(?<![\w.@-])(?:www\.)?({'|'.join(map(re.escape, sorted(SHORTENERS)))})(?![\w-]|\.\w)", re.IGNORECASE
)
_MARKUP = re.compile(
    r"</?[a-z][a-z0-9]*(?:\s[^<>\n]*)?/?>|<!--|&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8});|\*\*|```", re.IGNORECASE
)
_ALWAYS = "outside of square brackets"
_SPELLED = {"\n": "a line break", "\t": "a tab", "\u00a0": "a no-break space"}


def clean(body: str) -> str:
    """``body`` as it is kept: line feeds only, letters with their accents as one character, no blank around it."""
    body = body.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", body).strip()


def check(body: str, kind: Kind, language: str) -> list[Fault]:
    """Everything that is wrong with a template as :func:`clean` returns it; nothing when it may be used."""
    if not body.strip():
        return [Fault(1, "There are no words in it.")]
    if len(body) > MOST_CHARACTERS:
        return [Fault(1, f"It has {len(body):,} characters; a text has at most {MOST_CHARACTERS:,}. Shorten it.")]
    parsed = parse(body)
    broken = [*parsed.faults, *_characters(body)]
    faults = [*broken, *_markup(body), *_links(body), *_fields(parsed, kind), *_named(parsed, body)]
    faults += _answers(parsed, body, kind, language)
    if not broken:
        faults += [*_brackets(parsed), *_length(body, language)]
    return sorted(faults)


def longest_segments(body: str, language: str) -> int:
    """How many segments a text of these words takes at the most. :raises ValueError: they are broken."""
    return measure(render(body, LONGEST[language])).count


def _at(body: str, position: int) -> int:
    return body.count("\n", 0, position) + 1


def _characters(body: str) -> Iterator[Fault]:
    for position, letter in enumerate(body):
        if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"):
            reason = f"It holds {spelled(letter)}, which nobody sees. Delete it and type the place again."
            yield Fault(_at(body, position), reason)


def _markup(body: str) -> Iterator[Fault]:
    for found in _MARKUP.finditer(body):
        yield Fault(_at(body, found.start()), f"{found[0]!r} is markup, and a phone would show it. Write plain words.")


def _links(body: str) -> Iterator[Fault]:
    for found in _SHORTENED.finditer(body):
        reason = f"{found[1]} shortens links, and carriers block texts with it. Write the whole address."
        yield Fault(_at(body, found.start()), reason)


def _fields(parsed: Parsed, kind: Kind) -> Iterator[Fault]:
    for part, field in parsed.fields:
        if field.name in MAY_BE_EMPTY and not part.optional:
            reason = f"{{{field.name}}} may be empty. Put it into square brackets with the words that go with it."
            yield Fault(field.line, reason)
        if field.name == "changes" and kind is not Kind.UPDATED:
            yield Fault(field.line, f"{{changes}} is for the template updated; {kind} has none.")


def _brackets(parsed: Parsed) -> Iterator[Fault]:
    for part in parsed.parts:
        if part.optional and not part.fields:
            yield Fault(
                part.line, "There is no field in the square brackets, so they leave nothing out. Take them away."
            )


def _named(parsed: Parsed, body: str) -> Iterator[Fault]:
    last = _at(body, len(body))
    needs = [frozenset(field.name for field in part.fields) & MAY_BE_EMPTY for part in parsed.parts]
    if not any(field.name == "firm" and not part.optional for part, field in parsed.fields):
        yield Fault(last, "It does not always name the firm. Add {firm}, " + _ALWAYS + ".")
    for name in ("contact_phone", "contact_email"):
        if {name} not in needs:
            reason = (
                f"It lacks {{{name}}} in square brackets of its own, as in [ {{{name}}}.]: a firm may have only that."
            )
            yield Fault(last, reason)


def _answers(parsed: Parsed, body: str, kind: Kind, language: str) -> Iterator[Fault]:
    for offer in offers(body):
        if offer.is_trap:
            reason = (
                f"A client who answers {offer.word} gets no more texts, so it may be offered for that only, "
                "as in: Reply STOP to opt out. Offer another word, or say what it does."
            )
            yield Fault(offer.line, reason)
    last = _at(body, len(body))
    # What stands in square brackets may be left out.
    always = offers("".join(str(piece) for part in parsed.parts if not part.optional for piece in part.pieces))
    yield from (Fault(last, reason) for reason in _missing(always, kind, language))


def _missing(always: list[Offer], kind: Kind, language: str) -> Iterator[str]:
    answers = {offer.word for offer in always if not offer.opts_out}
    ways_out = {offer.word for offer in always if offer.opts_out}
    if kind in ASKING and not (answers.intersection(YES[language]) and answers.intersection(NO[language])):
        yield f"It does not say how to answer. Offer {YES[language][0]} and {NO[language][0]}, {_ALWAYS}."
    if kind is FIRST and not ways_out.intersection(NETWORK_WORDS[language]):
        word = NETWORK_WORDS[language][0]
        yield f"It does not say how to opt out. Offer {word} for that, {_ALWAYS}; carriers act on {word}."


def _length(body: str, language: str) -> Iterator[Fault]:
    size = measure(render(body, LONGEST[language]))
    if size.count <= MOST_SEGMENTS:
        return
    costly = [letter for letter in dict.fromkeys(body) if letter not in GSM_BASIC and letter not in GSM_EXTENDED]
    reason = f"In its longest form it takes {size.count} segments; at most {MOST_SEGMENTS} may be. "
    if size.encoding is Encoding.GSM7:
        yield Fault(_at(body, len(body)), f"{reason}Shorten it: {size.units} characters are counted, 306 fit.")
    else:
        named = ", ".join(map(spelled, costly[:5]))
        yield Fault(
            _at(body, body.index(costly[0])), f"{reason}Less than half as much fits because of {named}: avoid that."
        )


def spelled(letter: str) -> str:
    """A character for people: itself, and its name where nobody would recognise it."""
    if letter in _SPELLED:
        return _SPELLED[letter]
    code, name = f"U+{ord(letter):04X}", unicodedata.name(letter, "").lower()
    seen = letter if letter.isprintable() else code
    return f"{seen} ({name})" if name else code

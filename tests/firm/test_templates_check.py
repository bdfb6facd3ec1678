"""Which templates operators may use, and what they are told about the others."""

from __future__ import annotations

import time

import pytest

from flask_firmtext.firm.templates_check import check, clean
from flask_firmtext.firm.templates_words import LANGUAGES, LONGEST, MOST_SEGMENTS, OURS, Kind
from flask_firmtext.messaging.consent_words import OPT_OUT_WORDS

#: What nobody's template is complete without; each row adds what it is about.
REACH = "[ Call {contact_phone}.][ Write to {contact_email}.]"
EN = f"{{firm}}: {{title}}, {{date}}.{REACH}"
ASK = f"{EN} Reply Y or N."
WHOLE = f"{ASK} Reply STOP to opt out."
FR = f"{{firm}} : {{title}}, {{date}}.{REACH}"
ES = f"{{firm}}: {{title}}, {{date}}.{REACH}"

Row = tuple[str, str, str, str, list[tuple[int, str]]]
#: label, kind, language, body, and for each fault its line and some of its words.
BODIES: list[Row] = [
    # fields and brackets
    ("the least that will do", "cancelled", "en", EN, []),
    ("every field but one", "cancelled", "en", f"{{firm}}: {{title}}, {{date}}[, {{time}}][, {{place}}].{REACH}", []),
    ("that one", "updated", "en", f"{{firm}}: {{title}}. {{changes}}.{REACH}", []),
    ("several lines", "cancelled", "en", f"{{firm}}:\n{{title}}, {{date}}.\n{REACH}", []),
    ("a field twice", "cancelled", "en", f"{EN} {{firm}}", []),
    ("nothing", "cancelled", "en", "", [(1, "no words")]),
    ("blanks only", "cancelled", "en", " \n ", [(1, "no words")]),
    ("a field that nobody knows", "cancelled", "en", f"{EN}\n{{judge}}", [(2, "no field {judge}. There are {firm}")]),
    ("a misspelt field", "cancelled", "en", f"{EN} {{titel}}", [(1, "Did you mean {title}?")]),
    ("a field in capitals", "cancelled", "en", f"{EN} {{Title}}", [(1, "Write {title}: small letters")]),
    ("a field with blanks", "cancelled", "en", f"{EN} {{ title }}", [(1, "Write {title}: small letters")]),
    ("a field with a format", "cancelled", "en", f"{EN} {{title!r}}", [(1, "no field {title!r}")]),
    ("an attribute", "cancelled", "en", f"{EN} {{firm.__class__}}", [(1, "no field {firm.__class__}")]),
    ("a field without a name", "cancelled", "en", f"{EN} {{}}", [(1, "no name")]),
    ("another system's field", "cancelled", "en", f"{EN} {{{{title}}}}", [(1, "never closed"), (1, "never opened")]),
    ("an open brace", "cancelled", "en", f"{EN}\n\nYour {{title", [(3, "A { is never closed")]),
    ("a closing brace", "cancelled", "en", f"{EN} title}}", [(1, "A } was never opened")]),
    ("an open bracket", "cancelled", "en", f"{EN}\n[ at {{place}}", [(2, "The [ is never closed")]),
    ("a closing bracket", "cancelled", "en", f"{EN} at]", [(1, "A ] was never opened")]),
    ("a bracket in a bracket", "cancelled", "en", f"{EN}[ at {{place}}[ {{time}}]", [(1, "inside another [")]),
    ("brackets around words only", "cancelled", "en", f"{EN}\n[ Thank you.]", [(2, "no field in the square")]),
    ("a place that may be empty", "cancelled", "en", f"{EN}\nAt {{place}}.", [(2, "{place} may be empty")]),
    ("a time that may be empty", "cancelled", "en", f"{EN} At {{time}}.", [(1, "{time} may be empty")]),
    ("changes of what is new", "cancelled", "en", f"{EN} {{changes}}", [(1, "{changes} is for the template updated")]),
    # what is no plain text
    ("a tag", "cancelled", "en", f"{EN}\n<b>Bring papers</b>", [(2, "'<b>' is markup"), (2, "'</b>' is markup")]),
    ("an entity", "cancelled", "fr", f"{FR} Rendez-vous annul&eacute;.", [(1, "'&eacute;' is markup")]),
    ("stars", "cancelled", "en", f"{EN} **Important**", [(1, "markup"), (1, "markup")]),
    ("less than", "cancelled", "en", f"{EN} It takes < 1 hour & is free.", []),
    ("an escape", "cancelled", "en", f"{EN}\n\x1b[1m", [(2, "U+001B"), (2, "never closed")]),
    ("a tab", "cancelled", "en", f"{EN}\tThank you.", [(1, "a tab")]),
    ("a blank that nobody sees", "cancelled", "en", f"{EN}\u200b", [(1, "zero width space")]),
    ("a change of direction", "cancelled", "en", f"{EN}\u202e", [(1, "right-to-left override")]),
    # length
    ("2,001 characters", "cancelled", "en", "x" * 2001, [(1, "2,001 characters")]),
    ("three segments", "cancelled", "en", EN + " ok" * 50, [(1, "3 segments; at most 2")]),
    ("emoji in a short text", "cancelled", "en", f"{EN}\nSee you \U0001f600", [(2, "\U0001f600 (grinning face)")]),
    ("a cedilla", "cancelled", "fr", f"{FR} Ça va, reçu.", [(1, "ç (latin small letter c with cedilla)")]),
    ("a Spanish accent", "cancelled", "es", f"{ES}\nSu reunión está anulada.", [(2, "ó (latin")]),
    ("a curly apostrophe", "cancelled", "en", f"{EN} It’s off.", [(1, "’ (right single quotation mark)")]),
    ("a no-break space", "cancelled", "fr", f"{FR} Annulé\u00a0!", [(1, "a no-break space")]),
    ("accents that cost nothing", "cancelled", "fr", f"{FR} Annulé, où ? Déjà réglé.", []),
    ("Spanish that costs nothing", "cancelled", "es", f"{ES} ¿Preguntas? ¡Llame! Mañana, café.", []),
    # who it is from, and how to reach them
    ("no firm", "cancelled", "en", f"{{title}}.{REACH}\nBye.", [(2, "does not always name the firm")]),
    ("the firm with the place", "cancelled", "en", f"{{title}}[, {{firm}}, {{place}}].{REACH}", [(1, "name the firm")]),
    ("no phone", "cancelled", "en", "{firm}: {title}.[ Write to {contact_email}.]", [(1, "lacks {contact_phone}")]),
    ("no email", "cancelled", "en", "{firm}: {title}.[ Call {contact_phone}.]", [(1, "lacks {contact_email}")]),
    ("no way to reach them", "cancelled", "en", "{firm}: {title}.", [(1, "{contact_email}"), (1, "{contact_phone}")]),
    ("both in one bracket", "cancelled", "en", "{firm}: {title}.[ Call {contact_phone} or write {contact_email}.]",
     [(1, "lacks {contact_email} in square brackets of its own"), (1, "lacks {contact_phone}")]),
    ("a phone outside of brackets", "cancelled", "en", "{firm}: {title}. {contact_phone}[ {contact_email}.]",
     [(1, "{contact_phone} may be empty")]),
    # yes and no
    ("a reminder that asks", "reminder", "en", ASK, []),
    ("a reminder that does not", "reminder", "en", EN, [(1, "Offer Y and N")]),
    ("a first text that does not ask", "created", "en", f"{EN} Reply STOP to opt out.", [(1, "Offer Y and N")]),
    ("yes alone", "reminder", "en", f"{EN}\nReply Y to confirm.", [(2, "Offer Y and N")]),
    ("yes and no in a bracket", "reminder", "en", f"{EN}[ At {{place}}. Reply Y or N.]", [(1, "Offer Y and N")]),
    ("the words", "reminder", "en", f"{EN} Reply YES or NO.", []),
    ("in quotes", "reminder", "en", f'{EN} Answer with "y" or "n".', []),
    ("confirmed with", "reminder", "en", f"{EN} Please confirm with Y or N.", []),
    ("confirmed by", "reminder", "fr", f"{FR} Confirmez par O ou N.", []),
    ("a French answer", "reminder", "fr", f"{FR} Répondez O pour oui, N pour non.", []),
    ("English letters in French", "reminder", "fr", f"{FR} Répondez Y ou N.", [(1, "Offer O and N")]),
    ("a Spanish answer", "reminder", "es", f"{ES} Responda S o N.", []),
    ("a Spanish answer in words", "reminder", "es", f"{ES} Conteste SI o NO.", []),
    ("a letter that is no answer", "reminder", "en", f"{EN} At 345 N Main Street, suite Y.", [(1, "Offer Y and N")]),
    # the way out
    ("a whole first text", "created", "en", WHOLE, []),
    ("no way out", "created", "en", ASK, [(1, "does not say how to opt out. Offer STOP")]),
    ("a way out in a bracket", "created", "en", f"{ASK}[ At {{place}}. Reply STOP to opt out.]", [(1, "Offer STOP")]),
    ("a way out that no carrier knows", "created", "en", f"{ASK} Reply QUIT to opt out.", [(1, "Offer STOP")]),
    ("two ways out", "created", "en", f"{ASK} Reply STOP or QUIT to opt out.", []),
    ("asked first", "created", "en", f"{ASK} No more texts? Reply STOP.", []),
    ("the purpose first", "created", "en", f"{ASK} To unsubscribe, reply STOP at any time.", []),
    ("one sentence", "created", "en", f"{EN} Reply Y to come, N to decline, STOP to opt out.", []),
    ("ARRET in French", "created", "fr", f"{FR} Répondez O ou N. ARRET pour ne plus recevoir de textos.", []),
    ("STOP in French", "created", "fr", f"{FR} Répondez O ou N. Répondez STOP pour vous désabonner.", []),
    ("a way out in Spanish", "created", "es", f"{ES} Responda S o N. Responda STOP para no recibir mensajes.", []),
    ("ALTO alone", "created", "es", f"{ES} Responda S o N. ALTO para no recibir mensajes.", [(1, "Offer STOP")]),
    ("a reminder with a way out", "reminder", "en", f"{ASK} Reply STOP to stop these texts.", []),
    # a word that stops texts, offered for something else
    ("CANCEL for the appointment", "reminder", "en", f"{ASK}\nReply CANCEL to cancel your appointment.",
     [(2, "answers CANCEL gets no more texts")]),
    ("in small letters", "reminder", "en", f"{ASK} Reply cancel to cancel your appointment.", [(1, "answers CANCEL")]),
    ("in capitals only", "cancelled", "en", f"{EN} REPLY CANCEL TO CANCEL.", [(1, "answers CANCEL")]),
    ("in a list", "reminder", "en", f"{EN} Reply Y to come, N to decline, CANCEL to cancel.", [(1, "answers CANCEL")]),
    ("instead of no", "reminder", "en", f"{ASK} Reply Y or CANCEL.", [(1, "answers CANCEL")]),
    ("asked for before", "reminder", "en", f"{ASK} Need to cancel? Reply CANCEL.", [(1, "answers CANCEL")]),
    ("with its meaning", "reminder", "en", f"{ASK} Text us: END = end the matter.", [(1, "answers END")]),
    ("STOP to cancel", "reminder", "en", f"{ASK} Reply STOP to cancel.", [(1, "answers STOP")]),
    ("STOP for nothing", "reminder", "en", f"{ASK} Reply STOP.", [(1, "answers STOP")]),
    ("both at once", "reminder", "en", f"{ASK} Reply CANCEL to cancel and stop these texts.", [(1, "answers CANCEL")]),
    ("out of the meeting", "reminder", "en", f"{ASK} Reply QUIT to opt out of the meeting.", [(1, "answers QUIT")]),
    ("UNSUBSCRIBE from a list", "reminder", "en", f"{ASK} Send UNSUBSCRIBE if you cannot come.", [(1, "UNSUBSCRIBE")]),
    ("REVOKE", "reminder", "en", f"{ASK} Reply REVOKE to revoke your signature.", [(1, "answers REVOKE")]),
    ("OPT OUT", "reminder", "en", f"{ASK} Reply OPT OUT to decline.", [(1, "answers OPT OUT")]),
    ("STOPALL", "reminder", "en", f"{ASK} Reply STOPALL to decline all dates.", [(1, "answers STOPALL")]),
    ("no texts first", "reminder", "en", f"{ASK} If you want no more texts, reply QUIT to decline.", [(1, "QUIT")]),
    ("quoted", "reminder", "en", f'{ASK} Reply with your choice: "cancel" if it rains.', [(1, "answers CANCEL")]),
    ("after the way out", "created", "en", f"{ASK} Reply STOP to opt out, or CANCEL.", [(1, "answers CANCEL")]),
    ("before the way out", "created", "en", f"{ASK} Reply CANCEL if ill, to opt out reply STOP.", [(1, "CANCEL")]),
    ("French", "reminder", "fr", f"{FR} Répondez O ou N. Répondez CANCEL pour annuler.", [(1, "answers CANCEL")]),
    ("ARRET", "reminder", "fr", f"{FR} Répondez O ou N. Envoyez ARRET pour annuler.", [(1, "answers ARRET")]),
    ("ANNULER", "reminder", "fr", f"{FR} Répondez O ou N, ou ANNULER pour annuler.", [(1, "answers ANNULER")]),
    ("Spanish", "reminder", "es", f"{ES} Responda S o N. Responda CANCEL para cancelarla.", [(1, "answers CANCEL")]),
    ("ALTO", "reminder", "es", f"{ES} Responda S o N. Envie ALTO para aplazar la cita.", [(1, "answers ALTO")]),
    ("CANCELAR", "reminder", "es", f"{ES} Responda S o N, o CANCELAR para cancelar.", [(1, "answers CANCELAR")]),
    ("pressed", "reminder", "en", f"{ASK} Press CANCEL to cancel your visit.", [(1, "answers CANCEL")]),
    ("a way out in other words", "created", "en", f"{EN} Reply Y or N. Reply STOP to be removed from our list.", []),
    ("a way out alone", "created", "en", f"{EN} Reply Y or N. STOP ends texts.", []),
    # the same words where nobody is told to answer with them
    ("was cancelled", "cancelled", "en", f"{EN} Your appointment was cancelled.", []),
    ("call to cancel", "reminder", "en", f"{ASK} To cancel, please call us.", []),
    ("call to confirm or cancel", "reminder", "en", f"{ASK} Call to confirm, cancel or move it.", []),
    ("no to cancel", "reminder", "en", f"{EN} Reply Y to confirm or N to cancel.", []),
    ("all in capitals", "reminder", "en", f"{EN} REPLY Y TO CONFIRM OR N TO CANCEL.", []),
    ("capitals that are no answer", "reminder", "en", f"{ASK} WE ARE AT THE END OF THE STREET.", []),
    ("a purpose in capitals", "created", "en", f"{ASK} Reply STOP to OPT OUT.", []),
    ("an address in capitals", "reminder", "en", f"{ASK} See HTTPS://HARBOR.EXAMPLE/CANCEL for more.", []),
    ("the end", "cancelled", "en", f"{EN} Please send us the end date.", []),
    ("an address", "cancelled", "en", f"{EN} Write to cancel@firm.example or see firm.example/cancel.", []),
    ("French words", "cancelled", "fr", f"{FR} Votre rendez-vous est annulé. Pour annuler, appelez.", []),
    ("Spanish words", "cancelled", "es", f"{ES} Se ha cancelado su cita. Para cancelar otra, llame.", []),
    # links
    ("a shortener", "cancelled", "en", f"{EN}\nhttps://bit.ly/3xyz", [(2, "bit.ly shortens links")]),
    ("a shortener in capitals", "cancelled", "en", f"{EN} TinyURL.com/abc", [(1, "TinyURL.com shortens")]),
    ("with www", "cancelled", "en", f"{EN} http://www.tinyurl.com/abc", [(1, "tinyurl.com shortens")]),
    ("a link of the firm's", "cancelled", "en", f"{EN} https://harbor.example/visit", []),
    ("a name that ends like one", "cancelled", "en", f"{EN} orbit.ly or t.com", []),
]  # fmt: skip


@pytest.mark.parametrize(("label", "kind", "language", "body", "told"), BODIES, ids=[row[0] for row in BODIES])
@pytest.mark.attack("A24")
def test_a_template_is_accepted_or_told_why_not(
    label: str, kind: str, language: str, body: str, told: list[tuple[int, str]]
) -> None:
    faults = check(body, Kind(kind), language)
    left = list(faults)
    for line, words in told:
        found = next((fault for fault in left if fault.line == line and words in fault.reason), None)
        assert found, f"nothing says {words!r} of line {line}: {faults}"
        left.remove(found)
    assert left == []


def test_there_are_enough_of_each() -> None:
    assert len(BODIES) >= 60
    assert sum(not told for *_, told in BODIES) >= 20


@pytest.mark.parametrize(("kind", "language"), OURS, ids=" ".join)
def test_our_own_words_pass(kind: Kind, language: str) -> None:
    assert check(OURS[kind, language], kind, language) == []


def test_the_longest_form_is_measured_with_the_longest_values(monkeypatch: pytest.MonkeyPatch) -> None:
    for language in LANGUAGES:
        longer = {**LONGEST[language], "title": LONGEST[language]["title"] + "x" * 306}
        monkeypatch.setitem(LONGEST, language, longer)  # type: ignore[arg-type]
        (fault,) = check(OURS[Kind.REMINDER, language], Kind.REMINDER, language)
        assert f"at most {MOST_SEGMENTS}" in fault.reason


def test_faults_come_in_the_order_of_lines() -> None:
    faults = check(f"{EN}\u200b\n{{x}}\n**\n{{y}}\nhttps://t.co/x\n{{", Kind.CANCELLED, "en")
    assert [fault.line for fault in faults] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "body",
    ["reply " * 333, "STOP or " * 250, "reply stop " * 180, "{" * 2000, "[" * 2000, "a," * 1000, "text " + "x\n" * 990,
     "no " * 660, "stop a b c d " * 150, "reply cancel, " * 140, "-" * 2000, "reply" + " " * 1995, "&a" * 1000,
     "Reply " + "STOP, " * 300 + "ab STOP"],
    ids=lambda body: body[:8],
)  # fmt: skip
@pytest.mark.attack("A44")
def test_no_body_keeps_the_check_busy(body: str) -> None:
    began = time.process_time()
    check(body[:2000], Kind.CREATED, "en")
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("one\r\ntwo\r\n", "one\ntwo"),
        ("one\rtwo", "one\ntwo"),
        ("\ufeffone", "one"),
        ("  one \n\n", "one"),
        ("annule\u0301", "annulé"),
        ("{firm} [x]", "{firm} [x]"),
    ],
)
def test_what_an_editor_adds_is_taken_away(given: str, kept: str) -> None:
    assert clean(given) == kept


@pytest.mark.parametrize("word", OPT_OUT_WORDS)
def test_a_word_that_stops_texts_when_a_client_writes_it_is_offered_for_nothing_else(word: str) -> None:
    [fault] = check(f"{EN} Reply {word} to change the time.", Kind.UPDATED, "en")
    assert f"A client who answers {word} gets no more texts" in fault.reason

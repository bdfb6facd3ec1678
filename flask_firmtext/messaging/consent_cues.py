"""How a client's situation says that texts are unwanted: what the hints of the sibling modules are written in.

A stranger who has the number now, a widow, somebody who pays for each text or threatens with the regulator. A ``Hint``
is a *situation*, mostly with cues that stand *beside* it, such as for texts or the number, and *unless* something shows
that texts are welcome or that somebody else is told of. They rather ask once too often, for a person decides.

The text is in small letters without accents or apostrophes, its clauses parted by ", ". Cues are regular expressions in
plain words: one a line or parted by `` | ``; a line further in goes on with the one above; ``..4`` is up to four words
of whatever kind; a name in capitals is the vocabulary below. Every repetition is bounded, so that no text takes long.
"""

from __future__ import annotations

import re
from functools import cached_property

VOCABULARY = {
    "TEXTS": r"""te?xt\w*|sms|mms|messag\w*|msgs?|reminders?|notifications?|alerts?|rappels?|mensaj\w*|msjs?
        |recordatorios?|avisos?""",
    "PHONE": """number|phone|cell|cellphone|mobile|line|numero|cell?ulaire|tel|telephone|portable|celular|telefono|cel
        |linea""",
    "LAWYER": r"""lawyers?|attorneys?|law ?firm|law office|law|legal|firm|avocate?s?|cabinet|abogad\w+|bufete
        |licenciad\w+""",
    "CASE": "LAWYER|case|hearing|lawsuit|trial|court|audience|dossier|proces|caso|audiencia|juicio|corte|cita",
    "KIN": r"""wife|husband|spouse|partner|boyfriend|girlfriend|ex|boss|manager|employer|coworkers?|kids?|son|daughter
        |mom|mother|dad|father|brother|sister|grand\w+|he|she|roommate|mari|femme|conjointe?|chum|blonde|patron
        |patronne|fils|fille|mere|pere|frere|soeur|espos[oa]|marido|mujer|novi[oa]|jef[ea]|hij[oa]|mama|papa|hermano
        |hermana""",
    "WRITE": r"""te?xt\w*|writ\w+|contact\w*|messag\w*|msg\w*|remind\w*|reach\w*|notif\w*|send\w*|ping\w*|bother\w*
        |ecri\w+|relanc\w+|envo\w+|escrib\w+|mand\w+|envi\w+|avis\w+|molest\w+""",
    "CHANNEL": """e ?mails?|mail|post|letters?|calls?|phone calls?|voicemail|landline|portal|fax|paper|courriels?
        |courrier|poste|lettres?|appels?|correos?|carta|llamadas?""",
    "NOT": """not?|dont|doesnt|didnt|never|aint|isnt|arent|cant|cannot|wont|pas|plus|jamais|aucune?|ni|nunca|ya no
        |no longer""",
    # That it end, or another way.
    "ENOUGH": r"""stop\w*|quit|end|off|out|enough|no more|dont|do not|not|nothing|remove|delete|cease|arret\w*|cess\w*
        |plus|pu|pas|no|ya|par[ea]n?|dejen?|quit\w*|basta|instead|only|rather|by mail|e ?mail|ring|landline|courriel
        |poste|plutot|correo|mejor|different|another way|autre moyen|otra (?:forma|manera|via)""",
    # Phones and batteries die every day.
    "NO_PHONE": "(?<!phone )(?<!cell )(?<!mobile )(?<!battery )(?<!telephone )(?<!cellulaire )(?<!tel )(?<!batterie )",
    "UNDENIED": "(?<!dont )(?<!not )(?<!to )(?<!never )",
    # Who writes this wants texts, or wants them too.
    "WELCOME": r"""UNDENIED(?:text|txt|message|write)\b(?= (?:me|us|it|him|her)\b(?! (?:any|again)))
        |too(?=$|,)|also|as well|both|aussi|egalement|tambien|textez (?:moi|le)
        |ecrivez moi (?:ici|la|a ce|au|sur|quand|si)|escrib[ae]n?me
        |mand[ae]n?me (?:un |el |los |por )?(?:te?xtos?|mensajes?|sms|aqui)
        |TEXTS (?:is|are|works?) (?:\w+ )?(?:fine|ok|okay|good|great|best|better|easier)|(?<!no )problem""",
    # Another writes to the client, and the firm is to do something about it.
    "OTHERS": r"""telemarketers?|(?:debt )?collect(?:ors?|ion)|scammers?|landlord|(?:can|could|should|do|may) (?:we|i)
        |(?:he|she|they|ex) (?:keeps?|wont|never|texted|texts|sent|sends|had|calls?|was|were)|recouvrement
        |(?:il|elle|ils) (?:m|me|n|ne|continue\w*)|cobradores|(?:podemos|puedo)""",
    # A question or a fact of the client's case.
    "OF_THE_CASE": """evidence|proof|probate|witness|(?:can|should|do) (?:i|we)|what happens|how (?:do|does|much)
        |testament|succession|preuves?|est ce (?:que|qu)|herencia|pruebas?|quien se|esper[oa] su|envoyez moi un|sent me
        |any (?:message|text|word|news) from""",
}
_NAME = re.compile(r"\b[A-Z_]{3,}")
_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_SOME_WORDS = re.compile(r"\.\.(\d) ?")
_LINE_END = re.compile(r"\s*\n\s*\|")
_FURTHER_IN = re.compile(r"\n {12,}(\|?)")


class Cues:
    """Any of the cues, as whole words. They are made when first looked for: that takes longer than an import may."""

    def __init__(self, written: str) -> None:
        self._written = written

    def search(self, text: str) -> re.Match[str] | None:
        """The first of them in ``text``."""
        return self._pattern.search(text)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        whole = _FURTHER_IN.sub(lambda found: found[1] or " ", self._written.rstrip())
        each = [cue.strip() for line in whole.split("\n") for cue in line.split(" | ") if cue.strip()]
        plain = _SOME_WORDS.sub(r"(?:\\w+ ){0,\1}?", _GROUP.sub("(?:", "|".join(each)))
        return re.compile(rf"\b(?:{_spelt_out(plain)})\b")


def _spelt_out(plain: str) -> str:
    while _NAME.search(plain):
        plain = _NAME.sub(lambda found: f"(?:{_LINE_END.sub('|', VOCABULARY[found[0]])})", plain)
    return plain


class Hint:
    """``situation`` somewhere and all of ``beside``, too, but nothing of ``unless``."""

    def __init__(self, situation: Cues, *beside: Cues, unless: Cues | None = None) -> None:
        self._wanted = (situation, *beside)
        self._unless = unless

    def is_in(self, text: str) -> bool:
        """Whether ``text`` tells of it."""
        if not all(cue.search(text) for cue in self._wanted):
            return False
        return self._unless is None or self._unless.search(text) is None

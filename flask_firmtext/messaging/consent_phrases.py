"""How a longer text plainly asks for no more texts: patterns of meanings, in whatever language.

Each word of a clause is one letter here, see ``consent_meanings``. A word that stops and a word for texts in one clause
ask, with a few words between them at most, unless somebody or something else stands there. They rather ask once too
often, for a person decides. Every repetition is bounded or begins with its clause, so that no text takes long.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: Whatever has no weight; what may stand between a word that stops and the texts; … and after them, at the end.
_LIGHT = r"[abhptrMYy]"
_GAP = r"(?:[^OQqKGNm]|Q(?=[TA]))"
_LAST = r"[abptYyf]{0,6}$"
_NOT = r"[Nm]"
#: Neither with somebody or something else nor for a while.
_ALWAYS = r"(?!.{0,3}[OZQG])"

#: Of a clause.
ASKING = (
    # Stop the texts; stop sending; cancel the reminders; the texts must stop; turn the texts off.
    rf"[sS](?!l){_GAP}{{0,7}}?T(?!.{{0,3}}O)",
    rf"(?<!I)[sS](?!l){_GAP}{{0,7}}?A",
    rf"[sS](?!l){_GAP}{{0,7}}?A(?!.{{0,3}}O)",
    rf"[sS](?!l){_GAP}{{0,4}}?(?:k|[bM]U)(?!.?O)|[sS]{_LIGHT}{{0,4}}[DB](?!.{{0,2}}(?:Q|O.))",
    r"E(?:[abhpMYyUTA]|Q(?=[TA])){0,6}?[TA](?!M|.{0,3}O)",
    r"T[^OQGKq]{0,5}[sS][pt]{0,3}$",
    rf"[VW]F{_GAP}{{0,5}}?[TA]|V(?:[bhMYyAQ]{{0,3}}[TA]F)|^[TA][bp]{{0,2}}F[pt]{{0,3}}$",
    # Remove me; delete my number; take this number off your list; unsubscribe.
    rf"EM{_LAST}",
    rf"E[bM]{{1,2}}[Ue]{{1,2}}(?:F?{_LAST}|[abptYyFl]{{0,4}}[XTA])",
    r"(?:E|V(?=.{0,5}F))(?:[MbUeYyF]|O(?=.{0,3}y)){1,6}[AT.]{0,2}[XT](?!.{0,3}Q)",
    rf"(?<![K.])M[ER](?:{_LAST}|b{{0,2}}X)",
    rf"V(?:[MUb]{{1,3}}|OU)F{_LAST}|V[MUb]{{1,3}}Fh",
    rf"[sS][brDVpt]{{0,4}}h{_LAST}",
    r"L(?!.{0,6}[OQ])",
    # Lose it, after a clause about the number or the texts.
    r"(?:^|,)[^OQGK,]{0,9}[TU][^OQGK,]{0,6},[ptIY]{0,4}(?:[sSE]|V|NW)[bOh]F?[pt]{0,3}$",
    r"^.{0,8}MUp?,[pt]{0,3}[SE]b[pt]{0,3}$",
    # I do not want them; not interested in texts; I would rather not get them; no permission to text.
    rf"(?:{_NOT}|P)[^OQKS]{{0,3}}?(?:W(?!b?D)|C)(?:[^OQKSsqZ]|Q(?=[TA])){{0,7}}?[TA](?!.{{0,3}}[OZ])",
    rf"[WB][^OQK]{{0,4}}{_NOT}(?:[^OQKSsNm,]|Q(?=[TA])){{0,4}}?[TA]{_ALWAYS}",
    rf"T[^OQ]{{0,4}}{_NOT}W{_LAST}|^y?[TA](?:N|P)[Zg.]lM",
    rf"(?:{_NOT}W|W{_NOT})(?:[bM]{{0,2}}rb{{0,2}}a|ab?r)",
    rf"{_NOT}[^OQKS]{{0,2}}W[^OQKS]{{0,3}}ab{{0,2}}(?:Y|yf)",
    rf"{_NOT}(?:W|V)[ab]{{0,4}}h{_LAST}",
    rf"(?:{_NOT}|P)[^OQ]{{0,3}}C{_LAST}",
    # Don't text me; no more texts; don't send any more; why do you keep texting.
    rf"(?<![IYOwGVD])(?<!Ns)(?<!N\.){_NOT}(?:[abhlrMyNm]|Y(?!p)|B(?=b)|Q(?=T)){{0,5}}?[TA]{_ALWAYS}",
    rf"(?<![IYOw]){_NOT}(?:{_LIGHT}|{_NOT}){{0,4}}D(?:{_LIGHT}|{_NOT}|Q(?=[TA])){{0,6}}?(?:[TA]{_ALWAYS}|[ah]{_LAST})",
    rf"(?<![IYOwq]){_NOT}{_LIGHT}{{0,4}}D[bMN]{{0,2}}a[ab]{{0,3}}[bM]U[abptYy]{{0,6}}$",
    rf"(?<![IYOw]){_NOT}{_LIGHT}{{0,4}}DM?$",
    rf"(?<![IYOw]){_NOT}{_LIGHT}{{0,3}}BM?a",
    rf"^[bpt]{{0,4}}[AD]M?{_NOT}{_LAST}",
    r"w[pW]?[YI]V{1,2}.{0,2}?[TADh]",
    # Consent withdrawn.
    r"[RE][abMYyhpt.]{0,4}C(?!.{0,6}[QO])|C[^Q]{0,5}R",
    # Wrong number; not his number; nobody of that name.
    r"J(?:b{0,2}[UH])(?!.{0,4}[QO])|UJ(?!.{0,4}[QO])",
    rf"[bh]{_NOT}[b.]{{0,4}}U[b.]{{0,2}}$|(?<!M)U[bG]{{0,2}}{_NOT}[bW]{{0,3}}\.{{0,2}}$|n.{{0,3}}[Ue]",
    rf"(?:{_NOT}|P)GbUa|{_NOT}[byM]{{0,3}}c{_LAST}",
    # No more! Stop it; I said stop.
    r"I[pGK]{1,3}s[abpt]{0,3}$",
    r"(?:^[pt]{0,3}|t)m[bhpt]{0,3}$|^[pt]{0,2}S[pt]{0,2}$",
    r"^(?:[abhptMYIKf]|W(?=[YM])){0,8}s[abhpstMYIK]*$",
)
#: Of the whole text: STOP with a name; not me.
NAMED = r"^t{0,2}s[ptbMU]{0,4}\.{1,2}$|^\.{1,2}K?s$|^b{0,2}NM$"
#: Of the text as it was written, for a name has a capital: "This is not John".
NOT_ME = (
    r"\b(?:[Tt]his is not|[Tt]his isn.?t|[Ii].?m not|[Ii] am not|[Nn]o soy|[Ee]ste no es|[Jj]e ne suis pas"
    r"|[Cc].est pas)"
    r"(?: [A-Z][a-z]{1,20}){1,3}(?: (?:here|ici|aqu[ií]))? {0,2}(?:[.,!;\n]|$|and\b|et\b|y\b)"
    # No Yesenia here.
    r"|\b(?:[Nn]o|[Pp]as d[e']) ?(?:[A-Z][a-z]{1,20} ?){1,2} (?:lives |habite |vit )?(?:here|ici)\b"
    r"|\b[Aa]qu[ií] no (?:hay|vive|est[aá])(?: ning[uú]na?| nadie llamad[oa])? (?:[A-Z][a-z]{1,20})"
    r"|\b[Nn]o (?:hay|vive)(?: ning[uú]na?)? (?:[A-Z][a-z]{1,20} ?){1,2} aqu[ií]"
)
#: Of a whole text: a phone that tells of a reaction repeats our own words, and they may hold STOP.
REACTION = (
    r"(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|removed (?:a|an) \w+ from|reacted .{0,12}"
    r" to|a aime|a adore|n'a pas aime|a ri de|le gusto|le encanto|no le gusto|se rio de|a reagi .{0,12} a"
    r"|reacciono .{0,12} a)\s*[\"“«”]"
)
#: What stands before tells of somebody else, or asks what the word means, unless the firm's people are meant.
TOLD = r"q|QK|[KW]\.{1,3}b?$"
#: … where the firm is not asked at once.
OTHERS = r"O.*[KWNPV]|[KWNPV].*O|O[bp]?$"
OURS = r"f|y\.?O|Y[bp]{0,2}$|Yq"
#: … or that somebody does not stop.
UNSTOPPED = r"[NmP][WptbYI]{0,5}$"
STOPPING = r"[sSELRV]"
TURN = r"[t,]"
#: As many words before as are looked at.
REMEMBERED = 40
#: Nothing but these around a word: it is that word, said politely. It takes a person all the same.
POLITE = frozenset(
    (
        *("bonjour", "favor", "gracias", "hola", "il", "kindly", "madame", "merci", "monsieur", "p", "plait"),
        *("please", "pls", "plse", "plss", "plz", "por", "porfa", "porfavor", "s", "stp", "svp", "te", "thank"),
        *("thanks", "thx", "ty", "u", "v", "vous", "you"),
    )
)


@lru_cache(maxsize=1)
def patterns() -> tuple[re.Pattern[str], ...]:
    """Those that ask, made when the first text comes: it takes longer than an import may."""
    return tuple(re.compile(pattern) for pattern in ASKING)


@lru_cache(maxsize=1)
def any_pattern() -> re.Pattern[str]:
    """All of them in one: where it finds nothing, none of them does, and most texts ask for nothing."""
    return re.compile("|".join(ASKING))

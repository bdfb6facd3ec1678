"""How a longer text plainly asks for no more texts: patterns of words without accents, and what unmakes them.

They are searched for in one clause at a time, its words parted by single blanks. Every repetition is bounded and every
pattern begins with words of its own, so that no text takes long. ``PARTS`` is what ``{…}`` in a pattern stands for;
``{end}`` and its kin: nothing follows but politeness.
"""

from __future__ import annotations

from . import consent_english as english
from . import consent_french as french
from . import consent_spanish as spanish

PARTS = english.PARTS | french.PARTS | spanish.PARTS
#: Those that ask wherever they stand in a clause, unless somebody else is spoken of.
ASKING = english.ASKING + french.ASKING + spanish.ASKING
#: Those that ask only when nothing but politeness stands before them in their clause, and nothing more is said.
ALONE = english.ALONE + french.ALONE + spanish.ALONE

#: Nothing but these around a word: it is that word, said politely. It takes a person all the same.
POLITE = frozenset(
    (
        *("bonjour", "favor", "gracias", "hola", "il", "kindly", "madame", "merci", "monsieur", "p", "plait"),
        *("please", "pls", "plse", "plss", "plz", "por", "porfa", "porfavor", "s", "stp", "svp", "te", "thank"),
        *("thanks", "thx", "ty", "u", "v", "vous", "you"),
    )
)
#: The same around STOP and its like, which mean nothing else.
INSISTING = POLITE | frozenset(
    (
        *(
            "again",
            "all",
            "alors",
            "already",
            "asap",
            "ca",
            "damn",
            "dear",
            "donc",
            "eso",
            "esto",
            "everyone",
            "everything",
        ),
        *("fucking", "guys", "hello", "hey", "hi", "im", "immediately", "it", "just", "maam", "me", "mean", "no"),
        *("non", "now", "ok", "okay", "oui", "really", "right", "said", "serious", "seriously", "si", "sir"),
        *("suffit", "team", "these", "this", "those", "tout", "ya", "yes"),
    )
)
STOPPING = frozenset(
    (
        *("alto", "arret", "arrete", "arretez", "cessez", "pare", "paren", "parenle", "stop", "stopp", "stoppez"),
        *("stpo",),
    )
)
#: What somebody says who said it before.
REPEATED = (
    r"(?:i|we|ive|i ve|i have|we have)(?: (?:already|just|have|ve|repeatedly)){0,2} (?:said|say|wrote|replied"
    r"|texted|typed|sent|mean it|told (?:you|u|yall)(?: (?:guys|all|people))? to|asked (?:you|u|yall)(?:"
    r" (?:guys|all|people))? to|want (?:you|yall)(?: all)? to|need (?:you|yall) to|would like (?:you|yall) to"
    r"|mean)|(?:can|could|would|will) (?:you|u|yall|this|it|we)(?: guys)?|je (?:vous )?(?:ai )?(?:dis|dit)"
    r"|les dije|he dicho|i am serious"
)
#: A phone that tells of a reaction repeats our own words, and they may hold STOP.
REACTION = (
    r"(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|removed (?:a|an) \w+ from|reacted .{0,12}"
    r" to|a aime|a adore|n'a pas aime|a ri de|le gusto|le encanto|no le gusto|se rio de|a reagi .{0,12} a"
    r"|reacciono .{0,12} a)\s*[\"“«”]"
)
#: Somebody else is to stop, or will not: the client tells of it. Judged on what stands before in the clause.
OTHERS = (
    r"\b(?:he|she|they|him|her|them|hes|shes|theyre|ex|exes|husband|landlord|boss|collectors?|counsel"
    r"|scammers?|neighbou?rs?|bank|lawyers?|attorney|opposing|other side|insurance|adjuster|police|detective"
    r"|tenant|stalker|employer|coworker|people|someone|somebody|who|brother|sister|dad|father|mother|mom|son"
    r"|daughter|kids|wife|girlfriend|boyfriend|company|companies|telemarketers?|il|elle|ils|elles|lui|leur"
    r"|mari|femme|patron|proprio|proprietaire|adverse|voisin|banque|qu il|qu elle|diganle|digale|dile|decirle"
    r"|decirles|diganles|ella|ellos|esposo|esposa|marido|novio|novia|casero|jefe|banco|vecino|abogado"
    r"|contraria|cobradores)\b"
)
#: … unless it is the firm that is meant.
OURS = (
    r"\b(?:your|ur|this|the) (?:\w+ )?(?:office|staff|team|firm|people|assistant|secretary|paralegal|system"
    r"|bot|computer|lawyers?|attorneys?|company|receptionist)\b|\b(?:votre|vos) (?:\w+ )?(?:bureau|cabinet"
    r"|equipe|adjointe?|secretaire|systeme|gens)\b|\bsus? (?:\w+ )?(?:oficina|equipo|personal|despacho|gente"
    r"|asistente|secretaria|sistema|bufete)\b"
)
#: A negation right before: the client wants them to go on, or somebody goes on.
NEGATED = (
    r"\b(?:dont|do not|dnt|never|not|wont|will not|cant|cannot|didnt|did not|doesnt|does not|without|n|ne|no"
    r"|havent|hasnt)(?: (?:want|need|wish|like|please|ever|to|you to|wanna|quiero|que))*$"
)
#: Only before an imperative of its own: "you don't text me any more" is a complaint.
SUBJECT = r"\b(?:i|we|you|u|they|he|she|who|people|ppl|why|did|tu|vous|if)$"
IMPERATIVE = (
    r"(?:dont|do not|dnt|donot|never|not)(?: (?:you|ever|please|pls|dare|to))* (?:te?xt|message|msg|contact"
    r"|sms|bother|harass|spam|call|write|email|send)"
)
#: These say themselves that something is not wanted, with the negation before them.
WANTING = (
    r"(?:veu[xt]|as pas |souhait|desir|voul|voudr|aimer|interess|ai |avons |autoris|me? |nous |envo|quiero|avez |est )"
)
#: "Tell John to stop": whoever is named there, unless it is the firm.
TOLD = (
    r"\b(?:tell|told|ask|asked|make|get|getting|have|want|need|let|force|dites|dis|demandez|demander|dire)"
    r" (?!you|your|ur|yall|u\b|to\b|this|these|those|the\b|it\b|i\b|everyone|anyone|whoever|a\b|au\b|aux\b"
    r"|de\b|d\b|moi\b|texts|messages|him|no\b)(?:\w+ ){1,3}(?:to|d|de|stop)?$|\b(?:tell|told|ask|asked) (?:me"
    r"|us) (?:to )?$"
)
#: Where what was said before no longer matters.
TURN = (
    r"\b(?:please|pls|plz|kindly|so|but|and|then|also|just|because|svp|veuillez|merci|mais|et|donc|por favor"
    r"|favor|pero|asi que)\b"
)

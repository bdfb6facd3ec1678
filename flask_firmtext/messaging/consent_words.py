"""Words that alone say whether a client wants texts: one table, for what clients write and for what templates offer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Wish(StrEnum):
    """What a client's text says about texting. Only ``stop``, ``start`` and ``help`` are acted upon by themselves.

    ``yes`` is a start after an opt-out and nothing else otherwise. ``asks``: a person decides whether it is a stop.
    """

    STOP = "stop"
    START = "start"
    YES = "yes"
    HELP = "help"
    ASKS = "asks"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Word:
    """A word as a whole text. ``written`` are its forms in templates, ``spellings`` what people type for it.

    ``network``: carriers of toll-free numbers act on it by themselves, and answer it.
    """

    word: str
    wish: Wish
    language: str
    network: bool = False
    written: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()


WORDS: tuple[Word, ...] = (
    Word("STOP", Wish.STOP, "en", True, (), ("stpo", "sotp", "tsop", "stopp", "sstop", "st0p")),
    Word("STOPALL", Wish.STOP, "en", False, ("STOP ALL",), ("stopal", "stpall", "stopalll")),
    Word("UNSUBSCRIBE", Wish.STOP, "en", False, (), ("unsubscibe", "unsubsrcibe", "unsubribe", "unsubcribed", "unsub")),
    Word("CANCEL", Wish.STOP, "en", False, (), ("cancle", "cancell", "canel", "cancal", "cansel", "cacnel", "canc3l")),
    Word("END", Wish.STOP, "en", False, (), ("endd",)),
    Word("QUIT", Wish.STOP, "en", False, (), ("qiut", "quti", "quitt")),
    Word("REVOKE", Wish.STOP, "en", False, (), ("revok", "revoque", "revolke")),
    Word("OPTOUT", Wish.STOP, "en", False, ("OPT OUT", "OPT-OUT"), ("otpout", "optuot", "opout", "optoutt")),
    Word("ARRET", Wish.STOP, "fr", True, (), ("aret", "arrets", "arreet", "arrret")),
    Word("ALTO", Wish.STOP, "es", False, (), ("altto", "aalto")),
    # As plain as those, and yet none that the law or a carrier names: a person decides.
    Word("ARRETER", Wish.ASKS, "fr"),
    Word("ARRETEZ", Wish.ASKS, "fr", spellings=("arrete", "arettez", "arretes")),
    Word("ANNULER", Wish.ASKS, "fr"),
    Word("ANNULEZ", Wish.ASKS, "fr"),
    Word("CESSEZ", Wish.ASKS, "fr"),
    Word("DESABONNER", Wish.ASKS, "fr", spellings=("desabonnement", "desabonne", "desinscription", "desinscrire")),
    Word("CANCELAR", Wish.ASKS, "es"),
    Word("PARAR", Wish.ASKS, "es", spellings=("pare", "paren", "parenle")),
    Word("DETENER", Wish.ASKS, "es", spellings=("detengan", "detenga")),
    Word("BASTA", Wish.ASKS, "es", spellings=("yabasta", "bastaya")),
    Word("BAJA", Wish.ASKS, "es"),
    Word("START", Wish.START, "en", True, (), ("strat", "satrt", "startt")),
    Word("UNSTOP", Wish.START, "en", True, (), ("unstpo", "unstopp")),
    Word("NONARRET", Wish.START, "fr", True),
    Word("YES", Wish.YES, "en"),
    Word("HELP", Wish.HELP, "en", spellings=("hepl", "hlep")),
    Word("INFO", Wish.HELP, "en"),
    Word("AIDE", Wish.HELP, "fr"),
    Word("AYUDA", Wish.HELP, "es"),
)

#: What stops texts, or asks for it, in capitals and without accents: offered for nothing else. The longest first.
OPT_OUT_WORDS: tuple[str, ...] = tuple(
    sorted(
        (form for word in WORDS if word.wish in (Wish.STOP, Wish.ASKS) for form in (word.word, *word.written)),
        key=len,
        reverse=True,
    )
)
#: On which the carriers of toll-free numbers act by themselves, by language; the others we have to notice.
NETWORK_WORDS = {"en": ("STOP",), "fr": ("STOP", "ARRET"), "es": ("STOP",)}


def network_acts(text: str) -> bool:
    """Whether the carriers of a toll-free number act on this text, and answer it: they want the bare word."""
    bare = text.strip().upper()
    return any(word.network and word.word == bare for word in WORDS)

"""Who asks for no more texts without a word that stops: by what is told of, in the whole of a longer text.

See ``consent_cues`` for how to read this. Here is what is wanted instead, and what is no longer wanted.
"""

from __future__ import annotations

from .consent_cues import Cues, Hint
from .consent_reasons import REASONS
from .consent_strangers import STRANGERS

#: By mail, by e-mail, by calling: for good, not for once and not as well.
OTHER_CHANNEL = Hint(
    Cues(r"""
        (CHANNEL|house phone|home phone) only | only (by |via |through |use |the |my )*CHANNEL
        only (e ?mail|call|mail|phone|ring) me
        (talk|speak|discuss) ..3 (on|over|by) (the )?phone ..1 (from (now|here) on|going forward|in (the )?future|only)
        parl\w+ ..2 (au|par) telephone ..1 (seulement|uniquement|dorenavant|desormais|a l avenir|a partir de maintenant)
        habl\w+ ..2 por telefono ..1 (solamente|nomas|unicamente|de ahora en adelante|en adelante|desde ahora)
        (from (now|here) on|going forward|in (the )?future|henceforth) ..4 (CHANNEL|call|ring)\b(?! me (mrs?|ms|by)\b)
        (CHANNEL) ..4 (from (now|here) on|going forward|in future|henceforth)
        (send|mail|post|put|do) (me )?(it|everything|all|them|things|stuff|anything|whatever|that|your) ..4
            (by|via|in the|through|thru) (the )?(regular |postal |snail |us |u s |paper |normal |ordinary )*(mail
            |post|usps|letter)
        (call|phone|ring|e ?mail|write to|use) my (KIN|CHANNEL) instead
        (another|different|other|better) way to (reach|contact|tell|inform)
        in an envelope | trouvez (un )?(autre|autrement) | otra (forma|manera) de (contact|comunic)\w+
        todo por (carta|correo|telefono)
        (courriel|courrier|telephone|poste|lettre) (a l avenir|dorenavant|desormais|a partir de maintenant)
        (by|via|through|in the) (regular|postal|snail|us|paper|normal|ordinary|old fashioned) (mail|post)
        (just|only|please|pls|stick (to|with)|use|ring|call|phone|always) ..3
            (house phone|home phone|land ?line|house line)
        (CHANNEL) (seulement|uniquement|only|exclusivement)
        (seulement|uniquement|juste|que) (par |le |un |des )*(courriels?|courrier|poste|telephone)
        (dorenavant|desormais|a l avenir|a partir de maintenant) ..4 (CHANNEL|appelez|telephone)
        (courriel|courrier|poste|telephone|lettre) ..5 (rien d autre|a la place|plutot que)
        par (la poste|courrier|la malle) seulement
        (appelez|telephonez|sonnez) ..4 (a la maison|ligne fixe|le fixe|au fixe)
        (solo|solamente|nomas|unicamente|nada mas) ..2 (por )?(correo|llamadas?|carta|email|telefono|llam\w+)
        (correo|llamadas?|carta|email) (nomas|solamente|unicamente|y nada mas)
        (de ahora en adelante|en adelante|desde ahora) ..4 (CHANNEL|email|llam\w+)
        (llam\w+|marqu\w+) ..3 (telefono de (la )?casa|a (la|mi) casa|fijo)
    """),
    unless=Cues(r"WELCOME | (dont|not|never|pas|no) ..4 (by|via|in the|por|par) (\w+ )?(mail|post|la poste|correo)"),
)
#: Somebody else is to get the texts.
TO_ANOTHER = Hint(
    Cues(r"""
        (text|message|msg|contact|remind|write to) ..1 (her|him|them|KIN),? (and )?(not|instead of|rather than) (to )?me
        send ..4 (her|him|them|KIN),? (and )?(not|instead of|rather than) (to )?me
        (ecrivez|ecrire|textez|texter|envoyez|envoyer|contactez) ..4 (elle|lui|KIN),? (et )?(pas|plutot que|au lieu de)
            (a )?moi
        (mand|escrib|envi|texte)[ae]n?(les?|los)? ..5 (ella|KIN),? (y )?(no|en vez de|en lugar de) (a )?mi
    """),
    unless=Cues("(tell|ask|told|asked|why (did|do|does)) ..2 (him|her|them|KIN)"),
)
#: Texts are no use to this client.
TEXTS_OF_NO_USE = Hint(
    Cues(r"""
        (text(s|ing)?|text messag\w+|sms|messages) (dont|doesnt|do not|does not|isnt|is not|arent|are not|never|aint)
            ..2 (work|working|good|reliable|suit|my thing|convenient|a good|an option|the way|for me)
        (dont|do not|cant|cannot|never|not able to|unable to|hardly|barely|too old to) ..2
            (read|do|use|see|check|look at|understand|believe in|deal with)
            (the|these|those|your|any|my|all|little|tiny|small|such|this|with) ?..4 (texts|texting|text messages|sms)
        (dont|do not|cant|cannot|never) (even |really )?(read|do|use|check|look at|understand|get|receive)
            (texts|texting|text messages|sms)
        (phone|cell|plan|line|landline) ..2 (dont|doesnt|does not|do not|cant|cannot|isnt) ..2
            (get|take|receive|do|include|have|support|cover|set up for) ..2 (texts?|texting|text messag\w+|sms)
        (les )?(textos?|sms|messages textes?) ..2 (marchent?|fonctionnent?|conviennent?) pas
        (lis|regarde|consulte|utilise|comprends) (pas|jamais) ..2 (textos?|sms)
        (pas|aucun) ..2 forfait ..2 (textos?|sms|messages?)
        (sais|peux|arrive|capable) (pas|plus|pu) (a |de )?..2 (lire|utiliser)
            (les |ces |vos |des )(textos|sms|messages)
        (textos|sms|mensajes) (a mi )?no (me )?(sirven|funcionan|convienen)
        (textos|sms|messages) (moi )?(je |j )(les |l )?\w+ (pas|jamais|pu)
        no (se usar|leo|uso|reviso|veo|puedo leer|se leer|entiendo) ..2 (textos|sms|mensajes)
        (dont|do not|never) do (texts|texting)
    """),
    unless=Cues(
        "WELCOME | plane | until | till | today | tonight | right now | while | attached | from (him|her|my ex|them)"
    ),
)
#: I decline, renounce, no longer wish; the permission is withdrawn, or was a mistake.
DECLINE = Hint(
    Cues(r"""
        declin(e|es|ing) (to (receive|get|be)|(any|all|further|these|your|the|more|future) ..4 (TEXTS|contact
            |communications?))
        no longer ..2 (wish|want|need|care|require|desire|consent|agree|authorize|permit)(s|es)? ..4
            (TEXTS|texted|contacted|messaged)
        (withdraw\w*|withdrew|take back|taking back|pull|pulling|rescind\w*|revok\w+|cancel\w*|void|undo|retract\w*
            |end(ing)?|terminat\w+) ..4 (permission|consent|authori[sz]ation|agreement to|okay|ok|opt
            ?in|enrol\w+|sign ?up|subscription)
        (signed|sign|opted|enrolled|agreed) ..4 (by (mistake|accident)|accidentally|in error)
        (sign ?up|subscription|enrol\w+|opt ?in) ..4 (cancell?ed|void|over|revoked|withdrawn)
        (renounce|waive|relinquish|forgo|reject|refuse) ..4 (TEXTS)
        (renonc\w+|declin\w+|refus\w+|oppos\w+) ..4 (TEXTS|textos?)
        (retir\w+|annul\w+|revoqu\w+|repren\w+) ..2 (permission|consentement|autorisation|accord)
        (ne|n) ..2 (souhait\w+|desir\w+|veu\w+|consen\w+|accept\w+) (plus|pas) ..4 (TEXTS|contactee?|jointe?)
        inscrite? ..2 par erreur
        (renunci\w+|declin\w+|rechaz\w+) ..4 (TEXTS)
        (retir\w+|revoc\w+|cancel\w+|anul\w+|quit\w+) ..2 (permiso|consentimiento|autorizacion)
        (ya no|no) ..2 (dese\w+|quier\w+|quisiera|acept\w+|autoriz\w+) ..4 (TEXTS|contactad[oa])
        por error ..2 (inscrib\w+|suscrib\w+)
    """),
    Cues(r"""
        TEXTS
        contact\w*
        ..2 PHONE
        permi\w+ | consent\w* | autori\w+ | sign\w* | joindre | jointe?
    """),
    unless=Cues(
        "WELCOME | OTHERS | adoption | search | settlement | complaint | until | today | while | during"
        " | him | her | them"
    ),
)
#: It and them, where texts or the number are told of elsewhere; out of wherever my number is.
THAT_THING = Hint(
    Cues(r"""
        (^|, )((please|pls|plz|so|just|and|now|jus|yo|hey) ){0,3}(quit|end|kill|cut|shut|turn|switch)
            (it|this|that|them|these|those|doing (it|this|that))( off| out| down)?(?=$|,| (please|pls|plz|now|already
            |ok|thx|thanks|out))
        (no more|enough) of (it|them|em|these|those|this|that)
        (dont|do not|never) ..2 (want|need|like|read) (em|them|those|these)(?=$|,)
        (kill|ditch|scrap|axe|nuke|drop) (the|these|those|your|all) ..2 TEXTS
        get (these|those|them|em|this|it) (out|outta|off) (of )?(my|this|here)
        make it stop(?=$|,| ) | (switch|turn|shut) (them|em|these|those) (off|down)
        (remove|delete|erase|scrub|take|drop|pull|strike) (me|us|(my|this|our) (\w+ )?(number|phone|cell|digits))
            (off |out )?(from|of) (whatever|wherever|whichever|all|any|every|there|here|that thing)
        (arretez|arrete|cessez|lachez|stoppez) (moi )?(ca|cela)(?=$|,| (la|les|avec|donc|svp|s il|stp|tout|merci
            |maintenant))
        (j )?en (veux|voulons|desire|souhaite) (plus|pas|pu)(?=$|,| (svp|merci))
        (otez|enlevez|sortez|retirez) moi (de la|d ici|de ca)(?=$|,)
        (quit|sac|saqu|borr|elimin)\w*( mi (numero|cel\w*|telefono))? de (ahi|aqui|alli|alla|esto|eso|donde)
        (ya )?no (los|las|lo) (quiero|necesito|deseo)( mas)?(?=$|,| (gracias|por))
        (par|cort|dej)[ae]n?(le|la)? (ya )?(eso|esto|con eso)
    """),
    Cues(r"""
        TEXTS | PHONE | ^[^,]{0,60}$ | these
    """),
    unless=Cues("OTHERS | WELCOME"),
)
#: You are not to write.
NOT_TO_WRITE = Hint(
    Cues(r"""
        (could|can|would|will|might) (you|u|yall|ya) (please |kindly |all |guys )*not
            (be )?(te?xt\w*|messag\w+|remind\w*|ping\w*)
        (you|u|yall) ((are|re|r|have|must|may|should|can|shall|need) )?(not|no longer|never)
            (to |allowed to |supposed to |permitted to )?(te?xt|messag)\w*
        (vous|tu) (ne |n )?(devez|pouvez|avez|etes) (pas|plus) ..3 (te?xter|ecrire|envoyer de (textos|messages|sms))
        (no|ya no) (me |nos )?(deben?|pueden?|tienen? (derecho|permiso)) ..2
            (te?xte\w+|escribir\w*|mandar\w* (mensajes|textos))
    """),
    unless=Cues("OTHERS | (why|did|have) (you|u) | yet | until | before | during | today | back"),
)
HINTS = (*STRANGERS, *REASONS, OTHER_CHANNEL, TO_ANOTHER, TEXTS_OF_NO_USE, DECLINE, THAT_THING, NOT_TO_WRITE)


def tells(text: str) -> bool:
    """Whether ``text`` tells of a situation in which nobody wants texts."""
    return any(hint.is_in(text) for hint in HINTS)

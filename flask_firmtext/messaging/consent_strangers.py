"""The texts reach somebody else than the client: see ``consent_cues`` for how to read this."""

from __future__ import annotations

from .consent_cues import Cues, Hint

#: Nobody of that name is here; you take me for another; I was never your client.
NOT_THE_CLIENT = Hint(
    Cues(r"""
        (nobody|no ?one|no person|not any\w+|(isnt|aint) any\w+|aint nobody|dont know any\w+) ..4
            (named|called(?! me)|by (the|that) name|with that name)
        no \w+ ..2 (at|on|in) this (number|phone|house|home|address|place)
        (im|i am|am|this is|its|youre|you have) not (the|your|ur) ..2
            (person|guy|lady|client|man|woman|individual|one) (you|u|your|ur|with|whose|(who|that) (?!signed|did|hit
            |was|made|took|wrote))
        (you|u|yall|youre|ur|someone|system|computer) ..4 (confus\w+|mistak\w+|mistook|mix(ed|ing))
            (me|us|my number|this number) (up|for|with)
        (for|to|about) (somebody|someone|a (guy|man|woman|person|lady)) (named|called) \w+,
            (im |i am )?(not|never|dont|wrong)
        (youve|you have|u have|you) reached an? (?!great|good|fair|settlement|deal|agreement|verdict|decision)\w+
        aqui es (un|una) \w+ | whoever (you|u) ..4 (not|isnt|aint) (me|here)
        (who ..3 (gave|give) (you|u|yall)|(where|how) ..2 (you|u|yall) (get|got)) (my|this) (number|phone|cell)
        (quien|donde) ..3 mi numero | qui vous a donne mon
        nothing to do with (you|yall|your LAWYER|any LAWYER)
        (rien a voir|nada que ver) (avec|con) ..2 (LAWYER|tribunal\w*|vous|ustedes)
        (you|u|yall|youve) ..4 (me|us|my number) (confused|mixed up|mistaken)
        mistaken identity | (never|not) ..2 (your|ur) client | never been a client
        (never|didnt|did not|havent) ..2 (hired?|retained?|used|engaged?|heard of|dealt with|signed with|worked with)
            (you|u|yall|(your|ur|this|that|any|a|an|no) ..2 LAWYER)(?! before)
        (no|never|aint|dont|doesnt|didnt) ..2 (had|hired|used) ..2 LAWYER (in my life|ever)
        never (had|been to|seen|met with|went to) ..2 LAWYER
        (dont know|dunno|idk|no idea|no clue) (why|what|who|how) ..4 (te?xting|messages?|texts?|got my|these|them
            |they) ?(are |is )?(about|for|from|me|number)
        (personne|aucune?|pas|jamais) ..4 (s appelle|nommee?|du nom d|de ce nom|a ce nom|porte ce nom)
        (me|nous) confond\w* | erreur (de|sur la) (personne|destinataire) | vous vous trompez
        (pas|jamais|plus) ..2 (la personne|celui|celle|votre client\w*|client\w* chez vous|client\w* de votre)
        jamais ..2 (eu|engage|entendu parler|fait affaires?|retenu) ..2 (d|de|a|avec|vous|votre) ?..2
            (LAWYER|vous)(?! avant)
        (nadie|ningun\w*|no (hay|vive|existe)) ..4 (se llam\w+|llamad[oa]|con ese nombre|de ese nombre)
        (me|nos) (estan? )?confund\w+ | confund\w+ (conmigo|de persona) | (equivoc\w+) (de persona|conmigo)
        no soy (la|el|su|esa|ese) ..2 (persona|client\w+|que|quien|senora?) | nunca (fui|he sido) (su )?client\w+
        nunca ..2 (tuve|tenido|contrat\w+|use) ..2 LAWYER | aqui no (vive|trabaja) ningun\w*
    """),
    unless=Cues("witness | temoin | testigo"),
)
#: Who is this? I have no lawyer. "Who is this?" alone a client with a new phone may ask, too.
STRANGER = Hint(
    Cues(r"""
        who(s| is| are| r| tf is)? (this|dis|that|you|u|yall) | who dis | new phone | no idea who
        must be (some|a|an) | (is|theres|been) (some|a) (mistake|mix ?up|error)
        (c|c est|qui) (c )?qui(?! (le|la|mon) (juge|avocate?|procureur|temoin)) | qui (etes vous|est ce|es tu)
        nouveau (tel|telephone|cell?|cellulaire|numero)
        (doit y avoir|il y a) (une )?erreur | [qk]u?ien(es)? (es|eres|son|habla)(?! (el|la|mi|su)\b) | numero nuevo
        telefono nuevo
    """),
    Cues(r"""
        NOT ..2 (have|had|got|know|need|ai|eu|tengo|tenemos) ..4 CASE
        never been (sued|arrested|charged|in court|to court) | NOT ..2 (hired|sued|called|used) ..4 LAWYER
        never heard of \w+ | not me | dont know (you|any|no|him|her|them|that|what youre) | you have the wrong
        pas moi | connais (pas|aucun) | NOT ..2 (connais|connait)
        n[oi] (lo |la |los )?con[oz]s?[zc]co | n[oi] conos?z?co | no soy (yo|esa|ese)
    """),
)
#: The number is another's by now; who asks for is unknown to its owner.
NUMBER_OF_ANOTHER = Hint(
    Cues(r"""
        (had|have|having|got) (this|that
            |the same) ..2 PHONE (for |since |over |about |almost |like |only |just |a |going on )*(\w+
            )?(years?|months?|weeks?|days?|yrs?|decades?|forever|always|last|20\d\d|recently|yesterday|ago)
        (just|only|recently) (got|bought|gotten|received|picked up) (this|that) ..2
            PHONE(?! from (my|your|the|a|google))
        no longer ..2 (has|have|owns?|uses?|at|with|his|hers|theirs|answers?|reachable) ..2 (this|that|PHONE)
        (this|that|the) (one|PHONE) (now |currently )?(belongs|was (given|reassigned)|is (now )?(used by|owned by))
            (now )?(to |by )?(?!me\b)\w+
        (PHONE) (has been |was |got |is )?(re ?assigned|recycled|transferred to)
        (old|previous|former|prior) (owner|holder|user|customer|tenant) ..2 (this|that|the|my)? ?PHONE
        (kids?|childs?|childrens?|minors?|students?) PHONE | this (is|s) (my|a|the|our) ..2 KINs? PHONE
        (^|, )(c est|ceci est|este es|es) ..2 PHONE (de|a|del) (mon|ma|mi|un\w*|notre) ..2 KIN
        (este|ese) PHONE es de (mi|un\w*) \w+
        (doesnt|does not) ..2 (have|use|own) (this|that) PHONE | this is (my|a|our|the) (land ?line|house phone|fax)
        (viens|vient) (juste )?d (\w+ )?(avoir|prendre|obtenir|recevoir) ce PHONE
        (isnt|is not|not|aint) ..2 (his|her|their) ..2 PHONE
        (ce|cet|cette|le) PHONE ((n )?appartient|n est (plus|pas) (le sien|a (lui|elle|cette))|est (maintenant|rendu
            |desormais) (a|celui|le mien))
        (n est|est|c est) (plus|pas|pu) ..2 (son|leur) ..2 PHONE | ce PHONE depuis
        ancien(ne)? (proprietaire|titulaire|abonnee?)
        (n a|a) (plus|pu) ce PHONE | (m a|ont|vient d) ..2 (attribue|donne|assigne) ce PHONE
        (este|ese|el) (PHONE )?(ahora |ya )?(lo (usa|tiene|trae)|le pertenece|pertenece|(es ahora|ahora es|no es de
            |ya no es) (?!mi\b))
        ya no (es|tiene|usa) (su|este|ese|el) PHONE | (con|tengo|tenemos) este PHONE (desde|hace|ya)
        antigu[oa] duen[oa]
        (compre|me dieron|me asignaron|acabo de (comprar|sacar)) ..2 (este|esta) (PHONE|chip)
    """),
    unless=Cues("WELCOME | (new|nouveau|nuevo) (number|numero|one) (is|est|es)"),
)
STRANGERS = (NOT_THE_CLIENT, STRANGER, NUMBER_OF_ANOTHER)

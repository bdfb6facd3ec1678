"""Why texts are to end: grief, money, harm, the law, another lawyer. See ``consent_cues`` for how to read this."""

from __future__ import annotations

from .consent_cues import Cues, Hint

#: The client has died, or others look after his phone.
IN_ANOTHERS_HANDS = Hint(
    Cues(r"""
        NO_PHONE(died) | passed (away|on|last|this|yesterday|recently) | look(s|ing)? after (mr|mrs|ms|him|her|my)
        in (custody|jail|prison|a coma) | incarcerated | deceased | NO_PHONE(is dead) | no longer with us | widow(er)?
        caretaker | care ?giver | (im|i am|this is|as|s|is) ..2 nurse
        dementia | alzheimer\w* | nursing home | hospice | executor of | power of attorney for (him|her|mr|mrs)
        late (husband|wife|father|mother)
        nous a quittes? | NO_PHONE(est|a ete) (decedee?|mort|morte) | decedee?s? | mort(e)? (en|le|la|il) | veuve?
        aidante? | infirmier\w* | preposee? | demence | chsld
        fallec\w+ | (?<!se me )muri[oe]\w* | viud[oa] | difunt[oa] | cuidador\w* | enfermer\w+ | demencia
    """),
    Cues(r"""
        TEXTS
        (his|her|this|the|their|son|sa|ce|su|este|el) ..2 PHONE
    """),
    unless=Cues("WELCOME | OF_THE_CASE"),
)
#: The law on unwanted texts, its regulators, and lawyers' own.
THREAT = Hint(
    Cues(r"""
        fcc | ftc | tcpa | crtc | casl | lcap | can ?spam | do not call (registry|list|law) | attorney general
        consumer protection | better business bureau | bbb
        (the|state|your) bar | bar (association|complaint) | law society | ethics complaint | barreau | batonnier
        syndic | protection du consommateur
        report(ing|ed)? (you|u|yall|your|this|these) | (sue|suing) (you|u|yall|your)
        (file|filing|make) a police report | harr?ass?ment | harcelement | acoso
        (plainte|poursui\w+|poursuite) (\w+ )?(contre vous|pour harcelement|formelle) | porte(r|rai)? plainte
        (je|j) (\w+ )?poursui\w+ | vous (poursui\w+|denonc\w+|signal\w+)
        (los|les|lo|la) ..3 (report\w+|demand\w+|denunci\w+) | profeco | fiscal
        (poner|pongo|meter|levantar) (\w+ )?(queja|denuncia|demanda) | colegio de abogados
        (queja|denuncia|demanda) (contra|en contra|formal|por)
        \d{3,4} (dollars |usd |bucks )?(a|per|each|every|for each|for every|par|por|por cada)
            (\w+ )?(violation|te?xt\w*|messages?|msg|mensaje|sms|one)
        statutory damages
        (each|every|any|next) (\w+ )?(te?xt|message|msg) (is|costs?|will cost|means) (you )?\d{3,4} | autodial\w*
        robo ?te?xt\w*
    """),
    Cues(r"""
        TEXTS
        (one|1|another) more | (each|every|next|any) (further )?(one|time) | encore un\w* | un\w* (de plus|mas)
        otr[oa] mas
    """),
    unless=Cues("OTHERS | WELCOME"),
)
#: Each text costs or harms: with a wish that it end, or for another way.
HARM = Hint(
    Cues(r"""
        charg(ed?|es|ing) | costs? | costing | cents | pay(ing)? (for|per) (each|every|text\w*|incoming)
        per (text|message) | roaming | prepaid | out of minutes
        w[ao]ke\w* | waking | buzz\w* | beep\w* | anxiety | panic | middle of the night | night shift | asleep
        sleep(ing)? | migraine
        KIN ..2 (reads?|sees?|checks?|looks?|goes through|saw|found|monitors?|snoops?|finds?|lit|voit|regarde|fouille
            |ve|lee|revisa|mira)
        (work|job|company|shared|family|office|office s|borrowed) (phone|cell|cellphone|number)
        (phone|cell|number) (\w+ )?(is shared|at work|for work|is for (my )?(work|job|business))
        (my|his|her) (eyes|eyesight|vision|sight) | cataracts? | legally blind | mes yeux | ma vue | mis ojos
        mi vista
        cout\w* | frais | payer | factur\w+ | reveill\w* | cell?(ulaire)? (de|du|au) (job|travail|boulot|bureau)
        telephone (de|du|au) (job|travail|boulot)
        cobran? | cuestan? | centavos | pago por | despiert\w+
        (cel|celular|telefono) (es )?(del|de mi|de la) (trabajo|chamba|empresa|patron|oficina)
    """),
    Cues(r"""
        TEXTS
        (one of|all|each of|of) (these|those|them) | every (one|time)
        (quit|stop|turn|switch|shut) (it|them|em|these)
        this PHONE
    """),
    Cues("ENOUGH"),
    unless=Cues("OTHERS | WELCOME"),
)
#: Another lawyer, or nothing left to do: no need to keep writing.
RELATION_OVER = Hint(
    Cues(r"""
        (another|new|different|other|own) ..2 LAWYER | (fired|firing|let go of) (you|u|your)
        case ..2 (closed|over|done|settled|finished|dismissed)
        (not|no longer|dont) ..3 (go forward|going forward|proceed|pursue|your client|your services?
            |business with you|working with you|represent\w*)
        (matter|file|business) (is )?(finished|over|closed|done|settled) | paid (\w+ )?(bill|balance)
        we(re| are) (all )?done | autre (avocate?|cabinet) | nouvel(le)? avocate?
        dossier ..3 (ferme|clos|fini|termine|regle) | plus (votre client\w*|besoin de vos services)
        (otr|nuev)[oa] (abogad|licenciad)[oa] | abogad[oa] nuev[oa] | caso ..2 (termin\w+|cerr\w+|acab\w+)
        ya no (soy su client\w+|necesito sus servicios)
    """),
    Cues(r"""
        (no (need|reason|point|use)|dont (need|have) to|dont bother|(isnt|not) necessary|needless|why (are (you
            |u) |do (you|u) |am i )?(still|keep|always)|unnecessary) ..2 (for|to|in|keep\w*|still|you)? ?..4 WRITE
        (quit|stop|cut out|can (stop|quit)) ..2 WRITE
        (pas|plus) (besoin|necessaire|la peine|de raison) ..2 ..2 WRITE | inutile de ..2 WRITE
        pourquoi ..2 (encore|toujours|continu\w+) ..2 WRITE
        (no (hace falta|es necesario|tiene caso|hay (razon|necesidad))|(para|por) que (me |nos )?(sigu?en?|todavia))
            ..4 WRITE
        ya no (me |nos )?WRITE
    """),
    unless=Cues("WELCOME | WRITE (it|them|him|her|back|the|my)"),
)
REASONS = (IN_ANOTHERS_HANDS, THREAT, HARM, RELATION_OVER)

"""Phrases in French by which a longer text plainly asks for no more texts; see ``consent_phrases``."""

from __future__ import annotations

PARTS = {
    "fr_msg": r"(?:messages?|msgs?|textos?|sms|textes|rappels?|notifications?|alertes?|avis)",
    "fr_det": (
        r"(?:recevoir|recevoirs|de|d|du|vos|ces|ses|des|les|la|le|l|aux?|a|autres?|aucuns?|par|tous|tout|toutes"
        r"|tels|vous|votre|cette|envois?|envoyer|mes|ce|m|me|nous|ton|tes|de la part|texte|genre|automatiques?|en"
        r"|plus|jamais|avoir)"
    ),
    "fr_verb": (
        r"(?:re)?(?:ecrire|texter|contacter|appeler|deranger|harceler|spammer|embeter|importuner|relancer"
        r"|solliciter|achaler)"
    ),
    "fr_do": (
        r"(?:re)?(?:ecri(?:vez|s|ve)|texte[zs]?|contacte[zs]?|appele[zs]?|derange[zs]?|harcele[zs]?"
        r"|importune[zs]?|sollicite[zs]?|achale[zs]?|embete[zs]?)"
    ),
    "fr_end": (
        r"(?= (?:svp|s il|stp|s v p|merci|plus|jamais|maintenant|immediatement|tout de suite|du tout|a ce|ce n"
        r" est|je|et|sinon|bonne|desole|desolee|sur ce)\b|$)"
    ),
    "fr_list": (
        r"(?:(?:de|a|sur) (?:votre|vos|la|cette|ta|tes|ces|ce|toutes vos|tous vos) (?:listes?|bases?|systemes?"
        r"|repertoires?|contacts|envois?|fichiers?|textos|sms|messages|rappels|numero)(?! des? h))"
    ),
}

ASKING: tuple[str, ...] = (
    (
        r"(?:arret+ez|arret+e|arret+er|ar+etez|ar+ete|cessez|cesse|cesser|stoppez|finissez|arretons|arretiez"
        r"|cessiez)(?: (?:de|d|immediatement|svp|tout|donc|maintenant)){{0,3}} (?:(?:m|me|nous) {fr_verb}"
        r"|{fr_verb}{fr_end})"
    ),
    (
        r"(?:arret+ez|arret+e|arret+er|ar+etez|ar+ete|cessez|cesse|cesser|stoppez|arretiez|cessiez)(?: (?:de|d"
        r"|immediatement|svp|donc)){{0,2}} (?:(?:m|me|nous) )?(?:r ?)?envoyer(?: {fr_det}){{0,5}}(?: {fr_msg}"
        r"|{fr_end}| (?:ca|cela|tout ca))"
    ),
    (
        r"(?:arret+er|arret+ez|arret+e|cessez|cesser|annulez|annuler|stoppez|stopper|supprimez|bloquez|desactivez"
        r"|desactiver|fin|mettez fin|mettre fin|assez|suspendez|ca suffit|marre|finis|tannee?|ecoeuree?)(?:"
        r" {fr_det}){{0,5}} {fr_msg}(?! (?:de (?:mon|ma|l|son|sa) |du ))"
    ),
    r"stop(?: {fr_det}){{1,4}} {fr_msg}",
    r"(?:(?:n|ne) )?(?:m|me|nous) {fr_do} (?:plus|jamais|pu)(?! (?:d ici|avant|apres|tard|vite|souvent))",
    r"(?:n|ne) (?:m|me|nous) (?!appel){fr_do} pas{fr_end}",
    (
        r"(?:(?:n|ne) )?(?:m|me|nous) envoy?i?e[zs]? (?:plus|jamais|pas|pu)(?: {fr_det}){{0,5}}(?: {fr_msg}| rien"
        r"|{fr_end})"
    ),
    (
        r"(?:envoyez|ecrivez|textez|contactez|envoie|ecris) (?:moi |nous )?(?:plus|jamais|pas)(?:"
        r" {fr_det}){{0,3}}(?: {fr_msg}| rien|{fr_end})(?! d ici)"
    ),
    (
        r"(?:ne|n) (?:plus|pas|jamais)(?: jamais)? (?:(?:m|me|nous) )?(?:{fr_verb}(?! (?:d ici|avant|mon|ma|le|la"
        r"|les))|(?:r ?)?envoyer(?: {fr_det}){{0,5}}(?: {fr_msg}| rien|{fr_end})|recevoir(?: {fr_det}){{0,5}}"
        r" {fr_msg}|etre (?:contactee?s?|textee?s?|derangee?s?|sollicitee?s?))"
    ),
    (
        r"(?:veux|veut|souhaite|desire|voudrais|voulons|souhaitons|desirons|aimerais|interessee?)(?: (?:vraiment"
        r"|absolument))? (?:plus|pas|pu|aucun|ne plus|ne pas)(?: {fr_det}){{0,6}} {fr_msg}(?! (?:de (?:mon|ma|l"
        r"|son|sa) |du ))"
    ),
    (
        r"(?:veux|veut|souhaite|desire|voudrais|aimerais) (?:plus|pas|ne plus)(?: jamais)? (?:etre|que vous|qu on"
        r"|que l on)(?: (?:m|me|nous))? (?:contact|text|derang|ecriv|appel|sollicit|envoy|harcel)\w*"
    ),
    r"(?<!pour vous )(?<!pour se )\b(?:desabon|desinscri|desabonn)\w*",
    (
        r"(?:retirez|enlevez|otez|supprimez|effacez|rayez|sortez|retirer|enlever|supprimer|effacer|oter|radiez"
        r"|retire|enleve) (?:moi|nous)(?: {fr_list}|{fr_end})"
    ),
    (
        r"(?:retirez|enlevez|otez|supprimez|effacez|rayez|retirer|enlever|supprimer|effacer|oter|radiez|retire"
        r"|enleve) (?:mon|ce|notre|mes) (?:numero|num|no|nom|telephone|tel|cell|cellulaire|portable|coordonnees"
        r"|contact)(?: {fr_list}|{fr_end}| de vos? \w+)"
    ),
    r"(?:me|m|nous) (?:retirer|enlever|oter|rayer|supprimer) {fr_list}",
    r"(?:lachez|lache) (?:moi|nous)(?: {fr_det}){{0,1}}(?: avec(?: {fr_det}){{0,2}} {fr_msg}|{fr_end})",
    r"(?:avez|as) (?:pas|plus) (?:mon|notre|le|la) (?:consentement|permission|autorisation)",
    r"(?:avez|as) pas le bon (?:numero|num)",
    r"(?:annulez|annuler|resiliez|resilier) (?:mon|l) abonnement(?: (?:aux?|de|par) {fr_msg}|{fr_end})",
    r"refus(?:e|ons)(?: {fr_det}){{1,5}} {fr_msg}",
    (
        r"(?:ce n est|c est|est)(?: (?:pas|plus)) (?:le (?:bon )?|son |du tout le )?(?:numero)(?: de (?!mon|ma|l"
        r"|la|telephone)\w+| du tout|{fr_end})"
    ),
    r"laissez (?:moi|nous)(?: donc)? (?:tranquilles?|en paix)",
    r"laisse (?:moi|nous)(?: donc)? (?:tranquilles?|en paix)",
    r"(?:fichez|foutez|fiche|fous|sacrez) (?:moi|nous|moe)(?: donc)? (?:la paix|patience)",
    (
        r"(?:retire|revoque|annule|retirer|revoquer|retirons)(?: (?:par la presente|immediatement))? (?:mon|tout"
        r"|notre|ma) (?:consentement|autorisation|permission)(?:{fr_end}| (?:a|aux?|pour|de|d)(?: \w+){{0,5}}?"
        r" (?:{fr_msg}|recevoir|texter|contacter|ecrire|contactee?)\b)"
    ),
    r"(?:ai|avons) (?:jamais|pas)(?: \w+){{1,4}} (?:recevoir|textos|sms|messages)",
    r"(?:n|ne)(?: vous)? autorise (?:plus|pas)(?: \w+){{0,3}} (?:m |me )?(?:ecrire|texter|contacter|envoyer)",
    (
        r"(?:vous (?:vous )?(?:etes )?tromp(?:ez|e|ee|es)|tu te trompes|trompez vous|erreur) de (?:numero"
        r"|personne)"
    ),
    (
        r"(?:avez|est|as|composez|ecrivez|ecrivez a|textez|c est) (?:le|un|au|a un) (?:mauvais|faux) (?:numero"
        r"|num){fr_end}"
    ),
)

ALONE: tuple[str, ...] = (
    r"plus (?:de|aucun|jamais de|d) (?:vos )?{fr_msg}{fr_end}",
    r"pas de {fr_msg}{fr_end}",
    r"(?:mauvais|faux) (?:numero|num){fr_end}",
)

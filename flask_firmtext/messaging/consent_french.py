"""What French words say in a text about texting; see ``consent_meanings``."""

from __future__ import annotations

JOINED = {
    r"s il (?:vous|te) plai\w+|s v p": "svp",
    r"(?:laisse|fiche|fous|foute|sacre|lache)z? (?:moi|nous|moe)(?: donc)? (?:la paix|en paix|patience|tranquilles?)": (
        "desabonner"
    ),
    r"(?:vous |te )?tromp\w+ de|erreur de|pas l[ae] (?:bon|bonne)": "mauvais",
    r"mets? fin|mettez fin|mettre fin|ca suffit|trop d|trop de": "cessez",
    r"(?:n |ne )?utilis\w+ (?:plus|pas) (?:ce|mon) numero": "desabonner",
    r"^pas interessee?$": "desabonner",
    r"(?:lache|ecoeure|tanne|marre)\w* (?:moi |nous )?(?:de|avec)": "assez",
}
MEANINGS = {
    "s": "arrete arretez arreter arretiez aretez arette arettez cessez cesse cesser cessiez stoppez stopper",
    "S": "arret inutile* finissez assez marre desactive* suspendez suspendre refuse",
    "L": "desabon* desinscri*",
    "E": """annulez annuler supprimez supprimer effacez effacer rayez rayer enlevez enlever enleve retirez otez oter
        sortez radiez bloquez fin resiliez""",
    "R": "retire retirer revoque revoquer",
    "C": "autorise consentement autorisation",
    "N": "ne n pas plus pu jamais aucun aucune sans non",
    "W": """veux veut voulons vouloir souhaite* desirons voudrais aimerais interesse* besoin necessaire* utile* prefere
        accepte demande""",
    "T": "textos rappels alertes avis",
    "A": """texto texte texter textez contacter contactez contacte ecrire ecrivez ecrive derang* harceler harcelez
        importuner importunez embeter achaler achalez solliciter sollicitez relancer rappel abonnement""",
    "D": "envoyer envoyez envoie envoye envoi envois",
    "B": "appeler appelez",
    "U": "numero cellulaire portable tel coordonnees",
    "e": "nom",
    "r": "recevoir",
    "X": "liste listes messagerie base repertoire fichier*",
    "H": "personne monde",
    "M": "moi nous m mon notre mes",
    "Y": "vous",
    "y": "votre vos tes",
    "f": "bureau cabinet equipe adjoint* systeme",
    "O": """il elle ils elles lui leur mari femme patron proprio proprietaire adverse voisin banque compagnie
        recouvrement qu avocat employeur""",
    "Q": """vente procedure saisie salaire rendez rdv contrat bail testament procuration plainte heritiers paragraphe
        dossier cour appel facture travail formulaire tribunal loyer paiement encore
        probleme problemes""",
    "G": "recu recois ai avons envoyes etait",
    "Z": "lundi mardi mercredi jeudi vendredi avant demain soir",
    "K": "dites dis dire disait dit",
    "q": "repondez repondre quoi",
    "I": "je j peux",
    "J": "mauvais faux",
    "b": """ce cet cette ces c ca cela les la le l de d du des au aux un une est sont etre par tout tous toutes donc en
        autres automatiques et sur""",
    "a": "rien",
    "p": "bonjour monsieur madame merci veuillez voulez pouvez pourriez maintenant immediatement comment",
    "t": "svp stp mais alors",
}

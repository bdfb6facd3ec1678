"""Words that stand in so many texts that nobody finds anything by them. They are not marked: what is frequent tells
most. As they are folded, without accents. What a law firm searches for is not here: *will*, *may*, *case*, *bien*.
"""

from __future__ import annotations


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


ENGLISH = _words(
    """
    a about after again all also am an and any are as at be because been before being but by can could did do does
    doing don dont down for from get go going got had has have having he hello her here hers hey hi him his how i
    if im in into is isnt it its ive just know let ll me more most my no not now of off ok okay on one only or our
    ours out over please re see she should so some such tell than thank thanks that thats the their them then
    there these they this those to too until up us very want was we well were what when where which while who whom
    why with would yes yet you your yours
    """
)
FRENCH = _words(
    """
    a afin ai ainsi alors apres as au aucun aussi autre aux avait avant avec avez avoir avons bonjour bonsoir c ca
    car ce cela ces cet cette ceux chez comme d dans de depuis des deux donc du elle elles en encore entre est et
    etaient etait etes etre eu faire fait faut il ils j je l la le les leur leurs lui m ma mais me meme merci mes
    moi mon n ne nos notre nous on ont ou oui par pas peu peut plus pour pouvez qu quand que quel quelle quelles
    quels qui quoi s sa salut sans se ses si sont sous suis sur svp t ta te tes toi tous tout toute toutes tres tu
    un une vais vos votre vous
    """
)
SPANISH = _words(
    """
    al algo antes aqui asi aunque buenas bueno buenos cada como con cual cuando de del desde despues dia dias
    donde dos e el ella ellas ellos en entre era es esa ese eso esta estaba estamos estan estar estas este esto
    estos estoy fue gracias ha hace hacer han hasta hay he hola ir la las le les lo los mas me mi mis mucho muy
    nada ni no nos nosotros o os otra otro para pero poco por porque pues puede puedo que quien se sea ser si sido
    sin sobre solo son soy su sus tambien tan te tengo tiene tienen todo todos tu tus un una uno unos usted
    ustedes va vamos voy y ya yo
    """
)
COMMON = ENGLISH | FRENCH | SPANISH

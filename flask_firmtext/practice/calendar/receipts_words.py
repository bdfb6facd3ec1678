"""What a client reads who has answered an invitation, in letters of GSM-7 and in the syntax of templates."""

from __future__ import annotations

from collections.abc import Mapping

from ...ports.values import Answer

THANKS: Mapping[tuple[Answer, str], str] = {
    (Answer.CONFIRMED, "en"): "{firm}: thank you, we have noted that you can come. {title}, {date}[, {time}].",
    (Answer.CONFIRMED, "fr"): "{firm} : merci, c'est noté, vous venez. {title}, {date}[, {time}].",
    (Answer.CONFIRMED, "es"): "{firm}: gracias, anotamos que puede venir. {title}, {date}[, {time}].",
    (Answer.DECLINED, "en"): (
        "{firm}: we have noted that you cannot come. {title}, {date}[, {time}]. "
        "We will be in touch.[ Or call {contact_phone}.]"
    ),
    (Answer.DECLINED, "fr"): (
        "{firm} : c'est noté, vous ne venez pas. {title}, {date}[, {time}]. "
        "Nous communiquerons avec vous.[ Tél. {contact_phone}.]"
    ),
    (Answer.DECLINED, "es"): (
        "{firm}: anotamos que no puede venir. {title}, {date}[, {time}]. "
        "Nos comunicaremos con usted.[ Tel. {contact_phone}.]"
    ),
}

#: What stands above the list of those that an answer may be meant for.
WHICH: Mapping[str, str] = {
    "en": "{firm}: which appointment do you mean? Reply with its number and Y or N, like 1Y.",
    "fr": "{firm} : de quel rendez-vous parlez-vous ? Répondez par son numéro et OUI ou NON, par exemple 1 OUI.",
    "es": "{firm}: usted tiene varias citas. Responda con la cifra de su cita y S o N, por ejemplo 1S.",
}

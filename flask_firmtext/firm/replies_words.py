"""The words of automatic answers in our three languages, in letters of GSM-7, and in the syntax of templates.

What the law and the carriers want in them: the firm, how else to reach it, how to stop, and that texts may cost.
A confirmation of a stop says nothing but that, and how to come back.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..store.states import Answer

REPLIES: Mapping[tuple[Answer, str], str] = {
    (Answer.STOPPED, "en"): (
        "{firm}: you will get no more texts from this number. Reply START to get them again."
        "[ Call {contact_phone}.][ Write to {contact_email}.]"
    ),
    (Answer.STOPPED, "fr"): (
        "{firm} : vous ne recevrez plus de textos de ce numéro. Pour en recevoir de nouveau, répondez START."
        "[ Tél. {contact_phone}.][ Courriel {contact_email}.]"
    ),
    (Answer.STOPPED, "es"): (
        "{firm}: ya no le mandamos mensajes. Si quiere recibirlos de nuevo, responda START."
        "[ Tel. {contact_phone}.][ Correo {contact_email}.]"
    ),
    (Answer.STARTED, "en"): (
        "{firm}: you will get texts from this number again. How many depends on your matter. "
        "Msg & data rates may apply. Reply HELP for help, STOP to opt out."
    ),
    (Answer.STARTED, "fr"): (
        "{firm} : vous recevrez de nouveau des textos de ce numéro, selon votre dossier. "
        "Des frais peuvent s'appliquer. Répondez AIDE pour de l'aide, ARRET pour vous désabonner."
    ),
    (Answer.STARTED, "es"): (
        "{firm}: le mandamos mensajes de nuevo, cuando su caso lo pida. Pueden aplicarse cargos. "
        "Responda AYUDA para ayuda, STOP para no recibir mensajes."
    ),
    (Answer.HELP, "en"): (
        "{firm}: texts about your matter.[ Call {contact_phone}.][ Write to {contact_email}.] "
        "Msg & data rates may apply. Reply STOP to opt out."
    ),
    (Answer.HELP, "fr"): (
        "{firm} : textos au sujet de votre dossier.[ Tél. {contact_phone}.][ Courriel {contact_email}.] "
        "Des frais peuvent s'appliquer. Répondez ARRET pour vous désabonner."
    ),
    (Answer.HELP, "es"): (
        "{firm}: mensajes sobre su caso.[ Tel. {contact_phone}.][ Correo {contact_email}.] "
        "Pueden aplicarse cargos. Responda STOP para no recibir mensajes."
    ),
    (Answer.REFUSED, "en"): (
        "{firm}: we could not take the file that you sent. By text we take photos, videos, audio "
        "and plain text; send other files another way.[ Call {contact_phone}.][ Write to {contact_email}.]"
    ),
    (Answer.REFUSED, "fr"): (
        "{firm} : nous ne pouvons accepter le fichier que vous avez envoyé. "
        "Par texto : photos, vidéos, audio et texte simple.[ Tél. {contact_phone}.][ Courriel {contact_email}.]"
    ),
    (Answer.REFUSED, "es"): (
        "{firm}: no pudimos aceptar el archivo que nos ha mandado. Por mensaje: fotos, videos, "
        "audio y texto simple. Lo que sea otra cosa, por otro medio.[ Tel. {contact_phone}.][ Correo {contact_email}.]"
    ),
}

"""Phrases in Spanish by which a longer text plainly asks for no more texts; see ``consent_phrases``."""

from __future__ import annotations

PARTS = {
    "es_msg": (
        r"(?:mensajes?|mensages?|mensajitos|msjs?|msgs?|textos?|sms|recordatorios?|notificaciones|avisos|alertas"
        r"|mensajeria)"
    ),
    "es_det": (
        r"(?:mas|recibir|resivir|recivir|seguir|recibiendo|que|me|nos|manden?|envien?|sus?|estos?|esos?|este|de"
        r"|los|las|la|el|ningun|ninguno|tantos|ya|mis|todos|todo|tus?|tener|otros?|con|envio|por|mandarme"
        r"|enviarme|mandar|enviar|esta|texto)"
    ),
    "es_do": (
        r"(?:escriba[ns]?|escriban?me|texte[ens]{0,3}|contacten?|contactes|molesten?|molestes|acosen?|hostiguen?"
        r"|busquen?)"
    ),
    "es_end": (
        r"(?= (?:por|porfa|porfavor|favor|gracias|mas|ya|nunca|jamas|a este|a mi|en este|este|de nuevo|otra vez|y"
        r"|no|please|pues|nada|ni|para nada|desde|gracia)\b|$)"
    ),
    "es_list": (
        r"(?:de (?:su|la|esta|sus|tu|tus|las|esa|los|todas sus) (?:listas?|base|sistema|contactos|mensajes|textos"
        r"|grupo|registro))"
    ),
}

ASKING: tuple[str, ...] = (
    (
        r"(?:no|nunca|nunca mas|jamas)(?: (?:me|nos))?(?: (?:vuelvan?|vuelvas|vayan?|sigan?) a)? (?:me |nos"
        r" )?{es_do}{es_end}"
    ),
    (
        r"(?:no|nunca|nunca mas|jamas)(?: (?:me|nos))?(?: (?:vuelvan?|vuelvas) a)? (?:manden?|mandes|envien?"
        r"|envies|sigan? mandando|sigan? enviando|pasen)(?: {es_det}){{0,5}}(?: {es_msg}|(?<= mas){es_end}| nada"
        r"|(?= por favor)|$)"
    ),
    (
        r"(?:no|nunca|jamas) (?:me )?(?:vuelvan?|vuelvas|quiero|sigan?)(?: a)? (?:escribir|escribiendo|mandar"
        r"|enviar|textear|contactar|molestar|molestando)\w*"
    ),
    (
        r"(?:de|por favor|favor|les pido|le pido|pido)(?: ya)? no (?:me )?(?:escribir|contactar|textear|molestar)(?:me"
        r"|nos)?"
    ),
    (
        r"(?:de|por favor|favor|les pido|le pido|pido)(?: ya)? no (?:me )?(?:enviar|mandar)(?:me|nos)?(?:"
        r" {es_det}){{0,5}}(?: {es_msg}| nada|{es_end})"
    ),
    (
        r"(?:dejen?|dejes|deja|dejar|dejas|paren?|para|parar|cesen?|cesar|basta|parenle|ya parenle)(?: (?:ya|por"
        r" favor))? (?:de|con)(?: (?:llamar|escribir|mandar|enviar|llamarme|estar)(?: y| o| e)?){{0,2}}"
        r" (?:(?:escribir|escribi|textear|contactar|molestar|acosar|hostigar|chingar|fastidiar|llamar)(?:me|nos"
        r"|endo|endome)|escribir{es_end}|textear|molestar|molestando(?:me)?)"
    ),
    (
        r"(?:dejen?|dejes|deja|dejar|dejas|paren?|para|parar|cesen?|cesar|basta|parenle)(?: ya)? (?:de|con)(?:"
        r" (?:mandar|enviar)(?:me|nos)?(?:(?: {es_det}){{0,5}} {es_msg}|$| por favor| porfa| eso| esto| cosas)"
        r"|(?: {es_det}){{0,4}} {es_msg})"
    ),
    r"(?:mandar|enviar)(?: y escribir|me mas nada)$",
    r"(?:dejo|dejar|deje|dejamos|dejen) de (?:recibir|llegar|llegarme|recibiendo)(?: {es_det}){{0,5}} {es_msg}",
    (
        r"no (?:(?:me|les|le) )?(?:quiero|deseo|quisiera|queremos|necesito|interesa|interesan|autorizo|autorice"
        r"|acepto|doy permiso|di permiso|di mi permiso|consiento|gusta|gustan|pedi)(?: {es_det}){{0,7}}?"
        r" {es_msg}(?! de (?:mi|la|el|su|esa) )"
    ),
    (
        r"no (?:quiero|deseo|autorizo|quisiera|acepto|doy permiso)(?: mas)?(?: (?:para|de))? que (?:ya )?(?:me"
        r"|nos) (?:{es_do}|llamen|manden|envien|sigan|vuelvan)"
    ),
    r"no (?:quiero|deseo) (?:ser|que me esten) (?:contactad|molestad|molestando|escribiendo)\w*",
    (
        r"(?:cancelar|cancelen?|cancela|cancelo|detengan?|deten|detener|detengo|suspendan?|suspender|paren?|paro"
        r"|parar|quiten|eliminen?|desactiven?|desactivar|terminen|stop|bloqueen?|harto de|harta de|cansado de"
        r"|cansada de|basta de)(?: mi)?(?: {es_det}){{0,5}} (?:{es_msg}|suscripcion)(?! de (?:mi|el|su|esa) )"
    ),
    (
        r"(?:quiten|quite|quita|saquen|saque|saca|borren|borre|borra|eliminen|elimine|elimina|remuevan|remueva"
        r"|retiren|retire)(?:me|nos)(?: ya)?(?: {es_list}|{es_end})"
    ),
    r"(?:quitar|sacar|borrar|eliminar|remover|retirar)(?:me|nos|se)?(?: mi numero)? {es_list}",
    (
        r"(?:quiten?|quita|saquen?|saca|borren?|borra|eliminen?|elimina|remuevan?|retiren?|borrar|eliminar) (?:mi"
        r"|este|nuestro) (?:numero|num|telefono|celular|cel|contacto)(?! d(?:e|el) (?:la|el|ese|esa|titulo"
        r"|contrato)\b)"
    ),
    r"no (?:quiero|deseo|queremos) recibir (?:nada|ninguno|mas){es_end}",
    r"(?:me|nos) (?:borren?|quiten?|saquen?|eliminen?|remuevan?|retiren?) {es_list}",
    r"(?:denme|deme|dame|darme|darnos|den|me doy) de baja",
    r"(?:desuscri|desubscri|dessuscri|desinscri|desapunt)\w*",
    r"(?:dejenme|dejeme|dejame|dejennos|dejenos)(?: ya)? (?:en paz|tranquil[oa]s?)",
    (
        r"(?:retiro|revoco|cancelo|retirar|revocar|anulo) (?:mi|el|todo) (?:consentimiento|permiso"
        r"|autorizacion)(?:{es_end}| (?:para|a|de)(?: \w+){{0,5}}? (?:{es_msg}|recibir|contactarme|escribirme"
        r"|texto))"
    ),
    r"equivoc(?:o|aron|aste|ado|ada|a|an) de (?:numero|persona|telefono)",
    (
        r"(?:este|ese)(?: numero)? (?:ya )?no es (?:el |su )?(?:numero|telefono|celular)(?: de (?!mi )\w+"
        r"|{es_end})"
    ),
    r"(?:este|ese) numero ya no es de",
    (
        r"(?:tienen?|tienes|es|llamo|escribe|escriben|marco)(?: (?:un|el|al|a un))? (?:numero|telefono)"
        r" (?:equivocado|incorrecto|erroneo){es_end}"
    ),
)

ALONE: tuple[str, ...] = (
    r"(?:ya )?no (?:mas|quiero) {es_msg}(?:{es_end}| de (?:ustedes|su))",
    r"sin mas {es_msg}{es_end}",
    r"(?:numero|telefono|persona) (?:equivocad[oa]|incorrect[oa]|erroneo){es_end}",
    r"(?:ya )?basta(?: ya)?$",
    r"(?:ya )?no mas(?: (?:por favor|gracias|ya))?$",
)

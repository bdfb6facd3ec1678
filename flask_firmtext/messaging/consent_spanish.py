"""What Spanish words say in a text about texting; see ``consent_meanings``."""

from __future__ import annotations

JOINED = {
    # "Que él deje": the accent is gone by now.
    r"que el (?=(?:me )?(?:dej|par|ces)[aeo] )": "que ella ",
    r"^(?:eliminar|borrar|quitar|remover)$": "debaja",
    r"dej\w+(?: me| nos)?(?: ya)? (?:en paz|tranquil[oa]s?)": "debaja",
    r"(?:dej|par|ces)[aeio]\w*(?: (?:ya|favor|por favor))? (?:de|con)": "cesen",
    r"(?:me doy|dar|den?|da) ?(?:me|nos)? de baja": "debaja",
    r"ya estuvo(?: bueno| bien)?|demasiad[oa]s|(?:hart|cansad)[oa](?: ya)?(?: de)?": "basta",
    r"(?:ya )?(?:no|nunca) mas": "nomore",
    r"equivoc\w+ de": "equivocado",
}
MEANINGS = {
    "s": "pare paren parar paro parenle",
    "S": "alto cesen cese cesar basta",
    "L": "desuscri* desubscri* dessuscri* debaja",
    "E": """cancelar cancelen cancele cancela cancelo detener detengan detenga deten detengo suspendan suspender quiten
        quite quita saquen saque saca borren borre borra borrar eliminen elimine elimina eliminar remuevan remueva
        remover quitar sacar desactiven bloqueen terminen""",
    "R": "retiro revoco anulo revocar",
    "C": "autorizo autorice consentimiento permiso autorizacion",
    "N": "ni nunca jamas sin ningun ninguno",
    "W": "quiero kiero deseo quisiera queremos necesito necesari* interesa* acepto consiento gusta* pedi pido",
    "T": "mensaje* mensage* mensajitos msj* recordatorio* notificaciones alertas",
    "A": """escriba* escribir* escribe* escribiendo* escribas textee* textear texteen contacte* contactar* contactad*
        molest* acos* hostig* fastidi* chinga* jod* busque* suscripcion*""",
    "D": "mande* mandar* mandes mandando envie* enviar* enviando*",
    "B": "llamar* llame*",
    "U": "celular cel",
    "X": "lista listas registro",
    "H": "persona",
    "M": "mi nos mis",
    "Y": "ustedes usted",
    "y": "su sus tu",
    "f": "oficina equipo personal despacho bufete sistema",
    "O": """ella ellos esposo esposa marido novio novia casero jefe banco vecino abogado contraria cobradores dile
        digan* digale decirle decirles""",
    "r": "recibir recibiendo resivir recivir",
    "Q": """venta desalojo embargo cita contrato juicio demoras documentos titulo cargo multa demanda precio formulario
        caso fecha pagos tarjeta poder corte parrafo trabajo papeles""",
    "G": "tengo recibo reciben ha han llega llego llegan llegado mandaron",
    "Z": "lunes martes miercoles viernes sabado domingo manana noche tarde",
    "K": "pidio diga dice",
    "q": "responder significa responda",
    "I": "yo puedo",
    "J": "equivocad* incorrect* erroneo",
    "a": "mas nada",
    "c": "cliente clienta",
    "b": """es por soy del aqui estos estas esta este esto eso esos esa los las lo al que estar seguir sigan siga
        vuelvan vuelva con y ya""",
    "p": "hola gracias favor pueden podrian pues como",
    "t": "pero porfa porfavor xfa xfavor",
}

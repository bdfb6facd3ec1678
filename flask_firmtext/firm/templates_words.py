"""The words of automatic texts in our three languages, and the longest values that they are measured with.

French and Spanish here use no letter outside of GSM-7 (ç ê ô û á í ó ú are), which would more than halve a segment.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What an automatic text is about."""

    CREATED = "created"
    UPDATED = "updated"
    CANCELLED = "cancelled"
    REMINDER = "reminder"


LANGUAGES = ("en", "fr", "es")
#: What a client gets whose language is none of ours.
FALLBACK = "en"

#: Each kind in each language, in the syntax of ``docs/templates.md``.
OURS: Mapping[tuple[Kind, str], str] = {
    (Kind.CREATED, "en"): (
        "{firm}: new appointment. {title}, {date}[, {time}][, {place}]. "
        "Can you come? Reply Y for yes, N for no."
        "[ Call {contact_phone}.][ Write to {contact_email}.] Reply STOP to opt out."
    ),
    (Kind.UPDATED, "en"): (
        "{firm}: your appointment has changed. {title}. {changes}.[ Call {contact_phone}.][ Write to {contact_email}.]"
    ),
    (Kind.CANCELLED, "en"): (
        "{firm}: your appointment is cancelled. {title}, {date}[, {time}][, {place}]."
        "[ Questions? Call {contact_phone}.][ Write to {contact_email}.]"
    ),
    (Kind.REMINDER, "en"): (
        "{firm}: a reminder of your appointment. {title}, {date}[, {time}][, {place}]. "
        "Can you come? Reply Y for yes, N for no."
        "[ Call {contact_phone}.][ Write to {contact_email}.]"
    ),
    (Kind.CREATED, "fr"): (
        "{firm} : nouveau rendez-vous. {title}, {date}[, {time}][, {place}]. "
        "Répondez O si vous venez, N sinon."
        "[ Tél. {contact_phone}.][ Courriel {contact_email}.] STOP pour vous désabonner."
    ),
    (Kind.UPDATED, "fr"): (
        "{firm} : votre rendez-vous a changé. {title}. {changes}.[ Tél. {contact_phone}.][ Courriel {contact_email}.]"
    ),
    (Kind.CANCELLED, "fr"): (
        "{firm} : votre rendez-vous est annulé. {title}, {date}[, {time}][, {place}]."
        "[ Des questions ? Tél. {contact_phone}.][ Courriel {contact_email}.]"
    ),
    (Kind.REMINDER, "fr"): (
        "{firm} : rappel de votre rendez-vous. {title}, {date}[, {time}][, {place}]. "
        "Répondez O si vous venez, N sinon."
        "[ Tél. {contact_phone}.][ Courriel {contact_email}.]"
    ),
    (Kind.CREATED, "es"): (
        "{firm}: nueva cita. {title}, {date}[, {time}][, {place}]. "
        "Responda S si puede venir, N si no."
        "[ Tel. {contact_phone}.][ Correo {contact_email}.] STOP para no recibir mensajes."
    ),
    (Kind.UPDATED, "es"): (
        "{firm}: su cita ha cambiado. {title}. {changes}.[ Tel. {contact_phone}.][ Correo {contact_email}.]"
    ),
    (Kind.CANCELLED, "es"): (
        "{firm}: su cita ha sido cancelada. {title}, {date}[, {time}][, {place}]."
        "[ ¿Preguntas? Tel. {contact_phone}.][ Correo {contact_email}.]"
    ),
    (Kind.REMINDER, "es"): (
        "{firm}: le recordamos su cita. {title}, {date}[, {time}][, {place}]. "
        "Responda S si puede venir, N si no."
        "[ Tel. {contact_phone}.][ Correo {contact_email}.]"
    ),
}

#: One changed thing of an event, the new value first: that is what a client needs to know.
CHANGE: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Title: {new} (was {old})",
        "time": "Time: {new} (was {old})",
        "place": "Place: {new} (was {old})",
    },
    "fr": {
        "title": "Objet : {new} (avant : {old})",
        "time": "Date : {new} (avant : {old})",
        "place": "Lieu : {new} (avant : {old})",
    },
    "es": {
        "title": "Asunto: {new} (antes {old})",
        "time": "Fecha: {new} (antes {old})",
        "place": "Lugar: {new} (antes {old})",
    },
}

#: What an event without a title is called.
UNTITLED: Mapping[str, str] = {"en": "Appointment", "fr": "Rendez-vous", "es": "Cita"}

#: An event for a preview.
SAMPLE: Mapping[str, Mapping[str, str]] = {
    "en": {"title": "First consultation", "place": "1200 Market Street, Suite 400"},
    "fr": {"title": "Première consultation", "place": "1200, rue du Marché, bureau 400"},
    "es": {"title": "Primera consulta", "place": "1200 Market Street, oficina 400"},
}

_FIRM = "Featherstone, Whitcombe & Partners LLP"
_EMAIL, _PHONE = "reception@featherstone-whitcombe.com", "(312) 555-0100"

#: The longest values that are believable; with them a text takes at most :data:`MOST_SEGMENTS`.
LONGEST: Mapping[str, Mapping[str, str]] = {
    "en": {
        "firm": _FIRM,
        "title": "Settlement conference with the mediator",
        "date": "Wed, Sep 30, 2026",
        "time": "10:30 AM",
        "place": "Daley Center, 50 W Washington St, Rm 2008",
        "contact_email": _EMAIL,
        "contact_phone": _PHONE,
        "changes": (
            "Time: Wed, Sep 30, 10:30 AM (was Wed, Sep 23, 11:30 AM); "
            "Place: 50 W Washington St, Room 2008 (was 1200 Market St, Suite 400)"
        ),
    },
    "fr": {
        "firm": _FIRM,
        "title": "Conférence de règlement avec la juge Roy",
        "date": "mer. 22 juill. 2026",
        "time": "10 h 30",
        "place": "Palais de justice, 1, rue Notre-Dame Est",
        "contact_email": _EMAIL,
        "contact_phone": _PHONE,
        "changes": (
            "Date : mer. 22 juill., 10 h 30 (avant : mer. 29 juill., 11 h 30); "
            "Lieu : 1, rue Notre-Dame Est (avant : 1200, rue Sherbrooke)"
        ),
    },
    "es": {
        "firm": _FIRM,
        "title": "Conferencia de acuerdo con el mediador",
        "date": "mié, 30 de sep de 2026",
        "time": "10:30 a.m.",
        "place": "Daley Center, 50 W Washington St, Rm 2008",
        "contact_email": _EMAIL,
        "contact_phone": _PHONE,
        "changes": (
            "Fecha: mié, 30 de sep, 10:30 a.m. (antes mié, 23 de sep, 11:30 a.m.); "
            "Lugar: 50 W Washington St, Room 2008 (antes 1200 Market St)"
        ),
    },
}

MOST_SEGMENTS = 2

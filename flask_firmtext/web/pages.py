"""The pages of FirmText: importing this registers their routes on the blueprint."""

from __future__ import annotations

from flask import Flask

from . import (
    composer,
    consent,
    csrf,
    deliveries,
    details,
    drafts,
    endpoints,
    erasing,
    event_texts,
    explaining,
    files,
    filing,
    finding,
    furniture,
    hurrying,
    inbox,
    later,
    live,
    marking,
    notifications,
    payments,
    picker,
    planned,
    registration,
    reminders,
    repeating,
    replies,
    resolving,
    retention,
    searching,
    settings,
    switch,
    thread,
    time_entry,
    tokens,
)
from .blueprint import blueprint

VIEWS = (
    composer,
    consent,
    details,
    drafts,
    deliveries,
    endpoints,
    erasing,
    event_texts,
    explaining,
    files,
    filing,
    finding,
    hurrying,
    inbox,
    later,
    live,
    marking,
    notifications,
    payments,
    picker,
    planned,
    registration,
    reminders,
    repeating,
    replies,
    resolving,
    retention,
    searching,
    settings,
    switch,
    thread,
    time_entry,
    tokens,
)


def register(app: Flask) -> None:
    """What an application gets beside the blueprint: what templates use, and who checks forms."""
    furniture.register(app)
    csrf.stand_aside(app, "firmtext", "firmtext_webhooks", "firmtext_api")


__all__ = ["VIEWS", "blueprint", "register"]

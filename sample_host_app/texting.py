"""FirmText, beside our ``db``: app.py binds it, and whoever has something to tell it imports it from here."""

from __future__ import annotations

from flask_firmtext import FirmText

firmtext = FirmText()

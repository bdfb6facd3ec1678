"""Marsh & Dune's own software: one firm, integer keys, Flask-Login. It had no texting until a short while ago."""

from .app import create_app as create_app

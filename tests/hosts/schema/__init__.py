"""Docket, with SQLAlchemy's own models in a schema, Flask-Security's users and Flask-Migrate."""

from .app import create_app as create_app

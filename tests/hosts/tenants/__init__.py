"""Cabinet, which several firms share: UUID keys, a factory, under a path, French and Spanish, a strict policy."""

from .app import create_app as create_app

"""A small practice system that uses FirmText: what a host developer reads first. Begin with ``app.py``."""

from .app import create_app as create_app

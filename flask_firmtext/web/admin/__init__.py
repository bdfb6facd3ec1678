"""Flask-Admin for a firm's administrators: what was sent and received, to look at and never to edit."""

from .views import add_views

__all__ = ["add_views"]

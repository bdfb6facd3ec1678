"""Pages (the web helper's)."""
from flask import Blueprint, Flask

blueprint = Blueprint("firmtext", __name__)


def register(app: Flask) -> None:
    """Slots and the rest."""

"""Which views there are, and adding them to a host's Flask-Admin."""

from __future__ import annotations

from typing import Any

from ...current import Unconfigured
from ...store.models import Attempt, ConsentEvent, Conversation, Message, Number, Order
from ...store.models import Quarantine as Kept
from .attempts import Attempts
from .consents import Consents
from .conversations import Conversations
from .messages import Messages
from .numbers import Numbers
from .orders import Orders
from .quarantine import Quarantine
from .templates import Templates
from .texting import Texting

CATEGORY = "Text messages"


def add_views(admin: Any) -> None:
    """Add our views to a Flask-Admin, whether or not it is bound to an application yet.

    Their endpoints begin with ``firmtext_``, their addresses with ``firmtext/`` below the administration's.
    """
    if admin.app is not None and isinstance(admin.app.extensions.get("firmtext"), Unconfigured):
        return
    admin.add_view(Messages(Message, "messages", name="Messages", category=CATEGORY))
    admin.add_view(Conversations(Conversation, "conversations", name="Conversations", category=CATEGORY))
    admin.add_view(Attempts(Attempt, "attempts", name="Sending attempts", category=CATEGORY))
    admin.add_view(Consents(ConsentEvent, "consents", name="Consent", category=CATEGORY))
    admin.add_view(Quarantine(Kept, "quarantine", name="Quarantine", category=CATEGORY))
    admin.add_view(Texting("texting", name="Texting", category=CATEGORY))
    admin.add_view(Numbers(Number, "numbers", name="Numbers", category=CATEGORY))
    admin.add_view(Orders(Order, "orders", name="Number orders", category=CATEGORY))
    admin.add_view(Templates("templates", name="Templates", category=CATEGORY))

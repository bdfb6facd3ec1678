"""Which views there are, and adding them to a host's Flask-Admin."""

from __future__ import annotations

from typing import Any

from ...current import Unconfigured
from ...store.models import Attempt, Conversation, Message
from .attempts import Attempts
from .conversations import Conversations
from .messages import Messages

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

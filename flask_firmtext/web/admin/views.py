"""Which views there are, and adding them to a host's Flask-Admin."""

from __future__ import annotations

from typing import Any

from ...current import Unconfigured
from ...store.models import Attempt, Audit, ConsentEvent, Conversation, Hold, Message, Number, Order
from ...store.models import Quarantine as Kept
from .attempts import Attempts
from .consents import Consents
from .conversations import Conversations
from .holds import Holds
from .messages import Messages
from .names import Name
from .numbers import Numbers
from .orders import Orders
from .quarantine import Quarantine
from .recorded import Recorded
from .templates import Templates
from .texting import Texting

CATEGORY = Name("Text messages")


def add_views(admin: Any) -> None:
    """Add our views to a Flask-Admin, whether or not it is bound to an application yet.

    Their endpoints begin with ``firmtext_``, their addresses with ``firmtext/`` below the administration's.
    """
    if admin.app is not None and isinstance(admin.app.extensions.get("firmtext"), Unconfigured):
        return
    admin.add_view(Messages(Message, "messages", name=Name("Messages"), category=CATEGORY))
    admin.add_view(Conversations(Conversation, "conversations", name=Name("Conversations"), category=CATEGORY))
    admin.add_view(Attempts(Attempt, "attempts", name=Name("Sending attempts"), category=CATEGORY))
    admin.add_view(Holds(Hold, "holds", name=Name("Holds"), category=CATEGORY))
    admin.add_view(Consents(ConsentEvent, "consents", name=Name("Consent"), category=CATEGORY))
    admin.add_view(Quarantine(Kept, "quarantine", name=Name("Quarantine"), category=CATEGORY))
    admin.add_view(Recorded(Audit, "audit", name=Name("Record"), category=CATEGORY))
    admin.add_view(Texting("texting", name=Name("Texting"), category=CATEGORY))
    admin.add_view(Numbers(Number, "numbers", name=Name("Numbers"), category=CATEGORY))
    admin.add_view(Orders(Order, "orders", name=Name("Number orders"), category=CATEGORY))
    admin.add_view(Templates("templates", name=Name("Templates"), category=CATEGORY))

"""``flask firmtext …``: what an operator may do from a terminal."""

from __future__ import annotations

from .audit import audit
from .db import db
from .doctor import doctor
from .group import FirmTextGroup
from .holds import holds
from .keys import keys
from .messages import messages
from .numbers import numbers
from .recording import attach
from .retention import retention
from .run import sandbox, sweep, worker
from .stats import stats
from .templates import templates
from .tokens import tokens
from .webhooks import webhooks

firmtext = FirmTextGroup("firmtext", help="Text messaging between law firms and their clients.")

every = (
    *(audit, db, doctor, holds, keys, messages, numbers, retention),
    *(sandbox, stats, sweep, templates, tokens, webhooks, worker),
)
for command in every:
    firmtext.add_command(command)
attach(firmtext)

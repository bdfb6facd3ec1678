"""Once a firm's number is there, its texts and calls come to us, wherever the application pointed before."""

from __future__ import annotations

from typing import Any

from carrier import Carrier
from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.firm import provisioning
from flask_firmtext.store.models import Message
from ordering import gone_on, number, turned_on
from rows import accepted
from servers import until

ROSA = "13125550100"


def test_texts_and_calls_come_to_us_once_the_number_is_there(carrier_app: Any, served: str, sandbox: Carrier) -> None:
    sandbox.option(webhooks="http://127.0.0.1:9/elsewhere")
    assert gone_on(turned_on()).state == "done"
    assert firmtext.gateway.pointed() == provisioning.webhooks()
    accepted("How are you?")
    sandbox.text(ROSA, number().e164[1:], "Fine")
    until(lambda: rows(Message, Message.direction == "in"))
    heard = sandbox.post(f"/_sandbox/phones/{ROSA}/calls", to=number().e164[1:])["heard"]
    assert heard.startswith("Your call to Harbor Law did not go through")

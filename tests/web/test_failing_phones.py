"""Each of the sandbox's phones that cannot be texted: one reason in the same words wherever somebody reads it."""

from __future__ import annotations

import json
import re
import uuid
from html import unescape
from typing import Any

import pytest
from flask_firmtext.cli import firmtext as group

from carrier import Carrier
from flask_firmtext.sandbox.outcomes import OUTCOMES
from flask_firmtext.worker import drain
from office import ADMIN, Office, Person
from outbound import FAST, message, states
from servers import until

#: By the last digits of the phone; beside the code, whether the next step is the operator's, and *Try again* offered.
PHONES = {
    "0150": ("Unreachable number", ""),
    "0151": ("Unreachable number", ""),
    "0152": ("Unreachable number", ""),
    "0153": ("Unreachable number", "operator"),
    "0154": ("Rejected by carrier", ""),
    "0155": ("Rejected by carrier", ""),
    "0156": ("Rejected by carrier", ""),
    "0157": ("Rejected by carrier", ""),
    "0158": ("Temporary error", "again"),
    "0159": ("Temporary error", "again"),
    "0160": ("Temporary error", "again"),
    "0161": ("Temporary error", "again"),
    "0162": ("Unknown error", ""),
    "0163": ("Unknown error", ""),
    "0164": ("Unknown error", ""),
    "0165": ("Carrier error", ""),
    "0166": ("Carrier error", "operator again"),
    "0167": ("Carrier error", "operator"),
    "0168": ("Temporary error", "operator again"),
    "0169": ("Unknown error", ""),
}


@pytest.fixture
def carrier_settings(carrier_settings: dict[str, str]) -> dict[str, str]:
    return {**carrier_settings, **FAST}


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def on_the_command_line(app: Any, text: uuid.UUID) -> dict[str, Any]:
    result = app.test_cli_runner().invoke(group, ["messages", "show", str(text), "--json"])
    return dict(json.loads(result.stdout))


def in_the_thread(person: Person, text: uuid.UUID) -> str:
    page = person.get(f"/texting/conversations/{message(text).conversation_id}").text
    found = re.search(rf'<article[^>]* id="ft-text-{text}".*?</article>', page, re.DOTALL)
    assert found
    return plain(found.group())


def in_the_administration(person: Person, text: uuid.UUID) -> str:
    return plain(person.get(f"/admin/firmtext/messages/details/?id={text}").text)


def test_every_failing_phone_is_explained_alike_in_thread_administration_and_on_the_command_line(
    carrier_app: Any, served: str, sandbox: Carrier
) -> None:
    assert PHONES.keys() == OUTCOMES.keys()
    office, texts = Office(carrier_app), dict[str, uuid.UUID]()
    for ending in PHONES:
        office.host.add_contact("harbor", f"Client {ending}", f"+1212555{ending}", ref=ending)
        texts[ending] = office.sends(ending, "Are you there?")
    drain.run()
    until(lambda: states() == {"failed": len(PHONES)})
    ada = office.person(ADMIN)
    for ending, (label, offered) in PHONES.items():
        text, code = texts[ending], str(OUTCOMES[ending].code)
        said = on_the_command_line(carrier_app, text)
        assert (said["label"], said["code"]) == (label, code), ending
        thread, administration = in_the_thread(ada, text), in_the_administration(ada, text)
        assert f"Not delivered: {label}" in thread, ending
        assert code in administration, ending
        for words in (label, said["meaning"], said["next_step"]):
            assert words in thread, (ending, words)
            assert words in administration, (ending, words)
        assert ("operator" in said["next_step"]) == ("operator" in offered), ending
        for page in (thread, administration):
            assert ("Try again" in page) == ("again" in offered), ending

"""What can clients send? One click from the composer."""

from __future__ import annotations

import re
from html import unescape

from flask_firmtext.messaging.media_types import TYPES
from office import Office


def test_the_list_is_one_click_from_the_composer(office: Office) -> None:
    person = office.person()
    composer = person.get("/texting/new?contact=rosa").text
    assert 'href="/texting/sendable"' in composer[composer.index("ft-composer") :]
    assert person.get("/texting/sendable").status_code == 200


def test_it_names_every_type_that_is_accepted_and_what_is_not(office: Office) -> None:
    html = unescape(re.sub(r"<[^>]+>", "", office.person().get("/texting/sendable").text))
    assert [kind.label for kind in TYPES if f"{kind.label} .{kind.extension}" not in html] == []
    for words in ("PDF, Word and all other documents", "Freedom and Shaw in Canada cannot send files", "up to 50 MB"):
        assert words in html


def test_nobody_reads_it_without_signing_in(office: Office) -> None:
    assert office.person(None).get("/texting/sendable").status_code == 401

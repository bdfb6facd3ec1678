"""What the inbox adds to a thread: who has read it, and what can be marked there."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import render_template_string

from flask_firmtext.messaging import doing
from flask_firmtext.store.transactions import own
from office import ADMIN, STAFF, Office, Statements

PAGE = """{% include "firmtext/_seen.html" %}<ul role="menu">{% include "firmtext/_inbox_actions.html" %}</ul>"""


@pytest.fixture
def threads(office: Office) -> Office:
    """The office with a page that includes both."""

    def page(conversation_id: uuid.UUID) -> str:
        return render_template_string(PAGE, thread={"id": conversation_id})

    office.app.add_url_rule("/hosts/<uuid:conversation_id>", "hosts", page)
    return office


def seen(html: str) -> str:
    found = re.search(r'<p class="ft-seen" id="ft-seen">(.*?)</p>', html, re.DOTALL)
    assert found
    return re.sub("<[^>]+>|\n", "", found[1]).strip()


def page(office: Office, user: str = STAFF) -> str:
    return office.person(user).get(f"/hosts/{office.conversation()}").text


def opens(office: Office, user: str) -> None:
    office.person(user).get(f"/texting/conversations/{office.conversation()}")


def test_it_says_who_has_seen_all_that_the_client_wrote(threads: Office) -> None:
    threads.sends()
    assert seen(page(threads)) == ""
    threads.receives()
    assert seen(page(threads)) == ""
    opens(threads, ADMIN)
    assert seen(page(threads)) == "Seen by Ada Admin"
    opens(threads, STAFF)
    assert seen(page(threads)) == "Seen by Ada Admin, you"
    threads.receives("More")
    assert seen(page(threads)) == ""


def test_many_readers_are_counted_and_a_name_is_no_html(threads: Office) -> None:
    threads.sends()
    threads.receives()
    for n in range(7):
        threads.host.add_user("harbor", f"<i>Lee {n}", ref=f"lee-{n}")
        opens(threads, f"lee-{n}")
    html = page(threads)
    assert "&lt;i&gt;Lee 0" in html
    assert seen(html).endswith("&lt;i&gt;Lee 4, 2 others")


def test_an_open_thread_hears_who_has_read_it(threads: Office) -> None:
    threads.sends()
    threads.receives()
    staff = threads.person()
    url = f"/texting/changes?conversation={threads.conversation()}&since="
    now = staff.get(f"{url}-1").json["now"]
    opens(threads, ADMIN)
    assert seen(staff.get(f"{url}{now}").json["seen"]) == "Seen by Ada Admin"


def test_names_that_the_host_cannot_tell_are_counted(threads: Office) -> None:
    threads.sends()
    threads.receives()
    opens(threads, ADMIN)
    threads.host.fault("Users.names", raises=RuntimeError("down"))
    assert seen(page(threads)) == "Seen by 1 other"


MARKS = r"<button>(Mark done|Reopen|Mark unread)<"


def test_the_menu_offers_what_can_be_done(threads: Office) -> None:
    threads.sends()
    assert re.findall(MARKS, page(threads)) == ["Mark done"]
    threads.receives()
    assert re.findall(MARKS, page(threads)) == ["Mark done", "Mark unread"]
    with own() as session:
        doing.finish(session, threads.conversation(), by=threads.host.users.all[STAFF])
    assert re.findall(MARKS, page(threads)) == ["Reopen", "Mark unread"]
    threads.host.users.refuse(STAFF, "conversation.done")
    assert re.findall(MARKS, page(threads)) == ["Mark unread"]


@pytest.mark.parametrize(("words", "to"), [("Mark done", "said=done"), ("Mark unread", "said=unread")])
def test_from_the_thread_one_comes_back_to_the_table_where_it_stays_unread(
    threads: Office, words: str, to: str
) -> None:
    threads.sends()
    threads.receives()
    opens(threads, STAFF)
    html = page(threads)
    form = re.search(rf'action="([^"]+)">((?:<input[^>]+>)+)<button[^>]*>{words}<', html)
    assert form
    data = dict(re.findall(r'name="([^"]+)" value="([^"]+)"', form[2]))
    staff = threads.person()
    data["csrf_token"] = re.search(r'name="csrf_token" value="([^"]+)"', staff.get("/texting/").text)[1]  # type: ignore[index]
    answer = staff.post(form[1], data)
    assert answer.status_code == 303
    assert answer.location.startswith("/texting/?")
    assert to in answer.location
    assert "firmtext" in staff.get("/texting/").text


def test_what_a_thread_gets_costs_the_same_for_many_readers(threads: Office) -> None:
    threads.sends()
    threads.receives()
    page(threads)
    with Statements(threads.app) as few:
        page(threads)
    for n in range(20):
        threads.host.add_user("harbor", f"Lee {n}", ref=f"lee-{n}")
        opens(threads, f"lee-{n}")
    with Statements(threads.app) as many:
        page(threads)
    assert len(few.seen) == len(many.seen)

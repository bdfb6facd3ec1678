"""Behind a proxy: scheme, host, path and address are what ProxyFix is told to believe, hop by hop, and nothing more."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_firmtext import turnstile
from flask_firmtext.web import webhooks
from office import ROSA, Office

#: What the one proxy of ours adds behind what somebody has sent; of a list ProxyFix believes the last of its hops.
SENT = {
    "X-Forwarded-For": "198.51.100.66, 192.0.2.1",
    "X-Forwarded-Proto": "ftp, https",
    "X-Forwarded-Host": "evil.example, practice.example",
    "X-Forwarded-Prefix": "/evil, /office",
}
HOOK = "/texting/webhooks/inbound"


@pytest.fixture
def proxied(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """One proxy in front, which is believed."""
    fixed = ProxyFix(office.app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)
    monkeypatch.setattr(office.app, "wsgi_app", fixed)
    return office


@pytest.mark.parametrize("seen", ["/texting/", "/texting/new?contact=rosa", "/texting/settings"])
def test_one_hop_is_believed_and_what_somebody_sent_before_it_is_not(proxied: Office, seen: str) -> None:
    proxied.sends()
    page = proxied.person().get(seen, headers=SENT)
    assert page.status_code == 200
    paths = re.findall(r' (?:href|action|src)="(/[^"]*)"', page.text)
    assert paths
    assert all(path.startswith(("/office/", "/people/")) for path in paths), paths
    assert "evil" not in page.text
    assert "ftp:" not in page.text


@pytest.mark.parametrize("seen", ["/texting/", "/texting/new?contact=rosa", "/texting/settings"])
def test_without_a_hop_to_believe_nothing_of_it_counts(office: Office, seen: str) -> None:
    office.sends()
    staff = office.person()
    assert addresses(staff.get(seen, headers=SENT).text) == addresses(staff.get(seen).text)


def addresses(page: str) -> list[str]:
    return re.findall(r' (?:href|action|src)="([^"]*)"', page)


def test_over_tls_that_ends_at_the_proxy_a_text_is_sent_with_a_cookie_for_tls_alone(
    proxied: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(proxied.app.config, "SESSION_COOKIE_SECURE", True)
    staff = proxied.person(None)
    over_tls: dict[str, Any] = {"headers": SENT, "base_url": "https://practice.example"}
    staff.get("/sign-in/staff@harbor.example", **over_tls)
    page = staff.get("/texting/new?contact=rosa", **over_tls)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    sent = staff.post("/texting/texts", {**hidden, "text": "Hello"}, **over_tls)
    assert sent.status_code == 303
    assert sent.location == f"/office/texting/conversations/{proxied.conversation(ROSA)}"


@pytest.mark.attack("A10")
def test_a10_behind_a_proxy_that_is_believed_each_address_has_a_limit_of_its_own_and_one_more_hop_does_not_escape(
    proxied: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "unsigned", turnstile.Turnstile(2))
    strangers = proxied.app.test_client()

    def knocks(address: str) -> int:
        return int(strangers.post(HOOK, data=b"{}", headers={"X-Forwarded-For": address}).status_code)

    assert [knocks(f"198.51.100.{n}, 192.0.2.1") for n in range(3)] == [401, 401, 429]
    assert knocks("192.0.2.2") == 401

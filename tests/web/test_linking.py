"""Addresses in texts."""

from __future__ import annotations

import pytest

from flask_firmtext.web.linking import linked


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("see https://example.com/a?b=1&c=2.", "https://example.com/a?b=1&amp;c=2"),
        ("(https://example.com/a_(b))", "https://example.com/a_(b)"),
        ("HTTP://Example.COM/Path", "http://example.com/Path"),
        ("https://example.com:8443/x!", "https://example.com:8443/x"),
        ("https://exаmple.com/", "https://xn--exmple-4nf.com/"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
@pytest.mark.attack("A20")
def test_a20_an_http_address_is_a_link_whose_host_is_shown_in_plain_letters(text: str, href: str) -> None:
    html = linked(text)
    assert f'<a href="{href}" rel="noopener noreferrer nofollow" target="_blank">{href}</a>' in html


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.com",
        "https://bank.example@evil.example/",
        "https://",
        "https://\u202emoc.elpmaxe",
        "https://[::1",
        "https://exa mple",
        "https://-/",
        "http://a\\@b",
        "example.com",
    ],
)
@pytest.mark.attack("A20")
def test_a20_what_is_no_plain_http_address_is_no_link_to_there(text: str) -> None:
    assert "evil" not in (html := linked(text)) or "<a" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert "@" not in "".join(part.split('"')[0] for part in html.split('href="')[1:])


@pytest.mark.attack("A19")
def test_a19_everything_around_a_link_is_escaped() -> None:
    html = linked('<b> "https://example.com/<i>" & more')
    assert html.startswith("&lt;b&gt; &#34;<a ")
    assert html.endswith("&lt;i&gt;&#34; &amp; more")


def test_a_text_of_many_addresses_takes_no_time() -> None:
    assert linked("https://a.example/((((" * 2000).count("<a ") > 0

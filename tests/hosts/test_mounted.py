"""Where an application lies under a path, behind a proxy that says so wrongly, or beside another extension."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask_sqlalchemy import SQLAlchemy
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from flask_firmtext import ConfigurationError, FirmText
from flask_firmtext.testing.example import harbor_and_summit
from hostapp import KEYS
from strangers import STRANGERS

(TENANTS,) = (one for one in STRANGERS if one.package == "tenants")
PATHS = re.compile(r'[\w-]+="(/[^"]*)"')
FORGED = {"X-Forwarded-Prefix": "/evil", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}


@pytest.fixture(scope="module")
def practice(make_practice: Callable[..., Any]) -> Any:
    return make_practice(TENANTS, "sqlite")


def paths(page: Any) -> set[str]:
    assert page.status_code == 200
    assert "evil" not in page.text
    return set(PATHS.findall(page.text))


@pytest.mark.parametrize("headers", [{}, FORGED], ids=["plain", "forged"])
def test_every_address_on_a_page_lies_under_the_applications_path(practice: Any, headers: dict[str, str]) -> None:
    client = practice.test_client()
    TENANTS.sign_in(client)
    for page in (TENANTS.contact_page, TENANTS.matter_page, "/messages/", "/messages/settings"):
        found = paths(client.get(TENANTS.root + page, headers=headers))
        assert found
        assert all(path.startswith(f"{TENANTS.root}/") for path in found), found


def test_behind_a_proxy_that_takes_the_path_away_proxyfix_gives_it_back(practice: Any) -> None:
    """The application itself lies at ``/`` then."""
    inside = ProxyFix(next(iter(practice.wsgi_app.mounts.values())), x_prefix=1)

    def proxy(environ: dict[str, Any], start_response: Any) -> Any:
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(TENANTS.root)
        environ["HTTP_X_FORWARDED_PREFIX"] = TENANTS.root
        return inside(environ, start_response)

    client = Client(proxy)
    TENANTS.sign_in(client)
    found = paths(client.get(f"{TENANTS.root}/messages/"))
    assert found
    assert all(path.startswith(f"{TENANTS.root}/") for path in found), found


@pytest.mark.parametrize(
    ("locale", "login", "words"),
    [("fr", "luc@nord.example", "Textos"), ("es", "pilar@sur.example", "Mensajes de texto")],
)
def test_each_reads_it_in_their_own_language(practice: Any, locale: str, login: str, words: str) -> None:
    client = practice.test_client()
    client.post(f"{TENANTS.root}/enter", data={"email": login, "secret": "cabinet"})
    page = client.get(f"{TENANTS.root}/messages/", headers={"Accept-Language": "en"})
    assert f'<html lang="{locale}"' in page.text
    assert words in page.text


def bound(*rules: str, **config: Any) -> None:
    app, db = Flask("practice"), SQLAlchemy()
    app.config.update({"SQLALCHEMY_DATABASE_URI": "sqlite://", "SECRET_KEY": "x", **KEYS, **config})
    db.init_app(app)
    other = Blueprint("chat", __name__, url_prefix="/texting")
    for n, rule in enumerate(rules):
        other.add_url_rule(rule, f"page{n}", lambda **_: "chat", methods=["GET", "POST"])
    app.register_blueprint(other)
    FirmText().init_app(app, db=db, host=harbor_and_summit())


@pytest.mark.parametrize("rule", ["/", "/webhooks/inbound", "/conversations/<uuid:other>"])
def test_an_address_that_another_extension_has_is_told(rule: str) -> None:
    with pytest.raises(
        ConfigurationError, match=r"FIRMTEXT_URL_PREFIX: /texting/.* your chat\.page0 already"
    ) as caught:
        bound(rule)
    assert "Choose another prefix than /texting" in str(caught.value)


def test_addresses_side_by_side_and_another_prefix_are_fine() -> None:
    bound("/help", "/conversations/<int:other>")
    bound("/", FIRMTEXT_URL_PREFIX="/texts")

"""Every setting as data: name, parser, default, sentence. The docs, the checks and ``doctor`` read the same list."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from .ceilings import CEILINGS
from .coherence import contradictions, loopback
from .errors import ConfigurationError
from .parsing import (
    Fault,
    Quiet,
    boolean,
    count,
    encryption_keys,
    hosts,
    index_keys,
    one_of,
    optional_text,
    pem,
    public_url,
    quiet_hours,
    rate,
    redis_url,
    secrets,
    text,
    tokens,
    url_prefix,
)
from .setting_names import configured, deprecated, unknown

REQUIRED = object()


@dataclass(frozen=True)
class Setting:
    """One setting. ``parse`` turns the configured value into the typed one or raises :class:`Fault`."""

    name: str
    parse: Callable[[Any], Any]
    default: Any
    sentence: str
    secret: bool = False

    @property
    def attribute(self) -> str:
        return self.name.removeprefix("FIRMTEXT_").lower()


SETTINGS = (
    Setting(
        "FIRMTEXT_ENCRYPTION_KEYS",
        encryption_keys,
        REQUIRED,
        "Keys that protect every stored text: a list of `id:base64` (32 bytes each), or the path of a file with one a "
        "line; the first encrypts, all decrypt. For a new installation `flask firmtext keys generate` makes one; one "
        "that has texts needs those that it has.",
        secret=True,
    ),
    Setting(
        "FIRMTEXT_INDEX_KEY",
        index_keys,
        REQUIRED,
        "Key of the blind index by which a conversation is found from its number: base64 of 32 bytes, or the path of a "
        "file with it. While it is replaced, a list: the new one, then the old one (docs/keys.md). "
        "For a new installation `flask firmtext keys generate` makes one.",
        secret=True,
    ),
    Setting(
        "FIRMTEXT_REDIS_URL",
        redis_url,
        None,
        "Redis or Valkey that rings the workers; empty: no bell, the sweep sends.",
        secret=True,
    ),
    Setting(
        "FIRMTEXT_PUBLIC_URL",
        public_url,
        None,
        "Scheme, host, port and path under which the host application is reached from outside, without our prefix; "
        "the carrier's webhooks come there.",
    ),
    Setting("FIRMTEXT_URL_PREFIX", url_prefix, "/texting", "Path under which everything of ours is served."),
    Setting(
        "FIRMTEXT_BASE_TEMPLATE",
        text,
        "firmtext/base.html",
        "Template that our pages extend; it offers the blocks title, head, content and scripts.",
    ),
    Setting(
        "FIRMTEXT_GATEWAY",
        text,
        "flask_firmtext.adapters.vonage:VonageGateway",
        "Import string of the carrier's adapter, resolved when first used.",
    ),
    Setting(
        "FIRMTEXT_STATE_DIR",
        optional_text,
        None,
        "Folder in which the sweep notes how far sending has come, to notice a restored backup (docs/operations.md); "
        "empty: `firmtext` in the app's instance folder.",
    ),
    Setting(
        "FIRMTEXT_METRICS_TOKEN",
        tokens,
        (),
        "Token by which Prometheus reads `/texting/metrics`, of 24 characters or more; while it is replaced, a list; "
        "empty: there are no metrics. Needs `flask-firmtext[metrics]`.",
        secret=True,
    ),
    Setting("FIRMTEXT_TRANSLATIONS", optional_text, None, "Folder of your own `<language>.po` (docs/translating.md)."),
    Setting("FIRMTEXT_MEDIA_SCANNER", optional_text, None, "Import string of your virus scanner (docs/operations.md)."),
    Setting("FIRMTEXT_VONAGE_API_KEY", optional_text, None, "The account's API key."),
    Setting("FIRMTEXT_VONAGE_API_SECRET", optional_text, None, "The account's API secret.", secret=True),
    Setting(
        "FIRMTEXT_VONAGE_APPLICATION_ID", optional_text, None, "Id of the carrier's application that our numbers use."
    ),
    Setting(
        "FIRMTEXT_VONAGE_PRIVATE_KEY",
        pem,
        None,
        "Private key of that application: PEM text (line ends may be written `\\n`), or a path.",
        secret=True,
    ),
    Setting(
        "FIRMTEXT_VONAGE_SIGNATURE_SECRETS",
        secrets,
        (),
        "Webhook signature secrets, newest first, at most 8; a webhook signed with any of them is accepted.",
        secret=True,
    ),
    Setting("FIRMTEXT_VONAGE_API_HOST", text, "api.nexmo.com", "Host of the Messages API, with a port if need be."),
    Setting("FIRMTEXT_VONAGE_REST_HOST", text, "rest.nexmo.com", "Host of the Numbers API, with a port if need be."),
    Setting("FIRMTEXT_VONAGE_CA_BUNDLE", optional_text, None, "Path of the carrier's authorities, else the system's."),
    Setting(
        "FIRMTEXT_VONAGE_MEDIA_HOSTS",
        hosts,
        ("api.nexmo.com", "api-us.nexmo.com", "api-eu.nexmo.com", "api-ap.nexmo.com"),
        "Hosts from which received files may be fetched: `host` (port 443) or `host:port`.",
    ),
    Setting("FIRMTEXT_WEBHOOK_HOSTS", hosts, (), "Hosts inside to which webhooks may go (docs/webhooks.md)."),
    Setting("FIRMTEXT_WEBHOOK_CA_BUNDLE", optional_text, None, "Path of the authorities to trust where webhooks go."),
    Setting("FIRMTEXT_REQUESTS_PER_SECOND", rate, 30.0, "Requests a second that the carrier allows the account."),
    Setting(
        "FIRMTEXT_NUMBER_SEGMENTS_PER_SECOND",
        rate,
        3.0,
        "Segments a second that the carrier allows one toll-free number.",
    ),
    Setting("FIRMTEXT_MEDIA_MAX_BYTES", count, 50 * 1024 * 1024, "Largest received file that is fetched, in bytes."),
    Setting(
        "FIRMTEXT_TOLL_FREE_VERIFICATION",
        one_of("required", "assumed"),
        "required",
        "`required`: a number sends once the carriers have verified it; `assumed`: at once (demo and tests).",
    ),
    Setting(
        "FIRMTEXT_UPDATE_DELAY_SECONDS", count, 60, "How long an *updated* text waits for further edits, in seconds."
    ),
    Setting(
        "FIRMTEXT_QUIET_HOURS",
        quiet_hours,
        Quiet(time(21), time(8)),
        "When notifications and reminders wait, on the client's wall clock: `21-8`, `20:30-8:00`, or `off`.",
    ),
    *(Setting(f"FIRMTEXT_{name}", count, most, f"{told} 0: no limit.") for name, most, told in CEILINGS),
    Setting(
        "FIRMTEXT_SQLITE_PRAGMAS",
        boolean,
        True,
        "On SQLite, set WAL, `synchronous=FULL` and a busy timeout of 5 s on each connection of the host's engine.",
    ),
)

NAMES = {setting.name for setting in SETTINGS}


class Settings:
    """The typed settings of one application, as attributes: ``FIRMTEXT_REDIS_URL`` is ``settings.redis_url``."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no setting is called FIRMTEXT_{name.upper()}")

    @property
    def sandboxed(self) -> bool:
        """Whether the carrier is one on this machine: no real phone hears of it."""
        return loopback(self.vonage_api_host)

    def __repr__(self) -> str:
        shown = (
            f"{setting.name}={'…' if setting.secret else getattr(self, setting.attribute)!r}" for setting in SETTINGS
        )
        return f"<Settings {', '.join(shown)}>"


def read(config: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> Settings:
    """Read all settings from the app's config, or the environment where the config lacks one.

    :raises ConfigurationError: one error that lists every fault with its cure.
    """
    values: dict[str, Any] = {}
    given = {**environ, **config}
    for words in deprecated(given):
        warnings.warn(words, DeprecationWarning, stacklevel=3)  # where the host calls init_app
    faults = unknown(given, NAMES)
    for setting in SETTINGS:
        try:
            values[setting.attribute] = _value(setting, config, environ)
        except Fault as fault:
            faults.append(f"{setting.name} {fault}")
    faults += contradictions(values)
    if faults:
        raise ConfigurationError(faults)
    if loopback(values["vonage_api_host"]):
        values["vonage_media_hosts"] = (*values["vonage_media_hosts"], values["vonage_api_host"])
    return Settings(values)


def _value(setting: Setting, config: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
    value = configured(setting.name, config, environ)
    if value is None:
        if setting.default is REQUIRED:
            raise Fault(f"is missing. {setting.sentence}")
        return setting.default
    return setting.parse(value)

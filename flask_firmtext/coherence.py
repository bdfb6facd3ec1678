"""Settings that are well-formed each but do not go together."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any


def contradictions(values: Mapping[str, Any]) -> list[str]:
    """A sentence for every setting that does not go with another."""
    faults = []
    local = loopback(values.get("vonage_api_host") or "")
    url = values.get("public_url")
    if url and not local and (not url.startswith("https://") or loopback(url.split("/")[2])):
        faults.append(
            "FIRMTEXT_PUBLIC_URL must be a public https address, because the carrier calls it from outside; http is "
            "for the sandbox alone, while FIRMTEXT_VONAGE_API_HOST is this machine."
        )
    if values.get("vonage_application_id") and "vonage_private_key" in values and not values["vonage_private_key"]:
        faults.append("FIRMTEXT_VONAGE_PRIVATE_KEY is missing: an application id needs its private key.")
    if values.get("vonage_api_key") and "vonage_api_secret" in values and not values["vonage_api_secret"]:
        faults.append("FIRMTEXT_VONAGE_API_SECRET is missing: an API key needs its secret.")
    if not local:
        faults += [
            f"FIRMTEXT_VONAGE_MEDIA_HOSTS must not name the address {host}: name the carrier's hosts."
            for host in values.get("vonage_media_hosts") or ()
            if host.split(":")[0].replace(".", "").isdigit()
        ]
    return faults


def loopback(host: str) -> bool:
    """Whether a ``host`` or ``host:port`` is this machine: then the carrier is a sandbox."""
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 else host
    try:
        return name == "localhost" or ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False

from __future__ import annotations

import ssl
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from flask_firmtext.sandbox import credentials
from flask_firmtext.sandbox.authority import Authority

SETTINGS = {
    "FIRMTEXT_VONAGE_API_KEY",
    "FIRMTEXT_VONAGE_API_SECRET",
    "FIRMTEXT_VONAGE_APPLICATION_ID",
    "FIRMTEXT_VONAGE_PRIVATE_KEY",
    "FIRMTEXT_VONAGE_SIGNATURE_SECRETS",
    "FIRMTEXT_VONAGE_CA_BUNDLE",
}


def test_the_account_is_made_once_and_kept(tmp_path: Path) -> None:
    first = credentials(tmp_path / "new" / "state")
    assert set(first) == SETTINGS
    assert credentials(tmp_path / "new" / "state") == first
    assert len(first["FIRMTEXT_VONAGE_SIGNATURE_SECRETS"]) >= 32
    load_pem_private_key(Path(first["FIRMTEXT_VONAGE_PRIVATE_KEY"]).read_bytes(), None)
    assert Path(first["FIRMTEXT_VONAGE_PRIVATE_KEY"]).read_text().startswith("-----BEGIN PRIVATE KEY-----")


def test_nobody_else_can_read_a_key(tmp_path: Path) -> None:
    credentials(tmp_path)
    for path in tmp_path.glob("*.*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 or path.name == ".lock", path


def test_processes_that_start_together_agree_on_the_account(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from flask_firmtext.sandbox import credentials;"
        "print(credentials(pathlib.Path(sys.argv[1])))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, tmp_path / "state"], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert len({one.communicate(timeout=60)[0] for one in started}) == 1


@pytest.mark.parametrize("how", ["authority", "name", "expired"])
def test_a_bad_certificate_can_be_served(tmp_path: Path, how: str) -> None:
    authority = Authority(tmp_path)
    assert isinstance(authority.bad_context(how), ssl.SSLContext)
    assert isinstance(authority.context(), ssl.SSLContext)

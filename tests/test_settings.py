"""Settings: from configuration and environment to typed values, with every fault told at once."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from flask_firmtext import setting_names, settings
from flask_firmtext.coherence import loopback
from flask_firmtext.errors import ConfigurationError

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.b64encode(bytes(range(32, 64))).decode()
GOOD: dict[str, Any] = {"FIRMTEXT_ENCRYPTION_KEYS": f"a:{KEY}", "FIRMTEXT_INDEX_KEY": OTHER}


def read(environ: dict[str, str] | None = None, **config: Any) -> settings.Settings:
    return settings.read({**GOOD, **config}, environ or {})


def faults(**config: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(**config)
    return caught.value.faults


def test_two_keys_are_enough() -> None:
    typed = read()
    assert list(typed.encryption_keys) == ["a"]
    assert typed.url_prefix == "/texting"
    assert typed.redis_url is None


def test_every_setting_has_a_sentence_and_a_good_default() -> None:
    typed = read()
    for setting in settings.SETTINGS:
        assert setting.sentence.endswith(".")
        assert hasattr(typed, setting.attribute)


def test_all_faults_are_told_at_once_each_with_its_setting_and_cure() -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings.read({"FIRMTEXT_REDIS_URL": "http://x", "FIRMTEXT_URL_PREFX": "/x"}, {})
    said = caught.value.faults
    assert [fault.split()[0] for fault in said] == [
        "FIRMTEXT_URL_PREFX",
        "FIRMTEXT_ENCRYPTION_KEYS",
        "FIRMTEXT_INDEX_KEY",
        "FIRMTEXT_REDIS_URL",
    ]
    assert "did you mean FIRMTEXT_URL_PREFIX?" in said[0]
    assert "flask firmtext keys generate" in said[1]
    assert all(fault in str(caught.value) for fault in said)


@pytest.fixture
def renamed(monkeypatch: pytest.MonkeyPatch) -> str:
    """A setting's name of earlier versions."""
    monkeypatch.setitem(setting_names.RENAMED, "FIRMTEXT_PREFIX", setting_names.Renamed("FIRMTEXT_URL_PREFIX", "0.2"))
    return "FIRMTEXT_PREFIX"


def test_a_renamed_setting_works_and_names_the_new_one(renamed: str) -> None:
    for given in ({"environ": {renamed: "/env"}}, {renamed: "/env"}, {renamed: "/env", "FIRMTEXT_URL_PREFIX": ""}):
        with pytest.warns(DeprecationWarning, match="FIRMTEXT_PREFIX is called FIRMTEXT_URL_PREFIX since FirmText 0.2"):
            assert read(**given).url_prefix == "/env"


def test_the_new_name_of_a_setting_wins_over_the_old_one(renamed: str) -> None:
    with pytest.warns(DeprecationWarning, match=renamed):
        assert read({"FIRMTEXT_URL_PREFIX": "/new"}, **{renamed: "/old"}).url_prefix == "/new"


def test_old_names_lead_to_settings_and_are_none() -> None:
    old = {**setting_names.RENAMED, **setting_names.OBSOLETE}
    assert not settings.NAMES & set(old)
    assert {now.name for now in setting_names.RENAMED.values()} <= settings.NAMES


def test_configuration_wins_over_the_environment() -> None:
    typed = read({"FIRMTEXT_URL_PREFIX": "/env", "FIRMTEXT_UPDATE_DELAY_SECONDS": "5"}, FIRMTEXT_URL_PREFIX="/config")
    assert typed.url_prefix == "/config"
    assert typed.update_delay_seconds == 5


def test_an_empty_value_in_the_environment_is_the_default() -> None:
    assert read({"FIRMTEXT_REDIS_URL": ""}).redis_url is None


def test_a_key_that_looks_like_a_number_stays_text() -> None:
    assert read({"FIRMTEXT_VONAGE_API_KEY": "0123456", "FIRMTEXT_VONAGE_API_SECRET": "1e5"}).vonage_api_key == "0123456"


def test_the_first_key_encrypts_and_the_order_is_kept() -> None:
    typed = read(FIRMTEXT_ENCRYPTION_KEYS=f"new:{OTHER},old:{KEY}")
    assert list(typed.encryption_keys) == ["new", "old"]


def test_keys_may_stand_in_a_file_with_one_a_line(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# newest first\nnew:{OTHER}\n\nold:{KEY}\n")
    assert list(read(FIRMTEXT_ENCRYPTION_KEYS=str(file)).encryption_keys) == ["new", "old"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "is missing"),
        ("nowhere", "cannot be read"),
        (KEY, "must be `id:base64`"),
        (f"A:{KEY}", "must be `id:base64`"),
        ("a:", "must be `id:base64`"),
        ("a:!!!", "is not base64"),
        ("a:" + base64.b64encode(bytes(range(31))).decode(), "31 bytes where 32 are needed"),
        ("a:" + base64.b64encode(bytes(32)).decode(), "sample value"),
        (f"a:{KEY},a:{OTHER}", "names the id a twice"),
        (7, "must be a list"),
    ],
)
def test_a_bad_key_is_refused_by_name_and_never_quoted(value: Any, said: str) -> None:
    (fault,) = faults(FIRMTEXT_ENCRYPTION_KEYS=value)
    assert fault.startswith("FIRMTEXT_ENCRYPTION_KEYS ")
    assert said in fault
    assert "!!!" not in fault


def test_the_index_key_is_one_or_a_list_or_stands_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "index"
    file.write_text(f"# newest first\n{OTHER}\n{KEY}\n")
    one, other = base64.b64decode(KEY), base64.b64decode(OTHER)
    assert read(FIRMTEXT_INDEX_KEY=KEY).index_key == (one,)
    for value in (f"{OTHER}, {KEY}", [OTHER, KEY], str(file)):
        assert read(FIRMTEXT_INDEX_KEY=value).index_key == (other, one)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("nowhere", "not base64"),
        (f"{KEY},{KEY}", "lists a key twice"),
        (f"{KEY},short", "not base64"),
        ([], "empty"),
        (7, "must be a list"),
    ],
)
def test_a_bad_index_key_is_refused_by_name_and_never_quoted(value: Any, said: str) -> None:
    (fault,) = faults(FIRMTEXT_INDEX_KEY=value)
    assert fault.startswith("FIRMTEXT_INDEX_KEY ")
    assert said in fault
    assert KEY not in fault


def test_a_mistaken_key_in_place_of_a_path_is_not_printed() -> None:
    (fault,) = faults(FIRMTEXT_ENCRYPTION_KEYS=KEY)
    assert KEY not in fault


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FIRMTEXT_REDIS_URL", "localhost:6379"),
        ("FIRMTEXT_REDIS_URL", "redis://localhost:port"),
        ("FIRMTEXT_REDIS_URL", "redis://localhost:99999"),
        ("FIRMTEXT_REDIS_URL", "redis:localhost"),
        ("FIRMTEXT_PUBLIC_URL", "practice.example"),
        ("FIRMTEXT_PUBLIC_URL", "https://u:p@practice.example"),
        ("FIRMTEXT_PUBLIC_URL", "http://practice.example"),
        ("FIRMTEXT_PUBLIC_URL", "https://127.0.0.1"),
        ("FIRMTEXT_URL_PREFIX", "texting"),
        ("FIRMTEXT_URL_PREFIX", "/"),
        ("FIRMTEXT_REQUESTS_PER_SECOND", "0"),
        ("FIRMTEXT_REQUESTS_PER_SECOND", "nan"),
        ("FIRMTEXT_REQUESTS_PER_SECOND", "fast"),
        ("FIRMTEXT_MEDIA_MAX_BYTES", "-1"),
        ("FIRMTEXT_MEDIA_MAX_BYTES", "50 MB"),
        ("FIRMTEXT_SQLITE_PRAGMAS", "yes"),
        ("FIRMTEXT_TOLL_FREE_VERIFICATION", "maybe"),
        ("FIRMTEXT_VONAGE_MEDIA_HOSTS", "*.nexmo.com"),
        ("FIRMTEXT_VONAGE_MEDIA_HOSTS", "https://api.nexmo.com"),
        ("FIRMTEXT_VONAGE_MEDIA_HOSTS", "10.0.0.1"),
        ("FIRMTEXT_VONAGE_SIGNATURE_SECRETS", ",".join("abcdefghi")),
        ("FIRMTEXT_ENCRYPTION_KEYS", None),
    ],
)
def test_a_malformed_value_is_refused_by_name(name: str, value: Any) -> None:
    (fault,) = faults(**{name: value})
    assert fault.startswith(name)
    assert fault.endswith(".")


def test_one_key_under_two_ids_is_refused() -> None:
    """Whoever replaced the one by the other would have replaced nothing, and destroyed nothing."""
    (fault,) = faults(FIRMTEXT_ENCRYPTION_KEYS=f"new:{KEY},old:{KEY}")
    assert "one key under two ids" in fault
    assert KEY not in fault


def test_a_key_file_of_another_system_is_read(tmp_path: Path) -> None:
    keys, index = tmp_path / "keys", tmp_path / "index"
    keys.write_bytes(f"\ufeffnew:{OTHER}\r\nold:{KEY}\r\n".encode())
    index.write_bytes(f"\ufeff{OTHER}\r\n".encode())
    typed = read(FIRMTEXT_ENCRYPTION_KEYS=str(keys), FIRMTEXT_INDEX_KEY=str(index))
    assert list(typed.encryption_keys) == ["new", "old"]
    assert typed.index_key == read().index_key


@pytest.mark.attack("A01")
def test_a_secret_that_is_not_there_is_none_of_which_a_webhook_is_signed() -> None:
    """``[os.environ.get("SECRET", "")]`` would let anybody sign with nothing, and ``None`` with the word."""
    assert read(FIRMTEXT_VONAGE_SIGNATURE_SECRETS=["", "good", " "]).vonage_signature_secrets == ("good",)
    (fault,) = faults(FIRMTEXT_VONAGE_SIGNATURE_SECRETS=["good", None])
    assert fault == "FIRMTEXT_VONAGE_SIGNATURE_SECRETS must be a list of text, or text with commas."


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({"FIRMTEXT_VONAGE_APPLICATION_ID": "app"}, "FIRMTEXT_VONAGE_PRIVATE_KEY"),
        ({"FIRMTEXT_VONAGE_API_KEY": "key"}, "FIRMTEXT_VONAGE_API_SECRET"),
    ],
)
def test_half_of_a_pair_is_refused(config: dict[str, str], name: str) -> None:
    (fault,) = faults(**config)
    assert fault.startswith(f"{name} is missing")


def test_a_carrier_on_this_machine_may_call_plain_http_here() -> None:
    typed = read(FIRMTEXT_VONAGE_API_HOST="127.0.0.1:5002", FIRMTEXT_PUBLIC_URL="http://127.0.0.1:5000/")
    assert typed.public_url == "http://127.0.0.1:5000"
    assert typed.sandboxed
    assert "127.0.0.1:5002" in typed.vonage_media_hosts


def test_a_public_address_may_have_a_path() -> None:
    assert read(FIRMTEXT_PUBLIC_URL="https://example.org/app").public_url == "https://example.org/app"


def test_a_pem_may_have_its_line_ends_written_out() -> None:
    typed = read(FIRMTEXT_VONAGE_PRIVATE_KEY="-----BEGIN X-----\\nabc\\n-----END X-----")
    assert typed.vonage_private_key.splitlines()[1] == "abc"


@pytest.mark.attack("A36")
def test_no_secret_is_in_the_repr() -> None:
    secrets = {
        "FIRMTEXT_REDIS_URL": "redis://:geheim@localhost/0",
        "FIRMTEXT_VONAGE_API_KEY": "key",
        "FIRMTEXT_VONAGE_API_SECRET": "geheim2",
        "FIRMTEXT_VONAGE_SIGNATURE_SECRETS": "geheim3,geheim4",
        "FIRMTEXT_VONAGE_PRIVATE_KEY": "-----BEGIN geheim5",
    }
    shown = repr(read(**secrets))
    assert "geheim" not in shown
    assert KEY not in shown
    assert str(bytes(range(32))) not in shown
    assert "FIRMTEXT_VONAGE_API_KEY='key'" in shown


def test_an_unknown_attribute_names_the_setting() -> None:
    with pytest.raises(AttributeError, match="FIRMTEXT_REDIS_ADDRESS"):
        _ = read().redis_address


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:5002", True),
        ("localhost:1", True),
        ("[::1]", True),
        ("api.nexmo.com", False),
        ("127.0.0.1.example.com", False),
        ("localhost.example.com", False),
    ],
)
def test_what_counts_as_this_machine(host: str, local: bool) -> None:
    assert loopback(host) is local


def test_a_misspelt_name_in_the_environment_is_told_too() -> None:
    with pytest.raises(settings.ConfigurationError, match="did you mean FIRMTEXT_REDIS_URL"):
        read({"FIRMTEXT_REDIS_ULR": "redis://localhost"})

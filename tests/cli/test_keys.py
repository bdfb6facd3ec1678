"""``keys generate``: what it prints can be pasted and works."""

from __future__ import annotations

import json

from click.testing import CliRunner
from flask_firmtext.cli import firmtext

from flask_firmtext import settings


def generated(*arguments: str) -> str:
    result = CliRunner().invoke(firmtext, ["keys", "generate", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_printed_lines_are_good_settings_and_need_no_application() -> None:
    environment = dict(line.split("=", 1) for line in generated().splitlines())
    typed = settings.read({}, environment)
    assert [len(key) for key in typed.encryption_keys.values()] == [32]
    assert [len(key) for key in typed.index_key] == [32]


def test_json_holds_the_same_settings() -> None:
    assert settings.read(json.loads(generated("--json")), {}).index_key


def test_two_calls_print_different_keys_under_different_ids() -> None:
    first, second = (json.loads(generated("--json")) for _ in range(2))
    assert first["FIRMTEXT_INDEX_KEY"] != second["FIRMTEXT_INDEX_KEY"]
    joined = ",".join(made["FIRMTEXT_ENCRYPTION_KEYS"] for made in (first, second))
    assert len(settings.read({**first, "FIRMTEXT_ENCRYPTION_KEYS": joined}, {}).encryption_keys) == 2


def test_who_has_keys_is_told_to_keep_them() -> None:
    for environment, told in (({}, False), ({"FIRMTEXT_INDEX_KEY": "there"}, True)):
        result = CliRunner().invoke(firmtext, ["keys", "generate"], env=environment)
        assert ("put these beside them" in result.stderr) is told

"""The table of codes against two lists: one written here, and the carrier's own documents where they lie beside us."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from flask_firmtext.adapters.vonage_codes import CODES, REFUSALS, UNLISTED
from flask_firmtext.adapters.vonage_cures import CURES
from flask_firmtext.adapters.vonage_events import meaning
from flask_firmtext.messaging.reachability import WARNINGS
from flask_firmtext.ports.gateway import Again, Reason

SPECS = Path(__file__).parents[3] / "shared" / "reference" / "specs"
U, R, T, C, Q = (
    Reason.UNREACHABLE_NUMBER,
    Reason.REJECTED_BY_CARRIER,
    Reason.TEMPORARY_ERROR,
    Reason.CARRIER_ERROR,
    Reason.UNKNOWN_ERROR,
)

REASONS = {
    U: "1040 1170 1190 1250 1251 1260 1300 1310 1430",
    R: "1050 1210 1240 1270 1280 1282 1290 1470 1473 1474 1475 1476 1483 2001",
    T: "1000 1030 1100 1180 1220 1230 1241 1331 1360 1460 1472",
    Q: "1320 1330 1340 1350 1370 1451 1461 1490 2002 2003",
    C: (
        "1010 1020 1021 1022 1060 1070 1080 1090 1110 1120 1130 1140 1150 1160 1200 1242 1380 1381 1382 1400 1410 1420 "
        "1431 1440 1450 1480 1481 1482 1484"
    ),
}
WORTH_IT = "1000 1030 1070 1100 1180 1220 1230 1241 1331 1360 1460 1472"
UNSURE = "1320 1490"
OPERATOR = (
    "1010 1020 1021 1022 1060 1070 1080 1090 1110 1120 1130 1140 1150 1160 1242 1251 1380 1381 1382 1400 1410 1420 "
    "1431 1440 1450 1460 1470 1472 1473 1474 1475 1476 1480 1481 1482 1483 1484 2001"
)


def test_the_reason_of_every_code_is_the_one_written_here() -> None:
    written = {code: reason for reason, codes in REASONS.items() for code in codes.split()}
    assert {code: found.reason for code, found in CODES.items()} == written
    assert len(written) == 73


def test_what_is_worth_sending_again_is_written_here() -> None:
    for code, found in CODES.items():
        again = Again.WORTH_IT if code in WORTH_IT else Again.UNSURE if code in UNSURE else Again.NOT_AS_IT_IS
        assert found.again is again, code


def test_what_an_operator_must_mend_is_written_here() -> None:
    assert {code for code, found in CODES.items() if found.operator} == set(OPERATOR.split())


def test_every_code_that_an_operator_mends_has_a_cure_and_no_other() -> None:
    table = CODES | REFUSALS
    assert set(CURES) == {code for code, found in table.items() if found.operator}
    assert all(table[code].cure == cure and cure.endswith(".") for code, cure in CURES.items())
    assert not any(found.cure for found in table.values() if not found.operator)
    source = Path(__file__).parents[2] / "flask_firmtext" / "adapters" / "vonage_cures.py"
    assert source.read_text().count('": ') >= len(CURES) == len(set(OPERATOR.split())) + len(REFUSALS)


def test_only_1240_is_an_opt_out() -> None:
    assert [code for code, found in CODES.items() if found.opted_out] == ["1240"]


def test_what_a_code_says_of_a_number_is_written_here() -> None:
    said = {"not_in_service": "1190 1300", "no_texts": "1250 1310", "no_number": "1040 1170 1430"}
    written = {code: word for word, codes in said.items() for code in codes.split()}
    assert {code: found.number for code, found in CODES.items() if found.number} == written
    assert all(CODES[code].reason is U for code in written)
    assert {found.number for found in CODES.values()} == set(WARNINGS)


def test_codes_are_in_order_and_every_title_says_something() -> None:
    assert list(CODES) == sorted(CODES)
    assert all(found.title.strip() for found in (*CODES.values(), *REFUSALS.values(), UNLISTED))


def test_every_code_stands_once_in_the_file() -> None:
    source = Path(__file__).parents[2] / "flask_firmtext" / "adapters" / "vonage_codes.py"
    codes = re.findall(r'^    "(\d{4})":', source.read_text(), re.MULTILINE)
    assert len(codes) == len(set(codes)) == len(CODES)


@pytest.mark.parametrize("code", [None, "", "9999", "0", "abc", "1240 ", "10 00"])
def test_an_unlisted_code_is_an_unknown_error_and_unsure(code: str | None) -> None:
    assert meaning(code) is UNLISTED
    assert (UNLISTED.reason, UNLISTED.again) == (Reason.UNKNOWN_ERROR, Again.UNSURE)


@pytest.mark.skipif(not SPECS.is_dir(), reason="the carrier's documents are not beside this repository")
@pytest.mark.parametrize("name", ["messages-1.11.0.json", "messages-1.20.0-sms-mms-rebuilt.yml"])
def test_the_table_has_every_code_of_the_carriers_document(name: str) -> None:
    content = (SPECS / name).read_text()
    document = json.loads(content) if name.endswith("json") else yaml.safe_load(content)
    published = set(map(str, document["x-errors"]))
    assert published - set(CODES) == set()
    if "1.20.0" in name:
        assert set(CODES) - published == {"1110"}, "1110 is only in the list before"

"""The tutorial, done as it is written: its files, its commands, its processes, and a person at a browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from html import unescape
from pathlib import Path

import pytest
import requests

from servers import answers, free_port, process, until

PAGE = (Path(__file__).parent.parent / "docs" / "tutorial.md").read_text(encoding="utf-8")
#: Blocks whose first line names a file, and the others in their order.
FILES = re.findall(r"```\w+\n# ([\w.]+)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"```sh\n(?!# \.)(.*?)```", PAGE, re.DOTALL)
PHONE = "16175550101"
SECONDS = 60.0


class Walker:
    """Somebody at a browser."""

    def __init__(self, root: str) -> None:
        self.root, self.http = root, requests.Session()
        self.http.trust_env = False

    def page(self, path: str) -> str:
        answer = self.http.get(f"{self.root}{path}", timeout=SECONDS)
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    def sends(self, page: str, action: str, **data: str) -> str:
        """Send the form whose address ends with ``action``; the path of the page that follows."""
        form = re.search(rf'<form[^>]* method="post" action="([^"]*{action})".*?</form>', page, re.DOTALL)
        assert form, f"there is no form for {action}"
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form.group()))
        answer = self.http.post(self.root + form[1], data={**hidden, **data}, timeout=SECONDS)
        assert answer.status_code == 200, answer.text
        return answer.url.removeprefix(self.root)


@pytest.fixture
def ports() -> dict[str, int]:
    """The tutorial's ports, by those that are free here."""
    return {name: free_port() for name in ("5000", "5001", "5002")}


@pytest.fixture
def running(tmp_path: Path, ports: dict[str, int]) -> Iterator[str]:
    """What the page has one run, in its order. The address of the practice system."""

    def here(text: str) -> str:
        return re.sub(r"\b500[012]\b", lambda port: str(ports[port[0]]), text)

    for name, listing in FILES:
        (tmp_path / name).write_text(here(listing), encoding="utf-8")
    _install, prepare, *parts = [here(text) for text in COMMANDS]
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-ec", prepare], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    more = {0: f" --tls-port {ports['5002']} --port {ports['5001']}"}
    with ExitStack() as stack:
        for number, part in enumerate(parts):
            command = part.partition("#")[0].strip() + more.get(number, "")
            log = tmp_path / f"{number}.log"
            stack.enter_context(process(["bash", "-c", f"exec {command}"], env=env, log=log, cwd=tmp_path))
            if number < 2:
                until(lambda port=ports[f"500{1 - number}"]: answers(port), seconds=SECONDS)
        yield f"http://127.0.0.1:{ports['5000']}"


def test_everything_that_is_to_be_copied_is_a_file_or_a_command() -> None:
    assert [name for name, _ in FILES] == ["practice.py", "texting.py", ".env"]
    assert len(FILES) + len(COMMANDS) == PAGE.count("```") // 2


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_first_text_arrives_and_is_answered(running: str, ports: dict[str, int]) -> None:
    ada, sandbox = Walker(running), f"http://127.0.0.1:{ports['5001']}/_sandbox"
    ada.page("/sign-in/1")
    ada.sends(ada.page("/texting/settings"), "/turn-on", email="office@practice.example", phone="")
    until(lambda: 'class="ft-composer"' in ada.page("/texting/new?contact=1"), seconds=SECONDS, every=0.5)
    thread = ada.sends(ada.page("/texting/new?contact=1"), "/texts", text="Hello Rosa, how are you?")
    until(lambda: "Delivered" in ada.page(thread), seconds=SECONDS, every=0.5)

    phones = ada.http.get(f"{sandbox}/phones", timeout=SECONDS).json()
    (text,) = [text for phone in phones if phone["msisdn"] == PHONE for text in phone["texts"]]
    assert text["text"] == "Hello Rosa, how are you?"
    answer = {"to": text["with"], "text": "Very well, thanks"}
    assert ada.http.post(f"{sandbox}/phones/{PHONE}/texts", json=answer, timeout=SECONDS).status_code == 201
    until(lambda: "Very well, thanks" in ada.page(thread), seconds=SECONDS, every=0.5)
    ada.http.close()

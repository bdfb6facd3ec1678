"""What somebody may try, what comes of it, and which tests prove that: the rows of docs/attacks.md.

A test says which attacks it tries with ``@pytest.mark.attack("A03")``. Read from its source, so nothing has to run.
"""

from __future__ import annotations

import runpy
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

MARKS = runpy.run_path(str(Path(__file__).parent / "faults.py"))
ROOT, TESTS = MARKS["ROOT"], MARKS["TESTS"]


Attack = MARKS["Fault"]

ATTACKS = {
    "A01": Attack("Somebody without the secret plays a client (*YES*, *STOP*) at the webhooks: 503 where it could be the carrier's own, else 401; nothing is stored, one alarm a minute, and 429 from the fifty-first a minute on."),
    "A02": Attack("A webhook's token names another algorithm (`none`, HS512, RS256 with our public key as secret): 401."),
    "A03": Attack("A well-formed token of another customer of the same carrier: 401."),
    "A04": Attack("A good token with another body: 401, because the token holds the body's hash."),
    "A05": Attack("A webhook is replayed a thousand times, or an old START after a newer STOP: 200 without a second effect for 25 hours, 503 from then on; the opt-out stands."),
    "A06": Attack("A forged *delivered* or *rejected*: refused, and no text changes its state."),
    "A07": Attack("The token's header names a key of the attacker's (`kid`, `jku`, `x5u`, `jwk`): not looked at, 401."),
    "A08": Attack("Guessing a signature, or which secret is live, by time or by the answer's bytes: all secrets are always tried, compared in constant time, and refusals are the same bytes."),
    "A09": Attack("Bodies that are huge, without a length, deeply nested, with names twice or absurd numbers: 413 before they are read, or kept in quarantine; never 500. A body is read before a database connection is taken.", "one that comes a byte a second, which is the web server's own time limit to cut off: say so to yours ([how](operations.md#slow-clients))"),
    "A10": Attack("Forged `X-Forwarded-For` or `Host`: only the host's own `ProxyFix` is believed; links that go out are made of `FIRMTEXT_PUBLIC_URL`, and no form leads a person to another site."),
    "A11": Attack("Another firm's id in every route's path, query and form, in slots and on the command line: 404 like an id that does not exist, with the same words and number of queries."),
    "A12": Attack("One's own conversation with a foreign matter, bill, account, link or number: 404 or refused, and nothing is made."),
    "A13": Attack("`firm`, `author`, `state`, `kind` and other columns as fields of a form: ignored."),
    "A14": Attack("Learning of a row by a list, a count, a filter, an order, a badge, a page's cursor or the number of queries: all are of what one may see.", "the time that an answer takes, which is compared by the number of queries and not by the clock"),
    "A15": Attack("A right is withdrawn while a page, a poll or a copy of the record is open: refused from the next request on; the copy ends there."),
    "A16": Attack("Flask-Admin's ways around a scope (details, counts, actions, filters, look-ups, exports): 404, or the way does not exist."),
    "A17": Attack("A matter behind an ethical wall, by its client's conversation, files, badge, searches, events or Flask-Admin: no trace."),
    "A18": Attack("The practice system hands over another firm's contact, firm or administrator: dropped, alarm `host_tenancy`."),
    "A19": Attack("HTML and scripts as text, contact's name, file's name, carrier's words: shown as typed; pages work under a policy that allows no inline script or style."),
    "A20": Attack("Links in texts (`javascript:`, `data:`, letters that look alike, reversed writing): only http and https become links, hosts are shown in plain letters, nothing is fetched."),
    "A21": Attack("A page or a drawing that calls itself a picture, polyglots, PDFs with scripts: not on the list by their bytes and not kept; what is kept is a download in a sandbox."),
    "A22": Attack("Files' names with line ends, quotes, `../`, NUL or reversed writing: ours on disk and in headers, the sender's as escaped words."),
    "A23": Attack("A formula in what is exported as CSV: begins with `'`; nothing moves a terminal's cursor."),
    "A24": Attack("`{{7*7}}`, `{contact.__class__}`, `%n` in names, texts and templates: stand there letter for letter, or the template is refused."),
    "A25": Attack("A form of another site, without token, with another session's, by GET, or as JSON: refused at every address that changes anything."),
    "A26": Attack("A page of ours in another site's frame, or a file of ours in another site's page: `frame-ancestors`, `X-Frame-Options`, `Cross-Origin-Resource-Policy`; no CORS header anywhere."),
    "A27": Attack("SQL, wildcards and patterns in searches, filters and orders: bound values, a list of what can be sorted by; no pattern comes from outside, and each of ours reads so little at a time that none takes long."),
    "A28": Attack("A file's address that leads inside (loopback, private, metadata, IPv6 forms, decimal hosts, `user@host`, `file:`, other ports): refused before anything is asked."),
    "A29": Attack("A listed host redirects inside, or its name leads inside at the moment of connecting: refused; the connected address is judged."),
    "A30": Attack("Bombs, endless streams, lying lengths, enormous pictures: cut off by what is read; nothing is decoded."),
    "A31": Attack("Drawing the carrier's token to another host, or a malicious file to staff: the token goes to listed hosts only; a host's scanner sees a file first."),
    "A32": Attack("Whoever has the whole database, or a backup, and no key: no text, name, number or file."),
    "A33": Attack("Whoever writes to the database moves ciphertexts between rows, columns, firms or files, or changes a bit: that cell alone is unreadable."),
    "A34": Attack("Whoever writes to the database deletes, changes or puts in what was recorded: `audit verify` names the place.", "rows of the last three minutes, which are not sealed yet"),
    "A35": Attack("Whoever writes to Redis plants a job: workers run names of ours only, as JSON, without callbacks."),
    "A36": Attack("Looking for secrets and texts in logs, traces, error pages, `repr`, jobs, addresses, the browser's storage, metrics: none."),
    "A37": Attack("Damaged ciphertexts as an oracle, a nonce that comes again after a fork: one error for all damage; nonces are the system's random bytes at each call."),
    "A38": Attack("A stolen session sends thousands of texts: 429 from the 61st a minute on (and ten a minute in one conversation, 600 a firm, and a firm's daily limit), with the words kept, nothing half sent and one alarm."),
    "A39": Attack("Premium, foreign and short numbers, and texts of many parts: refused by name before anything is stored; North American numbers only, length limited and its parts shown."),
    "A40": Attack("Two automatic systems answer each other for ever: five automatic texts an hour and phone."),
    "A41": Attack("A spoofed sender: an answer changes its event and nothing else; who attaches a stranger's texts reads that a number proves nothing."),
    "A42": Attack("Enumeration: of contacts by number (30 look-ups a minute and user), ids, links, the health pages and the words of errors: nothing beyond what one may see."),
    "A43": Attack("Races: two presses, cancelling at the claim, two buyers of one number, a right withdrawn between form and press: one wins, the other is told."),
    "A44": Attack("A terminal's control characters in texts and names, forged lines in logs, exports over existing files or links, templates of any size: written out, refused, limited."),
    "A45": Attack("An address for webhooks that leads inside: as it is written, by its name's look-up, by a look-up that answers otherwise a moment later, or by a redirect: refused in the form, or before anything is connected to; no redirect is followed, and of no answer more than the status is told."),
    "A46": Attack("Somebody plays us at a consumer of webhooks, changes or replays one: each is signed with its id, its time and its bytes by the address's own secret, which stands under the firm's key, in no log, and on one page once."),
}  # fmt: skip


def proofs() -> dict[str, list[str]]:
    """Where each attack is tried, as links from the folder of the documents."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(TESTS.rglob("test_*.py")):
        where = f"../{file.relative_to(ROOT).as_posix()}"
        for name, mark, ids in MARKS["_decorated"](file):
            for attack in ids if mark == "pytest.mark.attack" else ():
                found[attack].append(f"[{name.removeprefix('test_')}]({where})")
    return found


def untried() -> list[str]:
    """Attacks that no test tries and that do not say why."""
    found = proofs()
    return [attack for attack, row in ATTACKS.items() if not row.not_here and not found[attack]]


def table() -> Iterator[str]:
    """The rows of the page."""
    yield from MARKS["rows"](ATTACKS, proofs(), "Not tried")

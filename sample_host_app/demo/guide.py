"""What the demo says when it is ready."""

from __future__ import annotations

from .plan import Plan
from .servers import say

SIGN_INS = (
    ("staff@harbor.example", "Harbor Law", "texting is on"),
    ("admin@harbor.example", "Harbor Law", "its administrator: Settings, Admin"),
    ("admin@prairie.example", "Prairie Legal", "texting is not on yet"),
    ("admin@summit.example", "Summit Counsel", "had text notifications before"),
    ("admin@lisbon.example", "Lisbon Advogados", "outside North America"),
)

TRY = (
    "Sign in as staff@harbor.example and open Communications.",
    "New > Send text message, choose Maria Delgado, write, Send.",
    "Answer from her phone in the sandbox and watch the thread.",
    "Calendar > New event, tick Notify via text beside a contact, Save event; then move or cancel it.",
    "Sign in as admin@prairie.example, open Settings > Text Messaging and turn it on.",
    "Text James Whitaker, whose number fails, or switch on a fault in the sandbox.",
)


def show(plan: Plan) -> None:
    lines = ["", "  FirmText demo", "", f"  Practice system   {plan.url}"]
    if plan.own_carrier:
        lines += [
            f"  Phones, faults    {plan.sandbox_url}",
            f"  Carrier API       https://127.0.0.1:{plan.sandbox_tls_port}   (authority: {_short(plan, 'ca.pem')})",
        ]
    else:
        lines.append(f"  Carrier           {plan.given['FIRMTEXT_VONAGE_API_HOST']}   (yours, from the environment)")
    lines += ["", "  Sign in with the password  demo", ""]
    lines += [f"    {email:<24}{firm:<18}{state}" for email, firm, state in SIGN_INS]
    if not plan.seconds:
        lines += ["", "  Try", ""]
        lines += [f"    {number}. {words}" for number, words in enumerate(TRY if plan.own_carrier else TRY[:2], 1)]
        lines += ["", "  In a second terminal", "", f"    . {_short(plan, 'env')} && flask firmtext messages failed"]
        lines += ["", f"  Logs are in {_short(plan, 'logs')}. Ctrl-C ends everything."]
    say("\n".join([*lines, ""]))


def _short(plan: Plan, name: str) -> str:
    """A path as seen from the project's folder, where it is inside."""
    path = plan.folder / name
    return f"{plan.folder.name}/{name}" if plan.folder.name == ".demo" else str(path)

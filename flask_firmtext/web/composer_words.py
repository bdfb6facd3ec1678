"""What the composer's scripts say, in the reader's language; they find it in the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import language
from ..language import marked
from ..messaging.letters import COUNTS, MAKES, PLAIN, UNSEEN
from ..messaging.segments import TEXT_LIMIT

WORDS: Mapping[str, str] = {
    "size": marked("%(n)s of %(limit)s characters"),
    "tooLong": marked("%(size)s: too long to send"),
    "one": marked("%(size)s · 1 text"),
    "many": COUNTS,
    "makes": MAKES[0],
    "make": MAKES[1],
    "signIn": marked(
        "You are signed out; your text is kept here. Sign in in another tab, come back here and press Send again."
    ),
    "wrong": marked("Something went wrong; your text is kept here. Press Send again."),
    "offline": marked("Not connected; your text is kept here. Press Send again."),
    "back": marked("Connected again. Your text has not been sent yet: press Send."),
    "backMaybe": marked("Connected again. Your text may not have been sent: press Send; it goes out only once."),
    "silent": marked("No answer yet; your text is kept here. Press Send again: it goes out only once."),
    "underWay": marked("Sending… You can go on writing."),
    "changed": marked("Sent as it was when you pressed Send. What you have written since then is still here."),
    "noFiles": marked("Pictures and files cannot be sent as texts. Share them through your client portal or by email."),
    "came": marked("A newer text has come in."),
    "answered": marked("%(name)s has answered meanwhile."),
    "automatic": marked("An automatic text has gone out meanwhile."),
    "kept": marked("Draft saved"),
    "newer": marked("You have a newer draft of this text in another tab."),
    "begun": marked("You had begun this text here before. What you typed just now is not lost: show that one instead?"),
    "signedOut": marked("You are signed out: what you type stays here, unsaved. Sign in in another tab."),
    "notKept": marked("The draft cannot be saved at the moment; what you type stays here."),
    "notHere": marked("The draft is not saved: this contact cannot be texted from here any more. Copy what you need."),
    "tooMuch": marked("This is too long to be kept as a draft; it stays here until you leave the page."),
    "replies": marked("%(n)s saved replies. Use the arrow keys to choose."),
    "reply": marked("1 saved reply. Press Enter to insert it."),
    "noReply": marked("No saved reply has these letters."),
    "noReplies": marked("Saved replies cannot be shown at the moment."),
    "inserted": marked("Inserted: %(name)s"),
}


def told() -> dict[str, Any]:
    """Everything that the scripts need beside the page."""
    return {
        **{name: language.gettext(words) for name, words in WORDS.items()},
        "language": str(language.locale()).replace("_", "-"),
        "limit": TEXT_LIMIT,
        "plain": dict(PLAIN),
        "unseen": {letter: language.gettext(words) for letter, words in UNSEEN.items()},
    }

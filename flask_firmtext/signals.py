"""What a host may hear: sent after the commit, by the app, with ids and no content."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

#: A client's text was stored. Carries ``firm``, ``conversation`` and ``message`` (ids as strings).
text_received = _signals.signal("firmtext-text-received")

#: A file that came with a client's text is here. Carries ``firm``, ``message`` and ``file`` (ids as strings).
file_received = _signals.signal("firmtext-file-received")

#: A received file is in a matter's documents. Carries ``firm``, ``file`` (our id as a string) and the host's references
#: ``matter`` and ``document``.
file_filed = _signals.signal("firmtext-file-filed")

#: A client answered an invitation. Carries ``firm``, the host's references ``event`` and ``contact``, and ``message``
#: (the client's text, our id as a string). What was answered, ``Calendar.respond`` says.
invitation_answered = _signals.signal("firmtext-invitation-answered")

#: A text of the firm reached a final state. Carries ``firm``, ``conversation``, ``message`` and ``state``.
text_delivered = _signals.signal("firmtext-text-delivered")

#: A text of the firm failed. Carries ``firm``, ``conversation``, ``message``, ``reason`` and the carrier's ``code``.
text_failed = _signals.signal("firmtext-text-failed")

#: A client paid through a payment link that the firm made. Carries ``firm`` and ``link`` (our id as a string).
payment_link_paid = _signals.signal("firmtext-payment-link-paid")

#: A number's consent changed. Carries ``firm``, ``conversation`` (or None) and ``opted_out`` (bool).
consent_changed = _signals.signal("firmtext-consent-changed")

#: A firm's number may send now. Carries ``firm`` and ``number`` (our id as a string).
number_verified = _signals.signal("firmtext-number-verified")

#: Something needs an operator. Carries ``kind`` (a short code such as ``secret_rotated``) and ``detail`` (no content).
alarm = _signals.signal("firmtext-alarm")

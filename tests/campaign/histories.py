"""The whole history of a text, in words, from whatever of it is known: its id or any other by which it goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .driver import Driver
from .witnesses import Ledger, Tables

NOTHING = "nothing else is known of it"


@dataclass
class Archive:
    """Everything that the witnesses and the driver know."""

    rows: Tables
    carrier: Ledger
    driver: Driver

    def history(self, about: str) -> tuple[str, ...]:
        """Of the texts that ``about`` belongs to, else of what the carrier and the driver know by that name."""
        lines = [*self._driven(about)]
        for message in self._texts(about):
            lines += self._driven(message) if message != about else []
            lines += self._text(message)
        if about not in self.rows.messages:
            lines += [*self._audited(about), *self._posted(about), *self._called(about)]
        return tuple(dict.fromkeys(lines)) or (NOTHING,)

    def _texts(self, about: str) -> list[str]:
        """The texts that go by this name, with those that they are sent again as."""
        rows = self.rows
        if about in rows.messages:
            return self._chain([about])
        found = [str(rows.attempts[about].message_id)] if about in rows.attempts else []
        found += [str(one.id) for one in rows.inbound.get(about, ())]
        found += [str(one.message_id) for one in rows.attempts.values() if one.carrier_id == about]
        found += [str(rows.attempts[post].message_id) for post in self._references(about) if post in rows.attempts]
        found += [key for key, row in rows.messages.items() if row.client_token == about]
        invitation = self._invitations.get(about)
        found += [str(one.message_id) for one in rows.notices if invitation and str(one.invitation_id) == invitation]
        return self._chain([key for key in dict.fromkeys(found) if key in rows.messages])

    def _references(self, about: str) -> list[str]:
        return [post["client_ref"] for post in self.carrier.posts if post["message_uuid"] == about]

    @cached_property
    def _invitations(self) -> dict[str, str]:
        """The invitation behind each reminder and event."""
        events = {str(row.event_id): key for key, row in self.rows.invitations.items()}
        reminders = {str(row.id): str(row.invitation_id) for row in self.rows.reminders}
        return {key: key for key in self.rows.invitations} | events | reminders

    @cached_property
    def _heirs(self) -> dict[str, str]:
        return {str(row.retry_of): key for key, row in self.rows.messages.items() if row.retry_of}

    def _chain(self, texts: list[str]) -> list[str]:
        whole = list(texts)
        for one in whole:
            before = self.rows.messages[one].retry_of
            more = [str(before) if before else "", self._heirs.get(one, "")]
            whole += [each for each in more if each in self.rows.messages and each not in whole]
        return whole

    def _driven(self, about: str) -> Iterator[str]:
        """What the driver knows: who wrote what when, and what they were told."""
        for one in self.driver.written:
            if about in (one.id, one.again, one.token):
                told = one.id or one.refused
                yield f"staff wrote at {one.at:.3f} to {one.client.phone}, told {told}, then {one.again or 'no more'}"
        for text in self.driver.said:
            if text.uuid == about:
                yield f"{text.client.phone} wrote to {text.to} with {text.media} files: {about}"

    def _text(self, message: str) -> Iterator[str]:
        row = self.rows.messages[message]
        yield (
            f"message {message}: {row.firm} {row.direction} {row.kind} {row.state} reason={row.reason} "
            f"tries={row.tries} made {row.created_at}"
        )
        for one in self.rows.by_message.get(message, ()):
            yield (
                f"  attempt {one.n} {one.id} {one.outcome} ({one.evidence}) claimed {one.claimed_at:%H:%M:%S.%f} "
                f"closed {one.closed_at and one.closed_at.strftime('%H:%M:%S.%f')} by {one.claimed_by}"
            )
        yield from self._audited(message)
        uuids = {row.carrier_id}
        for one in self.rows.by_message.get(message, ()):
            uuids.add(one.carrier_id)
            yield from self._audited(str(one.id))
            yield from self._posted(str(one.id))
            uuids |= {post["message_uuid"] for post in self.carrier.by_reference.get(str(one.id), ())}
        for uuid_ in sorted(uuids - {None}):
            yield from self._called(uuid_)
        for one in self.rows.attachments:
            if str(one.message_id) == message:
                yield f"  file {one.n} {one.id} {one.state} ({one.reason}) tried {one.tries} times"
                yield from self._audited(str(one.id))

    def _audited(self, about: str) -> Iterator[str]:
        for each in self.rows.audit.get(about, ()):
            yield (
                f"  audit {each.at:%H:%M:%S.%f} {each.action} {each.was} → {each.became} ({each.evidence}) {each.actor}"
            )

    def _posted(self, reference: str) -> Iterator[str]:
        for post in self.carrier.by_reference.get(reference, ()):
            yield f"  ledger post {post['at']} {reference} {post['message_uuid']} {post['status']}"

    def _called(self, uuid_: str) -> Iterator[str]:
        for hook in self.carrier.hooks_of.get(uuid_, ()):
            what = self.carrier.body(hook).get("status") or hook["kind"]
            yield f"  webhook {hook['at']} {what} try {hook['attempt']} answered {hook['http_status']}"
        for row, said in zip(self.rows.quarantine, self.rows.kept, strict=True):
            if str(said.get("message_uuid")) == uuid_:
                yield f"  kept in quarantine {row.id} ({row.reason}) at {row.received_at}"

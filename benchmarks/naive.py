"""The naive program: a job that sends one text with the SDK as it comes."""

from __future__ import annotations

import os

from vonage import Auth, HttpClientOptions, Vonage
from vonage_messages import Sms

client = Vonage(
    Auth(
        application_id=os.environ["FIRMTEXT_VONAGE_APPLICATION_ID"],
        private_key=os.environ["FIRMTEXT_VONAGE_PRIVATE_KEY"],
    ),
    HttpClientOptions(api_host=os.environ["FIRMTEXT_VONAGE_API_HOST"]),
)


def send(to: str, text: str) -> str:
    return str(client.messages.send(Sms(to=to, from_="18335550100", text=text)).message_uuid)

"""A local Vonage: carrier API over HTTPS, signed webhooks, phones to text from, faults on demand."""

from .account import credentials as credentials
from .options import Options as Options
from .sandbox import Sandbox as Sandbox
from .sandbox import serve as serve

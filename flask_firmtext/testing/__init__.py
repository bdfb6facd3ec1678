"""For tests of hosts and of ours: a practice system and a carrier in memory, and the contracts of both."""

# the practice system
from .contract import CalendarContract as CalendarContract
from .contract import ContactsContract as ContactsContract
from .contract import DocumentsContract as DocumentsContract
from .contract import FirmsContract as FirmsContract
from .contract import HostContract as HostContract
from .contract import MattersContract as MattersContract
from .contract import PaymentsContract as PaymentsContract
from .contract import TimeEntriesContract as TimeEntriesContract
from .contract import UsersContract as UsersContract
from .example import harbor_and_summit as harbor_and_summit
from .gateway import GatewayContract as GatewayContract
from .gateway import MemoryGateway as MemoryGateway
from .host import MemoryHost as MemoryHost
from .known import Known as Known

# the database
from .tables import create_tables as create_tables

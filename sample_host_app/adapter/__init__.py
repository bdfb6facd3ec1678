"""What FirmText asks of a practice system, answered from ours. This is the folder to copy.

Small classes translate our rows into FirmText's values; nothing is decided and nothing committed here. ``for_firm`` is
all the scoping there is: each port sees one firm.
"""

from .host import make_host as make_host
from .references import as_contact as as_contact
from .references import as_event as as_event
from .references import as_user as as_user
from .references import key as key

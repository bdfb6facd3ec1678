"""Pages about the firm as a whole: one record, no list."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from flask_admin.base import expose
from sqlalchemy.orm import Session

from ...current import firmtext
from ..access import Visitor, visitor
from .guarded import Guarded
from .record import Record


class FirmFacts(Guarded):
    """One page to look at, read in the host's session."""

    template = "firmtext/admin/record.html"

    def __init__(self, plural: str, **more: Any) -> None:
        super().__init__(endpoint=f"firmtext_{plural}", url=f"firmtext/{plural}", **more)
        self._keep_routes()

    @abstractmethod
    def facts(self, session: Session, who: Visitor) -> Record:
        """What the page shows."""

    @expose("/")  # type: ignore[untyped-decorator]
    def index_view(self) -> str:
        record = self.facts(firmtext.db.session(), visitor())
        return str(self.render(self.template, record=record, return_url=None))

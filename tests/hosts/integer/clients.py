"""Pages about clients and cases."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import login_required

from .models import Case, Client, db

bp = Blueprint("files", __name__)


@bp.get("/")
@login_required
def index() -> str:
    return render_template("clients.html", clients=Client.query.order_by(Client.last).all())


@bp.get("/clients/<int:client_id>")
@login_required
def one(client_id: int) -> str:
    return render_template("client.html", client=db.get_or_404(Client, client_id))


@bp.get("/cases/<int:case_id>")
@login_required
def case(case_id: int) -> str:
    return render_template("case.html", case=db.get_or_404(Case, case_id))

"""What Prometheus is told: gauges counted from the database at each scrape, the same whichever process answers.

Every label is a word of ours, a carrier's code or a kind of process: never a text, a number, a name or a firm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from prometheus_client.core import CollectorRegistry, CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from .. import deferred
from ..store import endpoint_queries, failure_queries, figure_queries, operator_queries, queries, stats_queries
from ..store.transactions import reading

A_DAY = timedelta(days=1)
#: What /readyz may name.
REASONS = ("database", "migrations", "sweep", "worker", "redis", "keys", "holds", "oldest_due")

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition() -> tuple[bytes, str]:
    """The page and its media type. :raises SQLAlchemyError: the database does not say."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    return generate_latest(registry), CONTENT_TYPE


class Figures(Collector):
    """Every figure, of one moment. Keeps nothing between two scrapes."""

    def describe(self) -> Iterator[Metric]:
        """Nothing: to register costs no query."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        with reading() as session:
            now = operator_queries.now(session)
            yield from _queue(session, now)
            yield from _processes(session, now)
            yield from _carrier(session, now)
            yield from _outgoing(session, now)
            yield from _kept(session)
        yield from _ready()


def _queue(session: Session, now: datetime) -> Iterator[Metric]:
    due = queries.oldest_due_at(session)
    yield _one("oldest_due_seconds", "How long the oldest text that could go has waited.", _age(now, due) or 0)
    states = stats_queries.states(session, now - A_DAY)
    waiting = {state: count for state, count in states.items() if state in stats_queries.OPEN}
    over = {state: count for state, count in states.items() if state not in stats_queries.OPEN}
    yield _many("texts", "Texts that are not over, by state.", "state", waiting)
    yield _many("texts_over_24h", "Texts that were over within 24 hours, by state.", "state", over)
    holds: dict[str, float] = {}
    for hold in queries.standing_holds(session):
        holds[hold.kind] = holds.get(hold.kind, 0) + 1
    yield _many("holds", "What stands still until somebody mends it, by kind.", "kind", holds)


def _processes(session: Session, now: datetime) -> Iterator[Metric]:
    beats = operator_queries.newest_beats(session)
    ages = {kind: _age(now, beat) for kind, beat in beats.items()}
    yield _many("heartbeat_age_seconds", "Since the newest sign of life of a kind of process.", "process", ages)
    lags = figure_queries.lags(session, beats)
    yield _many("heartbeat_lag_seconds", "The oldest due text's age as that process saw it.", "process", lags)


def _carrier(session: Session, now: datetime) -> Iterator[Metric]:
    newest = {
        "status": stats_queries.newest_status(session),
        "text": stats_queries.newest_text(session),
        "kept": stats_queries.newest_kept(session),
    }
    ages = {kind: _age(now, at) for kind, at in newest.items()}
    yield _many("webhook_age_seconds", "Since the newest webhook that was believed, by kind.", "kind", ages)
    failed = {one.code: one.texts for one in failure_queries.codes_since(session, now - A_DAY)}
    yield _many("texts_failed_24h", "Texts that failed within 24 hours, by the carrier's code.", "code", failed)
    not_sent = figure_queries.not_sent(session, now - A_DAY)
    yield _many("attempts_not_sent_24h", "Attempts within 24 hours that sent nothing, by why.", "evidence", not_sent)


def _outgoing(session: Session, now: datetime) -> Iterator[Metric]:
    due = endpoint_queries.oldest_due_at(session)
    told = "How long the oldest webhook of ours has waited that is due at an address which does not fail."
    yield _one("outgoing_due_seconds", told, _age(now, due) or 0)
    standing = endpoint_queries.standing(session)
    yield _many("outgoing_addresses", "Addresses of firms' webhooks, by how they stand.", "state", standing)


def _kept(session: Session) -> Iterator[Metric]:
    yield _one("erasures_open", "Erasures that somebody goes on with.", figure_queries.open_erasures(session))
    counted = CounterMetricFamily("firmtext_counted", "What happened since the installation began.", labels=["what"])
    for what, count in sorted(figure_queries.counted(session).items()):
        counted.add_metric([what], count)
    yield counted


def _ready() -> Iterator[Metric]:
    reasons = deferred.found("flask_firmtext.worker.readiness:reasons")()
    wrong = {reason: float(reason in reasons) for reason in REASONS}
    yield _many("not_ready", "1 for each reason for which /readyz is 503.", "reason", wrong)
    version = deferred.found("flask_firmtext.worker.heartbeats:VERSION")
    yield _many("info", "1, with the version of who answers.", "version", {version: 1})


def _one(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"firmtext_{name}", told, value=value)


def _many(name: str, told: str, label: str, values: Mapping[str, float | None]) -> GaugeMetricFamily:
    """What never happened has no line: no age is not an age of nothing."""
    family = GaugeMetricFamily(f"firmtext_{name}", told, labels=[label])
    for value, count in sorted(values.items()):
        if count is not None:
            family.add_metric([value], count)
    return family


def _age(now: datetime, then: datetime | None) -> float | None:
    return None if then is None else max(0.0, (now - then).total_seconds())

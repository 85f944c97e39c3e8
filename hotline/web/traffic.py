"""What this node has answered, for the figures: requests by route and status, and how long they took."""

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram

BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0)


class Traffic:
    """Counts of one process, in a registry of its own: two hotlines in one process stay apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "hotline_requests",
            "Requests answered by this node",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "hotline_request_seconds",
            "How long this node took to answer",
            ["method", "route"],
            buckets=BUCKETS,
            registry=self.registry,
        )

    def saw(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """`route` is the pattern, never the path: the figures hold no numbers and no tokens."""
        self._requests.labels(_known(method), route, status).inc()
        self._seconds.labels(_known(method), route).observe(seconds)


def _known(method: str) -> str:
    """A method is any word that a client likes; only the usual ones become a series."""
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "other"


TRAFFIC = web.AppKey("traffic", Traffic)

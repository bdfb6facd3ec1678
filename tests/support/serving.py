"""A host application served by threads of this process."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from werkzeug.serving import make_server


def closed(app: Any) -> Any:
    """The same application whose answers are closed even if the browser is gone: this server then forgets to."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        pieces = app(environ, start_response)
        try:
            yield from pieces
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    return answer


@contextlib.contextmanager
def serving(app: Any, port: int = 0) -> Iterator[str]:
    """The address under which ``app`` is served; closing waits for the requests in hand.

    A database connection that they hold must not outlive its engine, nor a file its response.
    """
    server = make_server("127.0.0.1", port, closed(app), threaded=True)
    server.daemon_threads = False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

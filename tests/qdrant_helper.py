"""The few addresses of a Qdrant server that our store asks, answered by the client's own imitation.

It shows that requests go over HTTP as they should (JSON, keys, refusals) and nothing of the server.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

KEY = "a key"


@contextmanager
def imitation(refuse: Callable[[str, str], bool] = lambda *_: False) -> Iterator[str]:
    """A server's address; requests that `refuse` picks (by method and path) are answered by 507."""
    from qdrant_client import QdrantClient

    held, alone = QdrantClient(":memory:"), Lock()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size) or b"{}")
            path = self.path.partition("?")[0]
            if self.headers.get("api-key") != KEY:
                self.say(401, {"status": {"error": "no key"}})
            elif refuse(self.command, path):
                self.say(507, {"status": {"error": "no space left"}})
            else:
                with alone:
                    found = respond(held, self.command, path.split("/")[2:], body)
                self.say(200, {"result": found, "status": "ok", "time": 0.0})

        def say(self, status: int, value: Any) -> None:
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

        do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815 - the library's names

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        held.close()


def respond(held: Any, method: str, path: list[str], body: dict[str, Any]) -> Any:
    """What the server says to one request, as plain JSON."""
    from qdrant_client import models

    name, *rest = path
    done = {"operation_id": 0, "status": "completed"}
    match (method, *rest):
        case ("GET", "exists"):
            return {"exists": held.collection_exists(name)}
        case ("PUT",):
            asked = models.CreateCollection.model_validate(body)
            held.create_collection(
                name,
                vectors_config=asked.vectors or {},
                sparse_vectors_config=asked.sparse_vectors or {},
            )
            return True
        case ("DELETE",):
            return held.delete_collection(name)
        case ("PUT", "index"):
            return done
        case ("PUT", "points"):
            held.upsert(name, models.PointsList.model_validate(body).points)
            return done
        case ("POST", "points"):
            return [plain(point) for point in held.retrieve(name, body["ids"])]
        case ("POST", "points", "delete"):
            held.delete(name, models.FilterSelector.model_validate(body))
            return done
        case ("POST", "points", "count"):
            return plain(held.count(name, exact=True))
        case ("POST", "points", "scroll"):
            points, after = held.scroll(
                name, limit=body["limit"], offset=body.get("offset"),
                with_payload=body["with_payload"], with_vectors=False,
            )  # fmt: skip
            return {"points": [plain(point) for point in points], "next_page_offset": after}
        case ("POST", "points", "query"):
            query = body["query"]
            if isinstance(query, dict):
                query = models.SparseVector.model_validate(query.get("nearest", query))
            found = held.query_points(
                name, query=query, using=body["using"], limit=body["limit"], with_payload=True
            )
            return plain(found)
    raise AssertionError(f"not asked for until now: {method} {path}")


def plain(value: Any) -> Any:
    return value.model_dump(mode="json")

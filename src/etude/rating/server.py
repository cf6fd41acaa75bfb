"""Rating on a page: a server for one rater on this machine alone.

It listens on the loopback address only; every address of the page begins with a token that is
drawn anew and printed once; requests that name another host are refused, so that no other site's
page can reach it by a name of its own. The page needs no script: each choice is a form.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qs

from etude.rating.session import Session
from etude.rating.terminal import parts

HOST = "127.0.0.1"
LONGEST = 4096  # bytes of a form
CHOICES = {"left", "right", "tie"}


def serve(session: Session, port: int = 0, token: str | None = None) -> tuple[HTTPServer, str]:
    """A server that is ready to be run, and the address of its page."""
    secret = token or secrets.token_urlsafe(16)
    server = ThreadingHTTPServer((HOST, port), handler(session, secret))
    return server, f"http://{HOST}:{server.server_port}/{secret}/"


def handler(session: Session, token: str) -> type[BaseHTTPRequestHandler]:
    """What answers requests, for one session.

    In threads, since browsers open connections that they do not use; one works on the session.
    """
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        timeout = 30  # seconds that a connection may be silent

        def do_GET(self) -> None:
            if self.allowed("/"):
                self.send(page(session))

        def do_POST(self) -> None:
            if not self.allowed("/rate", "/undo"):
                return
            if self.headers.get("Origin") not in (None, f"http://{self.own()}"):
                return self.refuse(HTTPStatus.FORBIDDEN)
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > LONGEST:
                return self.refuse(HTTPStatus.BAD_REQUEST)
            form = parse_qs(self.rfile.read(int(length)).decode("utf-8", "replace"))
            with lock:
                known = undone(session) if self.path.endswith("/undo") else choose(session, form)
            if not known:
                return self.refuse(HTTPStatus.BAD_REQUEST)
            self.send_response(HTTPStatus.SEE_OTHER)  # so that reloading rates nothing twice
            self.send_header("Location", f"/{token}/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def own(self) -> str:
            """Host and port as a browser writes them."""
            return f"{HOST}:{self.server.server_port}"  # type: ignore[attr-defined] # an HTTPServer

        def allowed(self, *paths: str) -> bool:
            """Whether a request names this host, the token and a page that is there."""
            if self.headers.get("Host") != self.own():
                self.refuse(HTTPStatus.FORBIDDEN)
                return False
            given, slash, rest = self.path.removeprefix("/").partition("/")
            if not hmac.compare_digest(given.encode(), token.encode()) or slash + rest not in paths:
                self.refuse(HTTPStatus.NOT_FOUND)
                return False
            return True

        def refuse(self, status: HTTPStatus) -> None:
            """Answer with a status and a word."""
            self.send(f"{status.phrase}\n", status, "text/plain")

        def send(
            self, text: str, status: HTTPStatus = HTTPStatus.OK, kind: str = "text/html"
        ) -> None:
            """Answer with a text that nobody keeps, frames or sends on."""
            content = text.encode("utf-8", "replace")
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "same-origin")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                "base-uri 'none'; frame-ancestors 'none'",
            )
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing: the token stands in every request."""

    return Handler


def undone(session: Session) -> bool:
    """Take the last rating back; there may be none."""
    session.undo()
    return True


def choose(session: Session, form: dict[str, list[str]]) -> bool:
    """Note a choice; False for one that is none.

    A form of an example that is not the next one (sent twice, or from an old window) does nothing.
    """
    example, choice = form.get("example", [""])[0], form.get("choice", [""])[0]
    if choice not in CHOICES:
        return False
    item = session.next
    if item is not None and item.example.id == example:
        session.rate(item, choice)  # type: ignore[arg-type] # one of the three
    return True


def page(session: Session) -> str:
    """The page as it is now: the next example, or thanks."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    item = session.next
    return environment.get_template("page.html").render(
        rater=session.rater,
        done=len(session.ratings),
        total=len(session.items),
        alike=session.alike,
        example=item.example.id if item else None,
        context=parts(item)[:-2] if item else [],
        answers=item.shown if item else (),
    )


def rate_on_page(session: Session, tell: Callable[[str], None], port: int = 0) -> None:
    """Serve until the rater stops the command."""
    server, address = serve(session, port)
    tell(f"Open {address} in a browser of this machine; Ctrl+C when you have finished.")
    with server:
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            tell(f"{len(session.ratings)} of {len(session.items)} rated.")

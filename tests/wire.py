"""A line between browser and site that can be cut, and lies like a venue's."""

import json
import threading
import time
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR

PORTAL = b"<!doctype html><title>Free Wi-Fi</title><h1>Sign in to Free Wi-Fi</h1>"
UP, DEAD, LOST, PORTAL_PAGE, BAD_GATEWAY, STALE = (
    "up", "dead", "lost", "portal", "502", "stale",
)  # fmt: skip


class Wire(ThreadingHTTPServer):
    """``fault(method, path)`` says what happens to a request: :data:`UP` lets it pass.

    DEAD: nobody answers. LOST: the site answers, and the answer gets lost.
    PORTAL_PAGE: a friendly page with status 200. BAD_GATEWAY: 502. STALE: an answer to
    something else.
    ``puts`` has each PUT that reached the site: path, content, status, and when the
    browser got the answer, in milliseconds, or None.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Line)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.port = 0  # of the site
        self.reset()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def reset(self):
        self.puts = []
        self.after = lambda: None  # called when the site has answered a PUT
        self.on_way_back = lambda _path: None  # and with what was asked for, a GET
        self.let(UP)

    def let(self, fault, only=""):
        """Do this to every request, or to those of one method."""
        self.fault = lambda method, _path: fault if only in {"", method} else UP

    def handle_error(self, request, client_address):
        """A browser that was killed hangs up in the middle."""


class Line(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Wire

    def log_message(self, *_args):
        """Stay silent."""

    def do_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.fault(self.command, self.path)
        if fault == DEAD:
            self.hang_up()
        elif fault == PORTAL_PAGE:
            self.answer(200, [("Content-Type", "text/html")], PORTAL)
        elif fault == BAD_GATEWAY:
            self.answer(502, [("Content-Type", "text/html")], b"Bad gateway")
        else:
            self.pass_on(body, fault)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_any  # noqa: N815

    def pass_on(self, body, fault):
        try:
            status, headers, content = self.ask_site(body)
        except (OSError, HTTPException):
            self.hang_up()
            return
        put = None
        if self.command == "PUT":
            put = [self.path, json.loads(body), status, None]
            self.server.puts.append(put)
            self.server.after()
        elif self.command == "GET":
            self.server.on_way_back(self.path)
        if fault == LOST:
            self.hang_up()
            return
        if fault == STALE:
            told = json.loads(content)
            content = json.dumps({**told, "revision": 1}).encode()
        elif put:
            put[3] = time.time() * 1000
        self.answer(status, headers, content)

    def ask_site(self, body):
        site = HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        with closing(site):
            headers = {**self.headers, "Connection": "close"}
            site.request(self.command, self.path, body, headers)
            with site.getresponse() as answer:
                return answer.status, answer.getheaders(), answer.read()

    def answer(self, status, headers, content):
        with suppress(OSError):
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in {"connection", "content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

    def hang_up(self):
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(SHUT_RDWR)

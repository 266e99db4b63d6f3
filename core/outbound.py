"""Asking a stranger's server, without being led to one of our own (SSRF).

A name is resolved once; each of its addresses must be one that the whole world can
reach, and the connection goes to an address that was checked. Nothing of the answer but
its head is read.
"""

import re
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri

Address = IPv4Address | IPv6Address

PORTS = {"http": 80, "https": 443}
PATIENCE = 15.0  # seconds, for all of it
LONGEST_HEAD = 64 * 1024
MOST_REDIRECTS = 3
# What Python, or an older Python, takes for global, and the world does not.
NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            # They hold an address of IPv4, which some gateway would go on to: the one
            # of IPv4-compatible and translated addresses, NAT64 and 6to4.
            *(
                "::/96",
                "::ffff:0:0:0/96",
                "64:ff9b::/96",
                "64:ff9b:1::/48",
                "2002::/16",
            ),
            "192.88.99.0/24",  # the way to 6to4
            "fec0::/10",  # site-local, before fc00::/7
            "3fff::/20",  # for documentation
            "5f00::/16",  # segment routing
        ),
    )
)
STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)\b")
END_OF_HEAD = b"\r\n\r\n"
CONTROLS = re.compile(r"[\x00-\x20\x7f]")


class Forbidden(Exception):
    """The address must not be asked."""


class NoAnswer(Exception):
    """Nobody answered in time, or nothing that could be understood."""


def is_public(address: Address) -> bool:
    """Whether anybody in the world could ask there as well."""
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        if mapped is not None:
            return is_public(mapped)
        if address.scope_id:
            return False
    if any(address in network for network in NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast


@dataclass(frozen=True)
class Asker:
    """Asks for the status of a page. Tests let it connect to this machine."""

    may_connect: Callable[[Address], bool] = is_public
    ports: frozenset[int] = frozenset(PORTS.values())
    patience: float = PATIENCE
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def status_of(self, url: str) -> int:
        """The status that a GET of ``url`` answers, after at most three redirects.

        Raises :class:`Forbidden` or :class:`NoAnswer`.
        """
        deadline = time.monotonic() + self.patience
        for _hop in range(MOST_REDIRECTS + 1):
            status, location = self.ask(url, deadline)
            if status not in {301, 302, 303, 307, 308} or not location:
                return status
            url = urljoin(url, location)
        raise NoAnswer("It leads on and on.")

    def ask(self, url: str, deadline: float) -> tuple[int, str]:
        """Status and ``Location`` of one page."""
        parts, port = self.check(url)
        host = str(parts.hostname)
        address = self.resolve(host, port)
        try:
            head = self.read_head(parts, host, (str(address), port), deadline)
        except (OSError, UnicodeError) as error:
            raise NoAnswer(str(error)) from error
        line = STATUS_LINE.match(head)
        if line is None:
            raise NoAnswer("This is no answer of a web server.")
        headers = BytesHeaderParser().parsebytes(head.partition(b"\r\n")[2])
        location = str(headers.get("Location", ""))[:2000]
        return int(line[1]), CONTROLS.sub("", location)

    def check(self, url: str) -> tuple[SplitResult, int]:
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS.get(parts.scheme, 0)
        except ValueError as error:
            raise Forbidden("This is no link.") from error
        if parts.scheme not in PORTS or not parts.hostname or port not in self.ports:
            raise Forbidden("Only web pages at their usual ports are asked.")
        if parts.port == 0 or parts.username or parts.password or CONTROLS.search(url):
            raise Forbidden("This is no link that everybody can follow.")
        return parts, port

    def resolve(self, host: str, port: int) -> Address:
        """Where to connect to: one address, of which all were looked at."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NoAnswer("There is no such place.") from error
        addresses = [ip_address(str(place[4][0])) for place in found]
        if not addresses or not all(map(self.may_connect, addresses)):
            raise Forbidden("This points into a private network.")
        return addresses[0]

    def read_head(
        self,
        parts: SplitResult,
        host: str,
        place: tuple[str, int],
        deadline: float,
    ) -> bytes:
        def left() -> float:
            seconds = deadline - time.monotonic()
            if seconds <= 0:
                raise TimeoutError("It took too long.")
            return seconds

        with socket.create_connection(place, timeout=left()) as plain:
            connection = plain
            if parts.scheme == "https":
                plain.settimeout(left())
                connection = self.context.wrap_socket(plain, server_hostname=host)
            with connection:
                connection.settimeout(left())
                connection.sendall(request_for(parts, place[1]))
                head = b""
                while END_OF_HEAD not in head and len(head) < LONGEST_HEAD:
                    connection.settimeout(left())
                    piece = connection.recv(4096)
                    if not piece:
                        break
                    head += piece
        return head.partition(END_OF_HEAD)[0]


def request_for(parts: SplitResult, port: int) -> bytes:
    """A GET without anything that says who asks, but for our name."""
    host = str(parts.hostname).encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    at_port = "" if port == PORTS[parts.scheme] else f":{port}"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"GET {iri_to_uri(path)} HTTP/1.1",
        f"Host: {host}{at_port}",
        f"User-Agent: {settings.SITE_NAME} link check",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Range: bytes=0-0",
        "Connection: close",
        "",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")

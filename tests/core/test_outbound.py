"""B132 to B137: a stranger's link never makes us knock at a door of our own."""

import socket
import threading
import time
from contextlib import contextmanager
from ipaddress import ip_address

import pytest

from core.outbound import Asker, Forbidden, NoAnswer, is_public

HERE = ip_address("127.0.0.1")


class Listener:
    """A web server on this machine that counts who connects."""

    def __init__(self, answer):
        self.answer = answer
        self.taken = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def serve(self):
        while True:
            try:
                connection, _from = self.socket.accept()
            except OSError:
                return
            self.taken.append(connection)
            with connection:
                request = connection.recv(4096)
                try:
                    for piece in self.answer(self, request):
                        connection.sendall(piece)
                except OSError:
                    continue


@contextmanager
def listening(answer):
    listener = Listener(
        answer if callable(answer) else lambda _self, _request: [answer]
    )
    try:
        yield listener
    finally:
        listener.socket.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept()
        listener.socket.close()


def head(status, *lines):
    return ("\r\n".join([f"HTTP/1.1 {status} X", *lines]) + "\r\n\r\n").encode()


def asker_for(listener, **options):
    """Lets everything through but what the test is about."""
    return Asker(
        **{
            "may_connect": lambda address: address == HERE,
            "ports": frozenset({listener.port}),
            "patience": 5.0,
            **options,
        }
    )


PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "0.0.0.0",  # noqa: S104 -- knocked at, not bound
    "[::]",
    "localhost",
    "localhost.",
    "ⓛocalhost",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[::1.1.1.1]",
    "[::ffff:0:1.1.1.1]",
    "[fec0::1]",
    "[feff::1]",
    "[5f00::1]",
    "[3fff::1]",
    "[3fff:fff::1]",
    "[2001:db8::1]",
    "[100::1]",
    "192.88.99.1",
    "[::ffff:192.88.99.1]",
    "169.254.169.254",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "100.64.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "[ff02::1]",
    "240.0.0.1",
    "255.255.255.255",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_b132_b133_no_private_address_is_connected_to(host):
    """Its port is allowed, so that the address alone is what stops it."""
    with listening(head(200)) as listener:
        asker = asker_for(listener, may_connect=is_public)

        with pytest.raises((Forbidden, NoAnswer)) as no:
            asker.status_of(f"http://{host}:{listener.port}/")

        assert listener.taken == []
        # Some machines do not know these by name.
        assert host in {"ⓛocalhost", "localhost."} or no.type is Forbidden


BAD_LINKS = [
    "http://127.0.0.1:22/",
    "http://example.org:25/",
    "http://example.org:6379/",
    "http://example.org:0/",
    "http://example.org:99999/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "ftp://example.org/",
    "dict://example.org:11211/",
    "unix:///var/run/docker.sock",
    "https://user:password@example.org/",
    "http://exa mple.org/",
    "http://example.org/\x00",
    "http://[::1",
    "//example.org/",
    "example.org",
    "",
]


@pytest.mark.parametrize("url", BAD_LINKS)
def test_b134_b135_only_web_pages_at_their_usual_ports_are_asked(url):
    with pytest.raises(Forbidden):
        Asker().status_of(url)


@pytest.mark.parametrize("status", [200, 206, 404, 410, 403, 500])
def test_the_status_of_a_page_is_told(status):
    with listening(head(status)) as listener:
        assert asker_for(listener).status_of(f"{listener.url}äb?ö=1") == status
    assert len(listener.taken) == 1


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{port}/",
        "http://[::1]:{port}/",
        "http://localhost:{port}/x",
        "http://127.0.0.1:22/",
        "file:///etc/passwd",
        "https://u:p@127.0.0.1:{port}/",
    ],
)
def test_b136_a_redirect_is_checked_like_a_link(target):
    hits = []

    def answer(listener, _request):
        hits.append(1)
        yield head(302, f"Location: {target.format(port=listener.port)}")

    first = []

    def only_once(address):
        first.append(address)
        return len(first) == 1

    with listening(answer) as listener:
        asker = asker_for(listener, may_connect=only_once)
        with pytest.raises((Forbidden, NoAnswer)):
            asker.status_of(listener.url)

    assert len(hits) == 1


def test_b136_a_chain_of_redirects_is_left():
    def answer(listener, _request):
        yield head(302, f"Location: {listener.url}{len(listener.taken)}")

    with listening(answer) as listener:
        with pytest.raises(NoAnswer):
            asker_for(listener).status_of(listener.url)
        assert len(listener.taken) == 4


def test_redirects_that_end_are_followed():
    def answer(listener, _request):
        yield head(301, "Location: /there") if len(listener.taken) < 3 else head(404)

    with listening(answer) as listener:
        assert asker_for(listener).status_of(listener.url) == 404


def test_b136_a_name_is_resolved_once_and_all_its_addresses_count(monkeypatch):
    asked = []
    truly = socket.getaddrinfo

    def resolver(host, port, *args, **kwargs):
        """Public the first time, private from then on."""
        if host != "rebinding.example":
            return truly(host, port, *args, **kwargs)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with listening(head(200)) as listener:
        url = f"http://rebinding.example:{listener.port}/"
        assert asker_for(listener).status_of(url) == 200
        assert asked == ["rebinding.example"]
        with pytest.raises(Forbidden):
            asker_for(listener).status_of(url)
        assert len(listener.taken) == 1


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    both = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
        for address in ("93.184.215.14", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: both)

    with pytest.raises(Forbidden):
        Asker().status_of("http://both.example/")


def endless(_listener, _request):
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-More: " + b"x" * 4000 + b"\r\n"


def dripping(_listener, _request):
    while True:
        yield b"H"
        time.sleep(0.05)


def silent(_listener, _request):
    time.sleep(3)
    yield b""


def test_b137_only_the_first_64_kb_are_read():
    with listening(endless) as listener:
        started = time.monotonic()
        assert asker_for(listener).status_of(listener.url) == 200
        assert time.monotonic() - started < 5


@pytest.mark.parametrize("answer", [dripping, silent])
def test_b137_a_slow_server_is_left_in_time(answer):
    with listening(answer) as listener:
        started = time.monotonic()
        with pytest.raises(NoAnswer):
            asker_for(listener, patience=0.5).status_of(listener.url)
        assert time.monotonic() - started < 2.5


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 999 X"])
def test_what_is_no_web_server_gives_no_answer(answer):
    with listening(answer) as listener, pytest.raises(NoAnswer):
        asker_for(listener).status_of(listener.url)


def test_https_is_not_believed_without_a_certificate():
    with listening(head(200)) as listener, pytest.raises(NoAnswer):
        asker_for(listener).status_of(f"https://127.0.0.1:{listener.port}/")


def test_nobody_is_there():
    with listening(head(200)) as listener:
        asker, url = asker_for(listener), listener.url
    with pytest.raises(NoAnswer):
        asker.status_of(url)


PUBLIC = [
    "93.184.215.14",
    "192.88.98.1",
    "192.88.100.1",
    "2606:2800:21f:cb07::1",
    "::ffff:93.184.215.14",
    "2a00::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_asked(address):
    assert is_public(ip_address(address))

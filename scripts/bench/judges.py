"""Load a hundred judges at once, kill the web process under them, count what is lost.

Starts PostgreSQL, Redis and gunicorn with two sync workers as in production. A judge is
a phone: it sends whole scorecards one after another, repeats what was not answered by
our own JSON, and lists what it was told is saved. Four loads, in one run:

    steady     100 judges, 20 scorecards each, nothing goes wrong
    killed     the same, while gunicorn is killed and started again three times
    reconnect  300 judges with 25 scorecards each within 5 s, and 50 pages a second
    votes      100 judges who say 20 times which of two projects is better

Then each list is compared with the database. Loopback only; ends by itself.
"""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from run import HOST, ROOT, free_port, gunicorn, in_django, production, wait_for

JUDGES, CARDS = 300, 25
PATIENCE = 120  # seconds, for one load
SEED = 20261125


@dataclass
class Tally:
    """What happened in one load."""

    waits: list[float] = field(default_factory=list)  # seconds, of answered requests
    began: float = 0.0
    ended: float = 0.0
    retries: int = 0
    refused: list[str] = field(default_factory=list)
    # (card, client, revision) → the scores that the phone was told are saved.
    saved: dict[tuple[int, str, int], dict[str, int]] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.saved) / (self.ended - self.began)

    def wait(self, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        ordered = sorted(self.waits)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def ask(
    port: int, verb: str, path: str, headers: dict[str, str], body: bytes = b""
) -> tuple[int, bytes]:
    """One request on a connection of its own, as sync workers want it."""
    reader, writer = await asyncio.wait_for(
        asyncio.open_connection("127.0.0.1", port), 10
    )
    try:
        lines = [f"{verb} {path} HTTP/1.1", f"Host: {HOST}", "Connection: close"]
        lines += ["X-Forwarded-Proto: https", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        answer = await asyncio.wait_for(reader.read(), 30)
    finally:
        writer.close()
    head, _blank, content = answer.partition(b"\r\n\r\n")
    return int(head.split(maxsplit=2)[1]), content


async def deliver(
    port: int,
    judge: dict[str, Any],
    path: str,
    revision: int,
    body: dict[str, Any],
    tally: Tally,
) -> dict[str, Any] | None:
    """Send until our own JSON says that this revision is saved; that, or ``None``."""
    deadline, pause = time.monotonic() + PATIENCE, 0.05
    text = json.dumps(body).encode()
    while time.monotonic() < deadline:
        sent = time.monotonic()
        try:
            status, content = await ask(port, "PUT", path, headers_of(judge), text)
            answer = json.loads(content)
        except (OSError, ValueError, IndexError, TimeoutError):
            status, answer = 0, {}
        if status == 200 and answer.get("revision") == revision:
            tally.waits.append(time.monotonic() - sent)
            return dict(answer)
        if 400 <= status < 500 and status not in {408, 425, 429}:
            tally.refused.append(f"{status} {answer}")
            return None
        tally.retries += 1
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))
        pause = min(2 * pause, 2.0)
    tally.refused.append("gave up")
    return None


def headers_of(judge: dict[str, Any]) -> dict[str, str]:
    return {
        "Cookie": judge["cookie"],
        "X-CSRFToken": judge["csrf"],
        "Referer": f"https://{HOST}/judge/",
        "Content-Type": "application/json",
    }


def scorecard(
    rng: random.Random, criteria: list[int], client: str, revision: int
) -> dict[str, Any]:
    return {
        "client": client,
        "revision": revision,
        "scores": {str(pk): rng.randint(1, 5) for pk in criteria},
        "notes": "",
        "feedback": "",
        "starred": False,
        "status": "done",
    }


async def shift(
    port: int, world: dict[str, Any], judges: int, cards: int, load: int, tally: Tally
) -> None:
    """Every judge scores their cards one after another, all judges at once."""
    rng = random.Random(SEED + load)

    async def one(judge: dict[str, Any]) -> None:
        for card in judge["cards"][:cards]:
            body = scorecard(rng, world["criteria"], f"phone-{load}", load)
            path = f"/judge/api/scorecards/{card}/"
            if await deliver(port, judge, path, load, body, tally):
                tally.saved[card, body["client"], load] = body["scores"]

    tally.began = time.monotonic()
    await asyncio.gather(*(one(judge) for judge in world["judges"][:judges]))
    tally.ended = time.monotonic()


async def walks(
    port: int, world: dict[str, Any], judges: int, votes: int, tally: Tally
) -> None:
    """Every judge goes where the site sends them, and compares with the one before."""
    rng = random.Random(SEED)

    async def begun(judge: dict[str, Any]) -> dict[str, Any]:
        _status, content = await ask(
            port, "POST", "/judge/api/pairs/", headers_of(judge)
        )
        (walk,) = json.loads(content)["rounds"]
        return dict(walk)

    async def one(judge: dict[str, Any], walk: dict[str, Any]) -> None:
        for number in range(votes + 1):  # with the first one seen
            body = {
                "round": walk["round"],
                "previous": walk["at"],
                "current": walk["ahead"][0],
                "answer": rng.choice(["previous", "current"]) if walk["at"] else "seen",
                "seconds": 30,
            }
            path = f"/judge/api/comparisons/walk/{number}/"
            answer = await deliver(port, judge, path, number, body, tally)
            if answer is None:
                return
            if body["answer"] != "seen":
                tally.saved[judge["pk"], "walk", number] = {}
            walk = answer["walk"]

    panel = world["judges"][:judges]
    begun_walks = [await begun(judge) for judge in panel]
    tally.began = time.monotonic()
    await asyncio.gather(*map(one, panel, begun_walks))
    tally.ended = time.monotonic()


async def visitors(port: int, path: str, rate: int, waits: list[float]) -> None:
    """So many page views a second until cancelled; each may take its time."""

    async def one() -> None:
        sent = time.monotonic()
        status, _content = await ask(port, "GET", path, {})
        waits.append(time.monotonic() - sent if status == 200 else float("inf"))

    async with asyncio.TaskGroup() as group:
        while True:
            group.create_task(one())
            await asyncio.sleep(1 / rate)


class Web:
    """gunicorn, which can be killed as a power cut would."""

    def __init__(self, port: int, env: dict[str, str]) -> None:
        self.port, self.env = port, env
        self.up()

    def up(self) -> None:
        self.process = subprocess.Popen(
            gunicorn("hackathon.wsgi", self.port),
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(f"http://127.0.0.1:{self.port}/healthz/")

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


async def killing(web: Web, times: int) -> None:
    for _time in range(times):
        await asyncio.sleep(random.uniform(0.8, 1.5))
        web.kill()
        await asyncio.to_thread(web.up)


def compare(tally: Tally, rows: list[Any], cards: dict[str, Any]) -> tuple[int, int]:
    """How many of the saved scorecards or votes the database has not, and has twice."""
    kept: dict[tuple[int, str, int], int] = {}
    for card, client, revision in rows:
        key = (card, client, revision)
        kept[key] = kept.get(key, 0) + 1
    lost = sum(key not in kept for key in tally.saved)
    lost += sum(
        cards[str(card)] != scores
        for (card, _c, _r), scores in tally.saved.items()
        if scores
    )
    doubled = sum(kept[key] > 1 for key in tally.saved if key in kept)
    return lost, doubled


def tell(name: str, tally: Tally, lost: int, doubled: int) -> None:
    print(
        f"| {name} | {len(tally.saved)} | {tally.rate:.0f} | {tally.wait(0.5):.0f} | "
        f"{tally.wait(0.95):.0f} | {tally.wait(0.99):.0f} | {tally.retries} | "
        f"{len(tally.refused)} | {lost} | {doubled} |",
        flush=True,
    )


async def loads(web: Web, world: dict[str, Any], env: dict[str, str]) -> bool:
    fine = True

    def judged(name: str, tally: Tally, what: str = "rows") -> None:
        nonlocal fine
        found = in_django(env, "judges_data.py", "count")
        lost, doubled = compare(tally, found[what], found["cards"])
        tell(name, tally, lost, doubled)
        fine = fine and not (lost or doubled or tally.refused)

    for tries in range(2):  # the first warms up what is only done once
        tally = Tally()
        await shift(web.port, world, 100, 20, 1 + tries, tally)
    judged("steady, 100 judges", tally)

    tally = Tally()
    power = asyncio.create_task(killing(web, 3))
    await shift(web.port, world, 100, 20, 3, tally)
    await power
    judged("killed three times, 100 judges", tally)

    tally, waits = Tally(), []
    guests = asyncio.create_task(visitors(web.port, world["page"], 50, waits))
    await shift(web.port, world, JUDGES, CARDS, 4, tally)
    guests.cancel()
    await asyncio.gather(guests, return_exceptions=True)
    judged("reconnect, 300 judges x 25", tally)
    votes = Tally()
    await walks(web.port, world, 100, 20, votes)
    judged("votes, 100 judges", votes, "votes")
    print(
        f"\nAll {len(tally.saved)} stored in {tally.ended - tally.began:.1f} s; "
        f"{len(waits)} pages meanwhile, the slowest in {max(waits, default=0):.2f} s."
    )
    return fine


def main() -> None:
    for program in ("redis-server", "pg_virtualenv"):
        if not shutil.which(program):
            sys.exit(f"{program} is missing: apt-get install redis postgresql-common")
    if "PGPORT" not in os.environ:
        os.execvp("pg_virtualenv", ["pg_virtualenv", "-t", sys.executable, __file__])
    random.seed(SEED)
    with ExitStack() as stack:
        env = production(stack)
        world = in_django(env, "judges_data.py", "seed")
        web = Web(free_port(), env)
        stack.callback(web.kill)
        print(
            "| load | saved | per second | p50 ms | p95 ms | p99 ms | sent again | "
            "refused | lost | doubled |\n|---|" + 9 * "---:|"
        )
        fine = asyncio.run(loads(web, world, env))
    sys.exit(0 if fine else "Something was lost, doubled or refused; see above.")


if __name__ == "__main__":
    main()

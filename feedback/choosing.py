"""Which tools a person is asked to wish for, in plain Python."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping


def pick(
    candidates: Mapping[int, int],
    *,
    first: Collection[int] = (),
    popularity: Mapping[int, int],
    salt: int,
    most: int,
) -> list[int]:
    """At most ``most`` of ``candidates`` (tool to category), each category in turn.

    ``first`` are in for sure. Within a category the popular come before the others, and
    these in an order that looks random, but is the same for everybody with ``salt``:
    neither the alphabet nor the age of an entry decides who is asked about.
    """

    def rank(tool: int) -> tuple[int, str]:
        dice = hashlib.blake2b(f"{salt}:{tool}".encode(), digest_size=8).hexdigest()
        return (-popularity.get(tool, 0), dice)

    queues: dict[int, list[int]] = defaultdict(list)
    for tool in sorted(candidates, key=rank):
        if tool not in first:
            queues[candidates[tool]].append(tool)
    chosen = sorted((tool for tool in first if tool in candidates), key=rank)
    # The category whose favourite is the most popular begins.
    waiting = sorted(queues.values(), key=lambda queue: rank(queue[0]))
    while waiting and len(chosen) < most:
        for queue in waiting:
            if len(chosen) < most:
                chosen.append(queue.pop(0))
        waiting = [queue for queue in waiting if queue]
    return sorted(chosen[:most], key=lambda tool: (candidates[tool], rank(tool)))

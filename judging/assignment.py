"""Which judge sees which project. Plain Python: no Django, no database."""

from collections import Counter
from collections.abc import Collection, Mapping

# Up to here every judge sees every project: the fairest comparison there is.
ALL_SEE_ALL = 12
WANTED = 3


def deal(
    judges: Collection[int],
    projects: Collection[int],
    allowed: Mapping[int, Collection[int]],
) -> dict[int, list[int]]:
    """A route for each judge: projects in the order in which to see them.

    ``allowed[judge]`` are the projects without a conflict of interest. Small events:
    all see all. Larger ones: each project gets :data:`WANTED` judges where there are so
    many, taken from those with the shortest routes. Routes start at different places,
    so that not everybody stands at table one.
    """
    queue = list(projects)
    routes: dict[int, list[int]] = {judge: [] for judge in judges}
    if not routes:
        return routes
    if len(queue) <= ALL_SEE_ALL:
        for judge in routes:
            routes[judge] = [p for p in queue if p in allowed[judge]]
    else:
        load: Counter[int] = Counter()
        for number, project in enumerate(queue):
            able = [judge for judge in routes if project in allowed[judge]]
            able.sort(key=lambda judge: (load[judge], (judge * 7919 + number) % 997))
            for judge in able[:WANTED]:
                routes[judge].append(project)
                load[judge] += 1
    for number, judge in enumerate(routes):
        route = routes[judge]
        start = (len(route) * number) // len(routes)
        routes[judge] = route[start:] + route[:start]
    return routes

"""The landscape as pages and files: what it shows, and what nobody can work out."""

import csv
import io
import json
import random
from dataclasses import astuple
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
import scipy  # loads its parts when they are used
import yaml
from django.urls import reverse
from django.utils import timezone

from events.models import Event, Series
from feedback import reports
from feedback.landscape import charts
from feedback.landscape.lessons import excerpt, mention
from feedback.landscape.rooms import Overlap, State, overlap, state
from feedback.landscape.verdicts import final_surveys, verdicts
from feedback.models import ToolReview
from feedback.privacy import keep_roles
from feedback.statistics import (
    mean_with_interval,
    score_from_sums,
    umux_lite,
)
from feedback.views import exports as files_of_the_site
from submissions.models import Tool
from tests.factories.events import EventFactory, SeriesFactory
from tests.factories.feedback import WishFactory
from tests.factories.submissions import ToolFactory, ToolUseFactory
from tests.feedback.test_reports import closed, review, row_of, used

pytestmark = pytest.mark.django_db
FILES = ["tools.csv", "rooms.csv", "network.csv", "landscape.json", "landscape.yml"]
PICTURES = ["rooms.svg", "network.svg", "trends.svg"]


@pytest.fixture
def polars():
    return ToolFactory(name="Polars", slug="polars")


def test_sums_of_the_database_give_what_the_answers_give(polars):
    chance = random.Random(3)
    survey, other = closed(), closed()
    scores, again = [], []
    for at in (survey, other):
        for _person in range(8):
            needs, ease = chance.randint(1, 7), chance.randint(1, 7)
            said = chance.choice(["yes", "no", "maybe"])
            review(at, polars, meets_my_needs=needs, easy_to_use=ease, again=said)
            scores.append(umux_lite(needs, ease))
            again.append(said)

    verdict = verdicts(ToolReview.objects.final(), final_surveys())[polars.pk]

    mean = scipy.stats.t.interval(0.9, 15, sum(scores) / 16, scipy.stats.sem(scores))
    assert (verdict.score.low, verdict.score.high) == pytest.approx(mean)
    wilson = scipy.stats.binomtest(again.count("yes"), 16).proportion_ci(0.9, "wilson")
    assert (verdict.again.low, verdict.again.high) == pytest.approx(tuple(wilson))
    assert verdict.score.value == pytest.approx(sum(scores) / 16)


@pytest.mark.parametrize("seed", range(5))
def test_sums_and_lists_agree(seed):
    answers = [random.Random(seed).randint(2, 14) for _person in range(5 + seed)]

    ours = score_from_sums(
        len(answers), sum(answers), sum(answer**2 for answer in answers)
    )

    theirs = mean_with_interval([(answer - 2) / 12 * 100 for answer in answers])
    assert astuple(ours) == pytest.approx(astuple(theirs))


# --- Nobody can be told from a difference ---------------------------------------------


def everything_public(client):
    """What the files of every series, year and event tell a stranger."""
    told = {}
    for series in (None, *Series.objects.all()):
        for year in (None, 2024, 2025, 2026):
            query = {"series": series.slug if series else "", "year": year or ""}
            url = reverse("feedback:landscape_export", args=["landscape.json"])
            data = json.loads(client.get(url, query).content)
            told[series and series.slug, year] = data
    for event in Event.objects.all():
        url = reverse("feedback:event_export", args=[event.slug, "landscape.json"])
        told[event.slug] = json.loads(client.get(url).content)
    return told


def numbers_of(data, tool):
    """(n, sum) of each question: n people, and the total of what they answered."""
    rows = [row for room in data["rooms"] for row in room["tools"]]
    row = next((row for row in rows if row["slug"] == tool.slug), None)
    if row is None or row["verdict"] is None:
        return
    verdict = row["verdict"]
    yield verdict["reviewers"]
    for question in (verdict["umux_lite"], verdict["again"], row["desired"]):
        if question:
            yield question["n"]


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(4))
def test_no_difference_of_public_files_is_of_fewer_than_k(client, polars, seed):
    """Each number is of whole groups of five or more that share nobody.

    So any difference of any two files is of no one, or of five people or more.
    """
    chance = random.Random(seed)
    for days in range(1, 13):
        event = EventFactory(
            phases=[],
            series=chance.choice(list(Series.objects.all()) or [SeriesFactory()])
            if days % 4
            else SeriesFactory(),
            starts_at=timezone.now().replace(year=2024 + days % 3),
        )
        survey = closed(event, days_ago=30 - days)
        size = chance.choice([1, 2, 3, 4, 5, 6, 9])
        review(survey, polars, size, again="yes", meets_my_needs=4, easy_to_use=4)
        WishFactory.create_batch(
            chance.randint(0, 6), survey=survey, response=None, tool=polars
        )
        used(polars, event)

    told = everything_public(client)

    found = {key: list(numbers_of(data, polars)) for key, data in told.items()}
    assert any(found.values())
    assert all(n >= 5 for numbers in found.values() for n in numbers)
    # The groups themselves: every page is a union of them, and none is below five.
    groups = groups_behind(polars)
    sizes = [size for _events, size in groups]
    assert all(size >= 5 for size in sizes)
    for key, numbers in found.items():
        if numbers:
            assert numbers[0] == sum(
                size for events, size in groups if events <= events_of(key)
            )


def groups_behind(tool):
    """Worked out here once more, by the words of ADR 21."""
    groups = []
    for series in Series.objects.all():
        waiting, n = set(), 0
        for event in series.events.order_by("survey__closed_at"):
            size = event.survey.reviews.filter(tool=tool).count()
            if size >= 5:
                groups.append(({event.pk}, size))
            elif size:
                waiting, n = waiting | {event.pk}, n + size
                if n >= 5:
                    groups.append((waiting, n))
                    waiting, n = set(), 0
    return groups


def events_of(key):
    events = Event.objects.all()
    if isinstance(key, str):
        return set(events.filter(slug=key).values_list("pk", flat=True))
    series, year = key
    if series:
        events = events.filter(series__slug=series)
    if year:
        events = events.filter(starts_at__year=year)
    return set(events.values_list("pk", flat=True))


def test_a_merge_of_tools_reveals_nobody(polars):
    """Three hidden people of one name beside six shown ones of the other."""
    survey = closed()
    alias = ToolFactory(name="polars-rs", slug="polars-rs")
    review(survey, polars, 6, again="yes")
    review(survey, alias, 3, again="no")
    before = reports.tool_report(polars).row.verdict.reviewers

    Tool.objects.filter(pk=alias.pk).update(merged_into=polars)

    after = reports.tool_report(polars).row.verdict
    assert (before, after.reviewers, after.again.value) == (6, 6, 1.0)


def test_a_merge_of_tools_adds_whole_groups(polars):
    survey = closed()
    alias = ToolFactory(name="polars-rs", slug="polars-rs", merged_into=polars)
    review(survey, polars, 6, again="yes", helped=["docs"])
    review(survey, alias, 5, again="no", helped=["docs"], remark="Hm.", may_quote=True)

    for report in (reports.event_report(survey.event), reports.landscape()):
        verdict = row_of(report.stacks, polars).verdict
        assert (verdict.reviewers, verdict.again.n) == (11, 11)
        assert alias not in [row.tool for row in report.stacks.rows]
    own = reports.tool_report(polars).row.verdict
    assert (own.helped[0].count, own.quotes) == (11, ("Hm.",) * 5)


def test_roles_are_told_only_where_nobody_is_left_alone(polars):
    survey = closed()
    answers = {"meets_my_needs": 6, "easy_to_use": 6}
    review(survey, polars, 6, role="researcher", **answers)
    review(survey, polars, 5, role="", **answers)
    few = ToolFactory()
    review(survey, few, 6, role="researcher", **answers)
    review(survey, few, 3, role="", **answers)

    told = reports.tool_report(polars).by_role

    assert [(found.role, found.score.n) for found in told] == [
        ("researcher", 6),
        ("", 5),
    ]
    assert reports.tool_report(few).by_role == ()


def test_a_role_stays_beside_a_review_only_where_k_share_it():
    roles = {
        1: ["a"] * 5 + ["b"] * 5,
        2: ["a"] * 6 + ["b"] * 2,
        3: ["a"] * 3 + [""] * 9,
    }

    assert keep_roles(roles, 5) == {1: {"a", "b"}, 2: set(), 3: set()}


def test_wishes_are_counted_in_groups_of_k(polars):
    survey = closed()
    WishFactory.create_batch(
        3, survey=survey, response=None, tool=polars, wants_it=True
    )
    WishFactory.create_batch(
        2, survey=survey, response=None, tool=polars, wants_it=False
    )
    few = ToolFactory()
    WishFactory.create_batch(4, survey=survey, response=None, tool=few)

    desired = reports.tool_report(polars).row.desired

    assert (desired.value, desired.n) == (0.6, 5)
    assert reports.tool_report(few).row.desired is None
    assert row_of(reports.landscape().stacks, polars).desired == desired


def test_the_way_of_a_score_is_told_by_groups(polars):
    series = SeriesFactory()
    for days, size in ((9, 3), (6, 5), (3, 2)):
        survey = closed(days_ago=days, series=series)
        review(survey, polars, size, meets_my_needs=days // 2, easy_to_use=3)

    told = reports.tool_report(polars).history

    assert [(len(events), point.score.n) for point, events in told] == [(1, 5), (2, 5)]


# --- What a room is like --------------------------------------------------------------


def teams(n, of, two=0):
    return Overlap(two, of, None, n)


@pytest.mark.parametrize(
    ("used_by", "sus", "both", "expected"),
    [
        ({1: 6, 2: 2}, {1: 80.0, 2: None}, teams(0, 8), State.SETTLED),
        ({1: 6, 2: 2}, {1: 60.0, 2: None}, teams(0, 8), State.GAP),
        ({1: 6, 2: 2}, {1: None, 2: None}, teams(0, 8), State.OPEN),
        ({1: 3, 2: 3, 3: 3}, {1: 80.0, 2: 80.0, 3: 1.0}, teams(0, 9), State.CROWDED),
        ({1: 3, 2: 3, 3: 3}, {1: 60.0, 2: 50.0, 3: 1.0}, teams(0, 9), State.GAP),
        ({1: 5, 2: 5}, {1: None, 2: None}, teams(0, 8, two=2), State.CROWDED),
        ({1: 2}, {1: 90.0}, teams(0, 2), State.OPEN),
        ({}, {}, teams(0, 0), State.OPEN),
    ],
)
def test_the_rule_for_rooms_is_the_one_on_the_page(used_by, sus, both, expected):
    assert state(used_by, sus, both) is expected


def test_overlap_counts_teams_with_two_tools_for_one_need():
    found = overlap([{1, 2, 9}, {1, 2}, {1, 3}, {2}, {9}], {1, 2, 3})

    assert found == Overlap(teams=3, of=4, pair=(1, 2), pair_teams=2)
    assert overlap([], {1}).share == 0


# --- Pages, pictures, files -----------------------------------------------------------


@pytest.fixture
def landscape(polars):
    """Two events with a pair that goes together, and verdicts of one of them."""
    series = SeriesFactory(slug="one")
    beside = ToolFactory(name="<b>DuckDB</b>", slug="duckdb", category=polars.category)
    evil = ToolFactory(name="=cmd|'/c calc'!A1", slug="evil")
    for days in (400, 5):
        event = EventFactory(
            phases=[], series=series, starts_at=timezone.now() - timedelta(days=days)
        )
        used(polars, event, 6, lessons_learned="We learnt that **polars** is quick.")
        for project in event.projects.all():
            ToolUseFactory(project=project, tool=beside)
        used(evil, event, 6)
        review(
            closed(event), polars, 6, meets_my_needs=7, easy_to_use=6,
            remark="+1 from me", may_quote=True,
        )  # fmt: skip
    return series


@pytest.mark.parametrize("what", [*FILES, *PICTURES, "rooms.svg", "trends.csv"])
def test_files_are_safe_to_open(client, landscape, what):
    response = client.get(reverse("feedback:landscape_export", args=[what]))

    body = response.content.decode("utf-8-sig")
    assert response.status_code == 200
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in response["Content-Disposition"]
    kind = what.split(".")[1]
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(body)))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert not any(
            cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            for row in rows
            for cell in row
        )
    elif kind == "json":
        assert json.loads(body)["rooms"]
    elif kind == "yml":
        assert yaml.safe_load(body)["landscape"][0]["subcategories"][0]["items"]
    else:
        root = ET.fromstring(body)  # noqa: S314 -- ours
        assert root.find("{http://www.w3.org/2000/svg}title").text
        assert "style" not in body
        assert "<b>" not in body


@pytest.mark.parametrize(
    "what", [name for name in files_of_the_site.OF_MANY if name.endswith(".csv")]
)
def test_tables_open_in_an_excel_with_decimal_commas(client, landscape, what):
    url = reverse("feedback:landscape_export", args=[what])
    plain = client.get(url, {"series": "one"}).content.decode("utf-8-sig")
    excel = client.get(url, {"series": "one", "for": "excel"}).content.decode()

    assert excel.startswith("\ufeff")
    columns, *rows = csv.reader(io.StringIO(excel[1:]), delimiter=";")
    assert [columns, *([c.replace(",", ".") for c in row] for row in rows)] == list(
        csv.reader(io.StringIO(plain))
    )
    assert not any("." in cell and cell[0].isdigit() for row in rows for cell in row)


def test_a_file_is_of_the_series_and_year_that_was_asked_for(client, landscape):
    url = reverse("feedback:landscape_export", args=["landscape.json"])

    def teams_in(**query):
        data = json.loads(client.get(url, query).content)
        return sum(tool["teams"] for room in data["rooms"] for tool in room["tools"])

    year = timezone.now().year
    assert teams_in(series="one") == 36
    assert teams_in(series="one", year=year) in {0, 18, 36}
    assert client.get(url, {"series": "nobody"}).status_code == 404
    assert client.get(url, {"year": "1815"}).status_code == 404
    unknown = reverse("feedback:landscape_export", args=["people.csv"])
    assert client.get(unknown).status_code == 404


def test_the_page_shows_charts_with_tables_behind(client, landscape, polars):
    body = client.get(reverse("feedback:landscape")).content.decode()

    assert "Polars: 12 teams, score 92" in body
    assert "&lt;b&gt;DuckDB" in body
    assert "<b>DuckDB" not in body
    assert "style=" not in body
    assert 'id="network"' in body
    assert body.count("As a table") >= 3
    tool = client.get(polars.get_absolute_url()).content.decode()
    assert "Used by 12 teams at 2 events." in tool
    assert "We learnt that polars is quick." in tool
    assert "Goes with" in tool


def test_the_files_of_one_tool(client, landscape, polars):
    def file_of(tool, what):
        return client.get(reverse("feedback:tool_export", args=[tool.slug, what]))

    assert b"6" in file_of(polars, "history.csv").content
    assert file_of(polars, "history.svg").content.startswith(b"<?xml")
    assert file_of(ToolFactory(), "history.svg").status_code == 404
    assert file_of(polars, "people.csv").status_code == 404


def test_an_old_address_leads_to_the_tool_it_became(client, polars):
    old = ToolFactory(merged_into=polars)

    response = client.get(old.get_absolute_url())

    assert response.status_code == 301
    assert response["Location"] == polars.get_absolute_url()


def test_close_lines_stand_close_in_the_chart():
    tools = [ToolFactory() for _n in range(6)]

    def line(a, b):
        return reports.Link(tools[a], tools[b], "together", 5, 1.0, 0.01)

    order = charts.in_order([line(0, 5), line(1, 4), line(5, 1)])

    place = {tool: n for n, tool in enumerate(order)}
    spans = [
        abs(place[tools[a]] - place[tools[b]]) for a, b in [(0, 5), (1, 4), (5, 1)]
    ]
    assert sorted(spans) == [1, 1, 1]


@pytest.mark.parametrize(
    ("names", "text", "found"),
    [
        (["R"], "we used R for it", "R"),
        (["R"], "r is a letter", None),
        (["Polars", "polars-rs"], "POLARS rocks", "POLARS"),
        (["Go"], "Google it", None),
        (["C++"], "a bit of C++, too", "C++"),
    ],
)
def test_a_name_is_found_as_a_word(names, text, found):
    match = mention(names).search(text)

    assert (match[0] if match else None) == found


def test_an_excerpt_is_cut_between_words():
    text = f"{'before ' * 60}Polars {'after ' * 60}"

    cut = excerpt(text, mention(["Polars"]).search(text))

    assert cut.startswith("… before")
    assert cut.endswith("after …")
    assert len(cut) < 400

"""What people typed never runs: on no page, for nobody, even without our policy.

Every role goes to every page of a site whose policy is only heard, not obeyed. So
escaping alone must hold, and the browser says what the policy would stop of ours, too.
"""

import html
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, get_resolver, reverse
from markdown_it import MarkdownIt
from playwright.sync_api import Error

from accounts.models import User
from core.ledger import drop_guards
from events.models import ConductText, Track
from feedback.models import ToolReview
from judging.models import PublishedResult, PublishProposal, RubricVersion
from judging.rubrics import as_json, rubric_of
from notifications.models import CaughtMail
from submissions import profiles
from submissions.models import Dataset, Tool, ToolUse
from tests.access.test_admin import SCOPED, furnish, rows_of
from tests.access.test_matrix import LINES, address
from tests.access.world import build
from tests.e2e.polyglots import POLYGLOTS, Garden
from tests.factories.accounts import UserFactory
from tests.factories.events import RegistrationQuestionFactory
from tests.factories.submissions import DatasetFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROLES = ("anonymous", "attendee", "captain", "judge", "organiser", "superuser")
# A captain has more of the team's work than an attendee; a judge no more than anybody,
# nor a superuser than an organiser.
SEES_ALIKE = {"captain": "attendee", "judge": "anonymous", "superuser": "organiser"}
WORK = ("dashboard:home", "events:detail", "submissions:", "teams:")
TABS = 3
REAL_KEY = {"mfa_reauthenticate_webauthn", "mfa_authenticate"}  # ours only has a name
# What no page of ours has, so somebody's text put it there.
FOREIGN = """
[...document.querySelectorAll("*")].flatMap(element =>
  [...element.attributes]
    .filter(({name, value}) => /^on/.test(name) || (
      /^(href|src|action|formaction|data|srcdoc|xlink:href)$/.test(name) &&
      /^\\s*(javascript|data|vbscript):/i.test(value)))
    .map(({name, value}) => `<${element.tagName} ${name}="${value}">`))
"""


markdown = MarkdownIt("commonmark")
markdown.validateLink = lambda _link: True
# What careless pages do with a text.
CARELESS = [
    lambda text: text,
    lambda text: f'<input value="{text}">',
    lambda text: f"<input value='{text}'>",
    lambda text: f"<input value={text}>",
    lambda text: f'<a href="{text}">x</a>',
    lambda text: f"<textarea>{text}</textarea>",
    lambda text: f"<title>{text}</title>",
    lambda text: f"<style>{text}</style>",
    lambda text: f"<!-- {text} -->",
    lambda text: f"<script>x = '{text}'</script>",
    lambda text: f'<script>x = "{text}"</script>',
    lambda text: '<script>x = "{}"</script>'.format(text.replace('"', '\\"')),
    lambda text: f"<script>x = `{text}`</script>",
    lambda text: f"<script>/* {text} */</script>",
    html.unescape,
    markdown.render,
]
TOUCH = """
for (const element of document.querySelectorAll("*")) {
  element.focus?.();
  element.click?.();
}
"""


def furnish_more(world):
    """Rows that neither the demo nor the world of the matrix has."""
    event = world.event
    question = RegistrationQuestionFactory(event=event, help_text="x", options="a\nb")
    event.registrations.update(answers={str(question.pk): "x"}, in_directory=True)
    event.faqs.create(question="x", answer="x")
    ConductText.objects.create(digest="x", text="x")
    event.remark_themes.create(name="x")
    event.agenda.create(title="x", starts_at=event.ends_at, room="x")
    event.reminder_rules.create(kind="teams.people_without_a_team", hours_before=5)
    event.audit_entries.create(verb="events.copied", details={"source": "x"})
    snapshot = PublishedResult.objects.earliest("pk").snapshot
    event.published_results.update(snapshot=snapshot)
    project = world.judge.scorecards.get().project
    event.rounds.update(now_on=project)
    round_ = event.rounds.first()
    version = as_json(rubric_of(round_))
    RubricVersion.objects.create(round=round_, version=1, criteria=version, reason="x")
    PublishProposal.objects.create(
        event=event, digest="x", reason="x", proposed_by=world.users["organiser"]
    )
    ToolUse.objects.create(
        project=project, tool=Tool.objects.get(slug=world.words["tool"])
    )
    world.words["dataset"] = dataset_with_columns(project.team).slug
    mail = CaughtMail.objects.create(to="x", subject="x", text="x", headers={"X": "x"})
    world.words["missing"] = mail.pk
    world.users["superuser"] = UserFactory(is_superuser=True, is_staff=True)
    for user in world.users.values():
        Authenticator.objects.create(
            user=user, type="webauthn", data={"name": "x", "credential": {}}
        )
        UserSession.objects.create(
            user=user,
            session_key=user.pk,  # until there is one
            ip="127.0.0.1",
            user_agent="x",
            data={"x": "x"},
        )
    for model in (Track, User):
        LogEntry.objects.create(
            user=user,
            content_type=ContentType.objects.get_for_model(model),
            object_id=windows_row(model, world).pk,
            object_repr="x",
            action_flag=CHANGE,
            change_message="x",
        )


def windows_row(model, world):
    """The row whose pages of the admin are visited."""
    rows = rows_of(model, world) if model in SCOPED else model.objects.all()
    return rows.first()


def dataset_with_columns(team):
    """A file whose columns and cells are the polyglots, profiled as any other."""
    line = ",".join('"{}"'.format(one.replace('"', '""')) for one in POLYGLOTS)
    dataset = DatasetFactory(
        team=team,
        file=ContentFile(f"{line}\n{line}\n", name="x.csv"),
        filename="x.csv",
        sensitivity="open",
        profile_status=Dataset.ProfileStatus.WAITING,
    )
    profiles.profile(dataset.pk)
    dataset.refresh_from_db()
    assert len(dataset.profile["columns"]) == len(POLYGLOTS)
    return dataset


def words_of_the_demo():
    """What fills the addresses of its finished event, with results and a survey."""
    review = ToolReview.objects.final().earliest("pk")
    event = review.survey.event
    project = event.projects.in_gallery().first()
    return {
        "event": event.slug,
        "series": event.series.slug,
        "project": project.slug,
        "team": project.team.slug,
        "tool": review.tool.slug,
    }


def admin_pages(world, user):
    """Every window that ``user`` has: its list, and the form of a row.

    An empty form offers nothing that this one does not; confirmation and history look
    the same everywhere, so two will do. A superuser sees the lists as the answer to a
    search; pages that organisers have, too, are left to them.
    """
    everything = user.is_superuser
    asked, theirs = (RequestFactory().get("/admin/") for _request in range(2))
    asked.user, theirs.user = user, world.users["organiser"]
    yield reverse("admin:index")
    yield reverse("admin:search") + "?s=script"
    yield reverse("admin:events_event_copy", args=[world.event.pk])
    for model, window in admin.site._registry.items():
        label = model._meta.label_lower.replace(".", "_")
        row = windows_row(model, world)
        pages = {
            "changelist": window.has_view_permission,
            "change": window.has_view_permission,
        }
        if model in {Track, User}:
            pages["delete"] = window.has_delete_permission
            pages["history"] = window.has_view_permission
        for page, may in pages.items():
            if not may(asked) or (everything and model is not Track and may(theirs)):
                continue
            if page == "changelist":
                search = f"?q={quote(POLYGLOTS[10])}" if window.search_fields else ""
                path = reverse(f"admin:{label}_{page}")
                yield path + (search if everything else "")
            elif row:
                yield reverse(f"admin:{label}_{page}", args=[row.pk])


def account_pages(user):
    """Pages of allauth that ``user`` is shown, and is not led on by."""
    client = Client()
    if user:
        client.force_login(user)
    for pattern in get_resolver().url_patterns:
        if str(pattern.pattern) == "accounts/":
            names = {name for name in pattern.reverse_dict if isinstance(name, str)}
            for name in names - REAL_KEY:
                try:
                    path = reverse(name)
                except NoReverseMatch:  # needs a key of its own
                    continue
                if client.get(path).status_code != HTTPStatus.FOUND:
                    yield path


def pages_of(role, world):
    own = ["/no/such/page/"]
    for name, words, method, expected in LINES:
        known = role in SEES_ALIKE and expected[SEES_ALIKE[role]] == 200
        known = known and not (role == "captain" and name.startswith(WORK))
        if method == "GET" and expected[role] == 200 and not known:
            own.append(address(name, words, world))
    if role in {"anonymous", "superuser"}:
        demo = replace(world, words=words_of_the_demo())
        own += [
            address(name, words, demo)
            for name, words, method, expected in LINES
            if words and method == "GET" and set(words) <= set(demo.words)
        ]
    if role in {"anonymous", "attendee"}:
        own += account_pages(world.users.get(role))
    if role == "judge":
        own.append(f"{address('judging:card', ['card'], world)}?step-back=1")
    if role in {"organiser", "superuser"}:
        own += admin_pages(world, world.users[role])
    return own


class Visitor:
    """One role's browser, with some tabs, that notes what runs."""

    def __init__(self, page):
        self.page, context = page, page.context
        self.tabs = [self.page, *(context.new_page() for _tab in range(TABS - 1))]
        self.ran, self.statuses = [], {}
        for name in ("_", "__canary"):
            context.expose_binding(name, self.note)
        context.on("dialog", self.dismiss)
        context.on("console", self.listen)

    def note(self, source, *_args):
        self.ran.append(f"{source['page'].url} ran a text")

    def listen(self, message):
        if "Content Security Policy" in message.text:
            self.ran.append(f"{message.page.url}: {message.text}")

    def dismiss(self, dialog):
        self.ran.append(f"{dialog.page.url} opened a dialog")
        dialog.dismiss()

    def go(self, tab, url):
        try:
            self.statuses[url] = tab.goto(url, wait_until="commit").status
        except Error as error:
            if "Download is starting" not in error.message:
                raise
            self.statuses[url] = "file"  # to keep, and never run

    def visit(self, urls):
        """One after another, but look at each only when all have their answers."""
        batch = list(zip(self.tabs, urls, strict=False))
        for tab, url in batch:
            self.go(tab, url)
        for tab, url in batch:
            if "/judge/" in url:  # is drawn by a script
                tab.wait_for_load_state("networkidle")
            tab.wait_for_load_state()
            self.ran += [f"{url} has {place}" for place in tab.evaluate(FOREIGN)]


@pytest.fixture
def stage(start_site):
    """The demo and the world of the matrix, in which every text is a polyglot."""
    call_command("loaddemo", verbosity=0)
    world = furnish(build("x"))
    drop_guards()  # texts are planted in rows, too, that nobody can change
    furnish_more(world)
    return world, start_site("tests.e2e.report_only")


def enter(role, visitor, stage):
    world, site = stage
    if role == "judge":
        visitor.page.goto(site.url + world.judge.get_link_path())
    elif role != "anonymous":
        site.sign_in(visitor.page, world.users[role])
        cookies = {one["name"]: one["value"] for one in visitor.page.context.cookies()}
        UserSession.objects.filter(user=world.users[role]).update(
            session_key=cookies[settings.SESSION_COOKIE_NAME]
        )


def test_each_text_runs_where_nothing_escapes_it(chromium):
    """Else the other test could not fail."""
    harmless = []
    with chromium.new_context() as context:
        visitor = Visitor(context.new_page())
        for polyglot in POLYGLOTS:
            visitor.ran.clear()
            for first in range(0, len(CARELESS), 4):
                frames = [
                    f'<iframe srcdoc="{html.escape(careless(polyglot))}"></iframe>'
                    for careless in CARELESS[first : first + 4]
                ]
                visitor.page.set_content("".join(frames))
                for frame in visitor.page.frames[1:]:
                    with suppress(Error):  # of the polyglot's own making, and gone
                        frame.evaluate(TOUCH)
                visitor.page.wait_for_timeout(20)
                if visitor.ran:
                    break
            if not visitor.ran:
                harmless.append(polyglot)

    assert harmless == []


def test_nothing_that_people_typed_runs(stage, open_page):
    world, site = stage
    garden = Garden()
    garden.plant()
    visitors = []
    for role in ROLES:
        visitor = Visitor(open_page(width=400, height=300))
        visitors.append(visitor)
        enter(role, visitor, stage)
        pages = pages_of(role, world)
        for first in range(0, len(pages), TABS):
            if first % 4 == 0:
                garden.plant(most_rows=30)
            visitor.visit([site.url + path for path in pages[first : first + TABS]])
    confirm_deletion(visitor, site)

    assert garden.missed() == []
    check(visitors, least=370)


def confirm_deletion(visitor, site):
    """The list afterwards says in a sentence what is gone."""
    track, page = Track.objects.latest("pk"), visitor.page
    page.goto(site.url + reverse("admin:events_track_delete", args=[track.pk]))
    page.locator("#content form [type=submit]").click()
    page.wait_for_url("**/admin/events/track/")

    assert track.name in page.text_content("body")
    visitor.ran += page.evaluate(FOREIGN)


def check(visitors, least):
    """Nothing ran, and the pages were there to run it."""
    statuses = Counter()
    for visitor in visitors:
        assert visitor.ran == []
        statuses.update(visitor.statuses.values())
        assert [url for url, status in visitor.statuses.items() if status == 500] == []
    assert statuses[200] > least

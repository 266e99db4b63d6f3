"""A form changes its own fields and no others; a page tells each role its own part.

Each post that works is sent twice from the same start: as the page would send it, and
with the names of every column and of what else might be worth having. The rows must
come out the same.
"""

import io
import json
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.urls import get_resolver, reverse
from django.utils import timezone
from django.utils.http import urlencode
from PIL import Image

from judging.models import Criterion, PublishProposal, Round, ScorecardRevision
from judging.rubrics import rubric_digest, rubric_of
from submissions.models import Tool
from teams.models import Team
from tests.access.test_admin import SCOPED, furnish, rows_of
from tests.access.test_matrix import LINES, ROLES, address, client_of
from tests.access.world import SECRETS, build, with_secrets
from tests.access.writing import written
from tests.bad_input.forms import FORM, forms_of
from tests.factories.events import RegistrationFactory
from tests.factories.feedback import InvitationFactory
from tests.factories.judging import (
    CriterionFactory,
    RoundFactory,
    ScorecardFactory,
)
from tests.factories.notifications import NotificationFactory
from tests.factories.submissions import ProjectFactory, ToolFactory, ToolUseFactory
from tests.factories.teams import MembershipFactory, TeamFactory

OURS = {
    "accounts", "events", "notifications", "teams", "submissions", "judging",
    "feedback", "mentoring", "recap",
}  # fmt: skip
WORTH_HAVING = {
    "_method": "DELETE",
    "admin": "on",
    "captain": "1",
    "id": "1",
    "is_active": "",
    "is_staff": "on",
    "is_superuser": "on",
    "organiser": "1",
    "password": "x",
    "pk": "1",
    "points": "99",
    "user[is_staff]": "on",
    "user__is_superuser": "on",
    "user.is_staff": "on",
    "event.is_published": "",
    "groups": "1",
    "user_permissions": "1",
    "wins": "1",
}

# The first that fits.
VALUES = {
    models.DateTimeField: "2001-02-03 04:05",
    models.TimeField: "04:05",
    models.JSONField: '{"taken": "over"}',
    models.EmailField: "taken@over.example",
    models.URLField: "https://taken.example/over",
    models.CharField | models.TextField: "taken-over",
    models.Field: "7",
}


def ours():
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def all_hostile(edge):
    """A value for every column of every table: its first choice or its last."""
    values = dict(WORTH_HAVING)
    for model in ours():
        for field in model._meta.get_fields():
            if not getattr(field, "concrete", False):
                continue
            name = field.name
            values[name] = value_for(field, edge)
            if field.is_relation:
                values[f"{name}_id"] = values[name]
            values[f"{model._meta.model_name}-{name}"] = values[name]
    return values


@pytest.fixture(scope="module")
def hostile(once, first_world):
    """``hostile(edge, own)``: such values for all names but one's own.

    Hundreds of queries ask for them, and the world is the same for each test.
    """
    edges = {edge: once(all_hostile, edge) for edge in ("first", "last")}

    def hostile(edge, own):
        return {name: value for name, value in edges[edge].items() if name not in own}

    return hostile


def value_for(field, edge):
    """One that the field would take, and most rows do not have."""
    if field.is_relation:
        rows = field.related_model.objects.order_by("pk")
        row = rows.first() if edge == "first" else rows.last()
        return str(row.pk if row else 1)
    if field.choices:
        choices = [value for value, _label in field.flatchoices if value]
        return str(choices[0] if edge == "first" else choices[-1])
    if isinstance(field, models.BooleanField):
        return "on" if edge == "first" else ""
    return next(value for kind, value in VALUES.items() if isinstance(field, kind))


VOLATILE = models.DateTimeField | models.FileField | models.UUIDField
# Digests of arrived scorecards cover the moment in which they arrived.
RANDOM = {"chain", "digest", "join_code", "key", "nonce", "ticket", "token"}


def rows(in_tables=None):
    """All our rows, or those in some tables, without what is new each time."""
    found = {}
    for model in ours():
        if in_tables is None or model._meta.db_table in in_tables:
            names = [
                field.name
                for field in model._meta.concrete_fields
                if not isinstance(field, VOLATILE) and field.name not in RANDOM
            ]
            found[model._meta.label] = list(
                model.objects.order_by("pk").values_list("pk", *names)
            )
        for field in model._meta.many_to_many:
            through = getattr(model, field.name).through
            if in_tables is None or through._meta.db_table in in_tables:
                pair = field.m2m_column_name(), field.m2m_reverse_name()
                found[f"{model._meta.label}.{field.name}"] = sorted(
                    through.objects.values_list(*pair)
                )
    return found


@pytest.fixture
def present(first_rows, db):
    """``present()``: the same as ``rows()``, reading only what this test wrote to."""
    with written() as tables:
        yield lambda: first_rows | rows(tables)


def after(post, before):
    """The rows that ``post`` leaves behind; then everything is as ``before``.

    Rows of tables that no statement wrote to are taken from ``before``.
    """
    if statements := connection.ops.sequence_reset_sql(no_style(), ours()):
        with connection.cursor() as cursor:  # PostgreSQL counts on over a rollback
            cursor.execute("\n".join(statements))
    point = transaction.savepoint()
    try:
        with written() as tables:
            answer = post()
            if answer.streaming:
                b"".join(answer.streaming_content)
        return answer.status_code, before | rows(tables)
    finally:
        transaction.savepoint_rollback(point)


def png():
    picture = io.BytesIO()
    Image.new("RGB", (2, 2)).save(picture, "PNG")
    return SimpleUploadedFile("p.png", picture.getvalue())


PLACE = {"in_directory": "on", "looking_for_team": "on", "pitch": "new"}
IDEA = {"title": "new", "pitch": "new", "wanted_skills": ""}
TEAM = {"name": "new", "pitch": "new", "join_policy": "open", "wanted_skills": ""}
# Judges look for it by its name, so a captain cannot change that now.
TEAM_WHILE_JUDGED = {
    **TEAM,
    "name": lambda: Team.objects.order_by("pk").first().name,
    "pitch": lambda: Team.objects.order_by("pk").first().pitch,
}
DATASET = {
    "title": "new",
    "description": "new",
    "upload": "",
    "link": "https://example.org/new",
    "licence": "CC0-1.0",
    "provenance": "new",
    "known_faults": "new",
    "sensitivity": "open",
}
PROJECT = {
    "title": "new",
    "tagline": "new",
    "story": "new",
    "repository_url": "https://example.org/new",
    "demo_url": "",
    "video_url": "",
    "slides_url": "",
    "tracks": [],
    "datasets": [],
    "tools": lambda: str(Tool.objects.order_by("pk").first().pk),
    "lessons_learned": "new",
    "made_before": "new",
}
REVIEW = {
    "meets_my_needs": "5",
    "easy_to_use": "6",
    "again": "yes",
    "helped": "docs",
    "in_the_way": "bugs",
    "remark": "new",
    "may_quote": "on",
}
# Every field that the form has, filled in as the page would send it.
# The rubric as it is, with another name for its first criterion.
RUBRIC = {
    "seen": lambda: rubric_digest(rubric_of(Round.objects.order_by("pk").first())),
    "criteria-TOTAL_FORMS": "1",
    "criteria-INITIAL_FORMS": "1",
    "criteria-0-id": lambda: str(Criterion.objects.order_by("pk").first().pk),
    "criteria-0-name": "Fun",
    "criteria-0-weight": "1",
    "criteria-0-scale": "1-5",
}
POSTS = [
    ("stranger", "events:register", "event", {**PLACE, "conduct_digest": ""}),
    ("attendee", "events:registration", "event", PLACE),
    ("attendee", "events:answers", "event", {}),
    ("attendee", "events:cancel", "event", {}),
    ("attendee", "events:looking", "event", {"looking_for_team": "on"}),
    ("attendee", "submissions:idea_create", "event", IDEA),
    ("captain", "submissions:idea_edit", "event,idea", IDEA),
    ("organiser", "submissions:idea_edit", "event,idea", IDEA),
    ("attendee", "submissions:idea_back", "event,idea", {}),
    ("captain", "submissions:idea_withdraw", "event,idea", {}),
    ("newcomer", "submissions:idea_found", "event,idea", {}),
    ("captain", "submissions:dataset_create", "event", DATASET),
    ("captain", "submissions:dataset_edit", "event,dataset", DATASET),
    ("organiser", "submissions:dataset_edit", "event,dataset", DATASET),
    ("captain", "submissions:dataset_remove", "event,dataset", {}),
    ("founder", "submissions:project_create", "event", {"title": "new"}),
    ("captain", "submissions:project_edit", "event,project", PROJECT),
    (
        "organiser",
        "submissions:project_edit",
        "event,project",
        {**PROJECT, "reason": "new"},
    ),
    ("drafter", "submissions:project_submit", "event,draft", {}),
    ("captain", "submissions:project_withdraw", "event,project", {}),
    (
        "captain",
        "submissions:pictures",
        "event,project",
        {"picture": png, "description": "new"},
    ),
    ("captain", "submissions:picture_remove", "event,project,picture", {}),
    ("newcomer", "teams:create", "event", TEAM),
    ("captain", "teams:edit", "event,team", TEAM_WHILE_JUDGED),
    ("organiser", "teams:edit", "event,team", TEAM),
    ("newcomer", "teams:join", "event,open", {}),
    ("newcomer", "teams:join_by_code", "event,team,code", {}),
    ("newcomer", "teams:ask", "event,team", {"message": "new"}),
    ("member", "teams:leave", "event,team", {}),
    ("captain", "teams:new_code", "event,team", {}),
    ("captain", "teams:remove", "event,team,member", {}),
    ("captain", "teams:hand_over", "event,team,member", {}),
    ("captain", "teams:answer", "event,team,request,accept", {}),
    ("captain", "teams:invite", "event,team,newcomer", {}),
    ("organiser", "teams:give_tables", "event", {}),
    (
        "member",
        "accounts:profile",
        "",
        {
            "display_name": "new",
            "headline_role": "student",
            "skills": "New",
            "about": "new",
            "time_zone": "Europe/Berlin",
        },
    ),
    (
        "member",
        "notifications:preferences",
        "",
        {"quiet_from": "22:00", "quiet_until": "07:00", "topics": ["team"]},
    ),
    ("anonymous", "notifications:unsubscribe", "", {}),
    (
        "judge",
        "judging:card",
        "card",
        {"notes": "new", "feedback": "new", "starred": "on", "status": "started"},
    ),
    ("judge", "judging:conflict", "card", {"reason": "new"}),
    (
        "anonymous",
        "feedback:survey_event",
        "token",
        {"come_again": "7", "what_to_change": "new", "role": "student"},
    ),
    ("anonymous", "feedback:survey_tool", "token,used", REVIEW),
    ("anonymous", "feedback:survey_tools", "token", {"tools": "{wished}"}),
    (
        "anonymous",
        "feedback:survey_wishes",
        "token",
        {"wanted": "{wished}", "offered": "{wished}", "none": ""},
    ),
    ("organiser", "feedback:open_now", "other_event", {}),
    ("organiser", "feedback:close_now", "event", {}),
    ("organiser", "feedback:questions", "other_event", {}),
    (
        "organiser",
        "events:announce",
        "event",
        {"text": "new", "on_stage": "on", "by_mail": "on"},
    ),
    ("organiser", "events:check_in", "event,expected", {}),
    ("organiser", "events:undo_check_in", "event,arrived", {}),
    ("organiser", "events:answer", "event,registration,cancel", {}),
    (
        "organiser",
        "notifications:mail",
        "event",
        {"segment": "everybody", "subject": "new", "body": "new"},
    ),
    ("organiser", "notifications:broadcast", "event,broadcast", {}),
    ("organiser", "notifications:send_again", "event,mail", {}),
    ("organiser", "notifications:leave", "event,parked", {}),
    (
        "organiser",
        "notifications:answer_held",
        "event",
        {"answer": "send", "template": "teams/email/find_a_team"},
    ),
    ("organiser", "judging:deal", "event", {}),
    (
        "organiser",
        "judging:publish",
        "other_event",
        {"reason": "new", "seen": "", "when": "now"},
    ),
    ("organiser", "judging:late", "event,late", {"decision": "accept"}),
    ("organiser", "judging:award", "event,prize", {"project": "{project_pk}"}),
    (
        "organiser",
        "judging:method",
        "event,round",
        {"method": "mean", "ties": "criteria"},
    ),
    ("organiser", "judging:end", "event", {"sure": "yes"}),
    ("organiser", "judging:withdraw", "event", {}),
    (
        "organiser",
        "judging:ask",
        "event,round",
        {"judge": "{judge}", "project": "{undealt}"},
    ),
    ("organiser", "judging:hide_feedback", "event,card", {"decision": "hide"}),
    (
        "organiser",
        "judging:rules",
        "event",
        {
            "same_domain_is_conflict": "on",
            "shows_judges": "on",
            "publishes_scores": "on",
            "needs_two_to_publish": "on",
        },
    ),
    (
        "organiser",
        "judging:pair",
        "event,round",
        {"mode": "conflict", "judge": "{judge}", "project": "{project_pk}"},
    ),
    ("organiser", "judging:presence", "event,round,judge", {"decision": "left"}),
    ("organiser", "judging:aside", "event,round", {"project": "{project_pk}"}),
    (
        "organiser",
        "judging:open_round",
        "event,round",
        {"decision": "close", "sure": "yes"},
    ),
    (
        "organiser",
        "judging:shortlist",
        "event,finals",
        {"decision": "add", "project": "{project_pk}", "reason": "new"},
    ),
    ("organiser", "judging:on_stage", "event,round", {"press": "next", "seen": ""}),
    ("organiser", "judging:late_votes", "event,pairwise,judge", {"decision": "accept"}),
    ("organiser", "judging:rubric_edit", "event,round", RUBRIC),
    ("organiser", "judging:reveal_press", "other_event", {"press": "hold"}),
    ("member", "mentoring:do", "event,help", {"do": "withdraw"}),
    (
        "drafter",
        "mentoring:ask",
        "event",
        {"topic": "new", "tool": "", "place": "new"},
    ),
    ("mentor", "mentoring:offer", "event", {"about": "new", "tools": []}),
    ("organiser", "recap:step", "event", {"do": "publish"}),
    (
        "organiser",
        "recap:settings",
        "event",
        {"names_judges": "on", "names_mentors": "on", "volunteers": "new"},
    ),
    ("organiser", "recap:block_new", "event", {"title": "new", "text": "new"}),
    (
        "organiser",
        "recap:block_edit",
        "event,block",
        {"edited_title": "new", "edited_text": "new"},
    ),
    ("organiser", "recap:block_do", "event,block", {"do": "hide"}),
    ("organiser", "recap:revoke", "event,paper", {"do": "revoke"}),
    (
        "attendee",
        "recap:talk_new",
        "event",
        {"title": "new", "tool": "", "about": "new", "agrees": "on"},
    ),
    ("member", "recap:talk_withdraw", "event,talk", {}),
    ("organiser", "recap:talk_answer", "event,talk", {"do": "accept"}),
    ("member", "recap:rename", "paper", {}),
]
# Nothing of theirs is a field of ours, or their tests are beside the action.
ELSEWHERE = {
    "accounts:delete",  # asks for the password first
    "accounts:export",  # reads only
    "judging:paper",  # names of its boxes are numbers
    "judging:plan",  # carries out what was looked at, and nothing else
    "feedback:theme_merge",  # of remarks when a survey is closed: test_themes.py
    "feedback:theme_pin",
    "feedback:theme_release",
    "feedback:theme_rename",
    "feedback:ask_more",  # mails new links, see tests/feedback/test_asking.py
    "judging:comparison",  # speaks JSON, see tests/judging/test_pairs.py
    "judging:pairs_state",  # plans a judge's own walk
    "judging:pairs",  # for judges, see tests/judging/test_pairs.py
    "judging:scorecard",  # speaks JSON, see below
    "judging:sign_out",  # a session only
    "judging:take_back",  # takes no field, see tests/judging/test_conflicts.py
    "recap:issue",  # makes what is missing, and takes no field
    "judging:state",  # signs out, too
    "teams:code",  # leads on, changes nothing
}
STAYS = {"notifications:unsubscribe"}
REFUSES_STRANGE_FIELDS = {
    "feedback:survey_event",
    "feedback:survey_tool",
    "feedback:survey_wishes",
}


@pytest.fixture(scope="module")
def first_world(once):
    return once(build_with_doors)


@pytest.fixture(scope="module")
def first_rows(once, first_world):
    return once(rows)


def build_with_doors():
    """With somebody at each of the doors of :data:`POSTS`."""
    world = furnish(build("x"))
    event, users, words = world.event, world.users, world.words
    users["newcomer"] = RegistrationFactory(event=event, in_directory=True).user
    words["newcomer"] = users["newcomer"].pk
    users["founder"] = MembershipFactory(team__event=event, role="captain").user
    RegistrationFactory(event=event, user=users["founder"])
    draft = event.projects.get(slug=words["draft"])
    draft.tagline, draft.repository_url = "x", "https://code.example.org/x"
    draft.save()
    ToolUseFactory(project=draft)
    users["mentor"] = RegistrationFactory(event=event, role="mentor").user
    users["drafter"] = draft.team.memberships.get().user
    RegistrationFactory(event=event, user=users["drafter"])
    project = event.projects.get(slug=words["project"])
    held = NotificationFactory(event=event, template="teams/email/find_a_team")
    held.status = "held"
    held.save()
    published = RoundFactory(event__series=event.series, event__phases=[])
    score(published)
    undealt = ProjectFactory(team__event=event, submitted=True)
    PublishProposal.objects.create(
        event=event, digest="x", proposed_by=users["organiser"]
    )
    late = ScorecardRevision.objects.get(pk=words["late"])
    words["late"] = late.scorecard.revisions.create(
        client="d",
        revision=1,
        outcome="late",
        payload={
            "scores": {},
            "notes": "",
            "feedback": "",
            "starred": False,
            "status": "started",
        },
    ).pk
    used = ToolUseFactory(project=project).tool
    words |= {
        "project_pk": project.pk,
        "undealt": undealt.pk,
        "used": used.slug,
        "wished": ToolFactory(category=used.category).slug,
        "open": TeamFactory(event=event, join_policy="open").slug,
        "arrived": RegistrationFactory(
            event=event, status="checked_in", checked_in_at=timezone.now()
        ).ticket,
        # Is asked by the survey already: a new link of theirs would be random.
        "expected": InvitationFactory(
            survey=event.survey, user=RegistrationFactory(event=event).user
        )
        .user.registrations.get()
        .ticket,
        "parked": NotificationFactory(event=event, status="unknown").pk,
        "other_event": published.event.slug,
        "cancel": "cancel",
        "finals": CriterionFactory(
            round=RoundFactory(event=event, follows_id=words["round"])
        ).round_id,
    }
    return world


def score(round_):
    card = ScorecardFactory(round=round_, status="done")
    card.scores.create(criterion=CriterionFactory(round=round_), value=3)


def test_every_door_is_tried():
    def views(resolver=None, namespace=""):
        for pattern in (resolver or get_resolver()).url_patterns:
            if hasattr(pattern, "url_patterns"):
                yield from views(pattern, f"{pattern.namespace or namespace}")
            elif hasattr(pattern.callback, "view_class"):
                yield f"{namespace}:{pattern.name}", pattern.callback.view_class

    ours = {name for name, *_rest in LINES}
    doors = {
        name
        for name, view in views()
        if name in ours
        and any(
            hasattr(view, verb) and verb in view.http_method_names
            for verb in ("post", "put", "patch", "delete")
        )
    }

    assert doors == {name for _role, name, *_rest in POSTS} | ELSEWHERE


def hidden_fields(url, page):
    """What the page sends along without asking."""
    return {
        name: value
        for form in forms_of(url, page)
        for name, value in form.values
        if name in {"as_read", "nonce"}
    }


@pytest.mark.parametrize(
    ("role", "name", "words", "fields"),
    POSTS,
    ids=[f"{role}-{name}" for role, name, *_rest in POSTS],
)
def test_a_form_changes_its_own_fields_only(
    role, name, words, fields, world, hostile, present
):
    if name == "notifications:unsubscribe":
        url = address(name, [], world)
    else:
        known = {**world.words, "accept": "accept"}
        url = reverse(name, args=[known[word] for word in words.split(",") if word])
    client = client_of(role, world, world)
    page = client.get(url)
    hidden = {} if page.streaming else hidden_fields(url, page.content.decode())

    def post(**more):
        sent = {
            field: value() if callable(value) else value
            for field, value in fields.items()
        }
        for field, value in sent.items():
            if isinstance(value, str) and value.startswith("{"):
                sent[field] = value.format_map(world.words)
        body = hidden | sent | more
        if any(hasattr(value, "read") for value in body.values()):
            return after(lambda: client.post(url, body), before)
        text = urlencode(body, doseq=True)  # hundreds of parts take long to read
        return after(lambda: client.post(url, text, content_type=FORM), before)

    before = present()
    status, expected = post()

    assert status == (200 if name in STAYS else 302)
    assert expected != before
    for edge in ("first", "last"):
        extra = hostile(edge, fields)
        _status, found = post(**extra)
        assert len(extra) > 300
        assert found == (before if name in REFUSES_STRANGE_FIELDS else expected)


def test_a_phone_that_sends_more_is_told_so(world, hostile, present):
    client = client_of("judge", world, world)
    url = reverse("judging:scorecard", args=[world.words["card"]])
    card = {"client": "a", "revision": 1, "scores": {}, "status": "started"}

    def put(**more):
        body = json.dumps(card | more)
        return client.put(url, body, content_type="application/json").status_code

    before = present()
    known = {*card, "notes", "feedback", "starred", "tapped_at", "reason"}
    extra = hostile("last", known)
    for name, value in extra.items():
        assert put(**{name: value}) == 422, name
    assert present() == before
    assert put() == 200
    assert present() != before


class Inputs(HTMLParser):
    """What a browser would send of the one form of an admin page."""

    def __init__(self, page):
        super().__init__()
        self.sent, self.select, self.text = {}, "", ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        one = dict(attributes)
        name, kind = one.get("name"), one.get("type", "text")
        match tag:
            case "input" if name and kind not in {"submit", "file", "button"}:
                if kind not in {"checkbox", "radio"} or "checked" in one:
                    self.sent[name] = one.get("value") or "on" * (kind == "checkbox")
            case "select":
                self.select = name
            case "option" if self.select and "selected" in one:
                self.sent[self.select] = one.get("value", "")
            case "textarea" if name:
                self.text = name
                self.sent[name] = ""

    def handle_data(self, data):
        if self.text:
            self.sent[self.text] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.text = ""
        if tag == "select":
            self.select = ""


CHANGEABLE = [
    model for model, window in SCOPED.items() if window.may_change or window.inlines
]


@pytest.mark.parametrize(
    "model", CHANGEABLE, ids=[model._meta.label for model in CHANGEABLE]
)
def test_a_form_of_the_admin_changes_nothing_that_it_does_not_show(
    model, world, hostile, present
):
    client = client_of("organiser", world, world)
    label = model._meta.label_lower.replace(".", "_")
    row = rows_of(model, world).latest("pk")
    url = reverse(f"admin:{label}_change", args=[row.pk])
    page = client.get(url)
    sent = {
        name: value
        for name, value in Inputs(page.content.decode()).sent.items()
        if not name.startswith(("_", "action", "select_")) and "__prefix__" not in name
    }
    context = page.context_data
    shown = set(context["adminform"].form.fields) | set(sent)

    def more(edge):
        taken_over = {
            name: value for name, value in hostile(edge, ()).items() if name[0] != "_"
        }
        extra = {name: value for name, value in taken_over.items() if name not in shown}
        # Likewise for each row of each inline: its columns that the page does not show.
        for inline in context["inline_admin_formsets"]:
            prefix = inline.formset.prefix
            for number, form in enumerate(inline.formset.initial_forms):
                extra |= {
                    f"{prefix}-{number}-{name}": value
                    for name, value in taken_over.items()
                    if name not in form.fields and name != "DELETE"
                }
        assert len(extra) > 250
        return extra

    before = present()
    answer = (302 if SCOPED[model].may_change else 403, before)

    def post(fields):
        text = urlencode(fields, doseq=True)
        return after(lambda: client.post(url, text, content_type=FORM), before)

    assert post(sent) == answer
    for edge in ("first", "last"):
        assert post(sent | more(edge)) == answer


# Where who may see something private does; other pages: see test_matrix.py.
SHOWS = {
    "attendee": [("events:registration", ["event"])],
    "judge": [("judging:card", ["card"])],
}


def pages(role, world):
    """Pages that are not in the table of addresses, and those that show secrets."""
    client = client_of(role, world, world)
    paths = [address(name, words, world) for name, words in SHOWS.get(role, ())]
    paths.append(reverse("account_email"))
    if role in {"organiser", "superuser"}:
        for model in admin.site._registry:
            label = model._meta.label_lower.replace(".", "_")
            shown = rows_of(model, world) if model in SCOPED else model.objects.all()
            paths.append(reverse(f"admin:{label}_changelist"))
            paths += [
                reverse(f"admin:{label}_change", args=[row.pk]) for row in shown[:5]
            ]
    for path in paths:
        answer = client.get(path)
        if answer.streaming:
            yield path, b"".join(answer.streaming_content).decode(errors="replace")
        elif answer.status_code == 200:
            yield path, answer.content.decode()


def test_each_role_reads_its_own_part_only(world):
    with_secrets(world)
    world.users["other"] = build("y").users["organiser"]

    seen = {secret: {} for secret in SECRETS}
    for role in ROLES:
        for path, text in pages(role, world):
            for secret in SECRETS:
                if secret in text:
                    seen[secret].setdefault(role, path)

    assert {secret: set(by) for secret, by in seen.items()} == SECRETS, seen

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from events.models import AuditEntry
from feedback.models import ToolReview
from mentoring.models import Offer
from submissions.actions import import_landscape, merge_tools, unmerge_tool
from submissions.actions.catalogue import (
    AlreadyMerged,
    NothingToMerge,
    NotMerged,
    NotTheSame,
    digest,
)
from submissions.actions.projects import edit_project
from submissions.catalogue import landscape_yml
from submissions.catalogue.landscape_yml import BadLandscape
from submissions.forms import ProjectForm
from submissions.models import Tool, ToolCategory
from tests.factories.accounts import UserFactory
from tests.factories.events import RegistrationFactory
from tests.factories.feedback import (
    ResponseFactory,
    SurveyFactory,
    ToolReviewFactory,
    WishFactory,
)
from tests.factories.recap import HelpRequestFactory, TalkProposalFactory
from tests.factories.submissions import (
    ProjectFactory,
    ToolCategoryFactory,
    ToolFactory,
    ToolUseFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper():
    return UserFactory(is_superuser=True, is_staff=True)


@pytest.fixture
def polars():
    return ToolFactory(name="Polars", slug="polars", aliases="pola.rs")


@pytest.fixture
def double():
    return ToolFactory(
        name="polars-rs",
        slug="polars-rs",
        aliases="Polars\npl",
        homepage="https://pola.rs",
    )


# --- Merging --------------------------------------------------------------------------


def test_merging_moves_uses_and_names(polars, double, keeper):
    use = ToolUseFactory(tool=double, purpose="tables")

    merge_tools(polars, [double], keeper)

    use.refresh_from_db()
    polars.refresh_from_db()
    double.refresh_from_db()
    assert use.tool == polars
    assert polars.alias_list == ["pola.rs", "polars-rs", "pl"]
    assert polars.homepage == "https://pola.rs"
    assert double.current == polars
    assert list(Tool.objects.listed()) == [polars]


def test_a_project_that_named_both_names_one_with_both_purposes(polars, double, keeper):
    project = ProjectFactory()
    ToolUseFactory(project=project, tool=polars, purpose="tables")
    ToolUseFactory(project=project, tool=double, purpose="joins")

    merge_tools(polars, [double], keeper)

    (use,) = project.tool_uses.all()
    assert (use.tool, use.purpose) == (polars, "tables; joins")


def test_whoever_reviewed_both_while_it_is_open_loses_no_word(polars, double, keeper):
    survey = SurveyFactory()
    response = ResponseFactory(survey=survey)
    ToolReviewFactory(
        response=response, tool=polars, again="yes", helped=["docs"], remark="Fast.",
        may_quote=True,
    )  # fmt: skip
    ToolReviewFactory(
        response=response, tool=double, again="no", meets_my_needs=3,
        helped=["fast", "docs"], remark="Odd name.",
    )  # fmt: skip
    other = ToolReviewFactory(response=ResponseFactory(survey=survey), tool=double)
    WishFactory(survey=survey, tool=double, response=response)

    merge_tools(polars, [double], keeper)

    joined = response.reviews.get()
    assert (joined.tool, joined.again, joined.meets_my_needs) == (polars, "yes", 3)
    assert joined.helped == ["docs", "fast"]
    assert joined.remark == "Fast.\n\nOdd name."
    assert not joined.may_quote  # only one of the two texts might be
    assert ToolReview.objects.get(pk=other.pk).tool == polars
    assert survey.wishes.get().tool == polars


def test_reviews_of_closed_surveys_stay_where_they_were_given(polars, double, keeper):
    old = ToolReviewFactory(
        response=None, survey=SurveyFactory(closed_at="2026-01-01T00Z"), tool=double
    )

    merge_tools(polars, [double], keeper)

    assert ToolReview.objects.get(pk=old.pk).tool == double


def test_merging_is_written_down_and_can_be_taken_back(polars, double, keeper):
    project = ProjectFactory()
    ToolUseFactory(project=project, tool=polars, purpose="tables")
    ToolUseFactory(project=project, tool=double, purpose="joins")
    alone = ToolUseFactory(tool=double)
    merge_tools(polars, [double], keeper)

    unmerge_tool(double, keeper)

    for row in (polars, double, alone):
        row.refresh_from_db()
    assert double.merged_into is None
    assert alone.tool == double
    assert {(u.tool, u.purpose) for u in project.tool_uses.all()} == {
        (polars, "tables"),
        (double, "joins"),
    }
    assert polars.alias_list == ["pola.rs"]
    verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["tools.merged", "tools.unmerged"]
    with pytest.raises(NotMerged):
        unmerge_tool(double, keeper)


def test_what_was_merged_before_goes_along(polars, double, keeper):
    third = ToolFactory()
    merge_tools(double, [third], keeper)

    merge_tools(polars, [double], keeper)

    third.refresh_from_db()
    assert third.current == polars
    unmerge_tool(double, keeper)
    third.refresh_from_db()
    assert third.current == double


def test_merging_refuses_what_makes_no_sense(polars, double, keeper):
    with pytest.raises(NothingToMerge):
        merge_tools(polars, [polars], keeper)
    merge_tools(polars, [double], keeper)
    with pytest.raises(AlreadyMerged):
        merge_tools(ToolFactory(), [double], keeper)


def test_a_page_written_meanwhile_names_the_tool_that_stays(polars, double, keeper):
    project = ProjectFactory()
    project.event.series.organisers.add(keeper)
    merge_tools(polars, [double], keeper)

    edit_project(
        project, keeper, tools={double: "late"}, tracks=[], datasets=[], reason="x"
    )

    assert project.tool_uses.get().tool == polars


def test_the_picker_finds_tools_by_their_other_names(polars, double, keeper):
    merge_tools(polars, [double], keeper)
    project = ProjectFactory()

    form = ProjectForm(instance=project, user=keeper)

    (_category, _is_open, (item,)) = form.catalogue[0]
    assert item["tool"] == polars
    for name in ("polars", "pola.rs", "polars-rs", "pl"):
        assert name in item["search"]


def test_keepers_merge_in_the_admin_and_organisers_do_not(
    client, polars, double, keeper
):
    url = f"{reverse('admin:submissions_tool_merge')}?tool={polars.pk}&tool={double.pk}"
    client.force_login(keeper)
    assert "polars-rs" in client.get(url).content.decode()

    client.post(url, {"survivor": polars.pk})

    double.refresh_from_db()
    assert double.current == polars
    page = client.get(reverse("admin:submissions_tool_change", args=[double.pk]))
    assert page.status_code == 200
    host = UserFactory(is_staff=True)
    ProjectFactory().event.series.organisers.add(host)
    client.force_login(host)
    assert client.get(url).status_code == 403


# --- landscape.yml --------------------------------------------------------------------

FILE = b"""\
landscape:
  - category:
    name: Data
    subcategories:
      - subcategory:
        name: Data frames
        items:
          - item:
            name: Pola.rs
            homepage_url: https://pola.rs
            repo_url: https://github.com/pola-rs/polars
            logo: polars.svg
            crunchbase: https://www.crunchbase.com/organization/polars
          - item:
            name: Secret Sauce
            homepage_url: https://sauce.example.org
            license: Not Open Source
"""


def test_a_landscape_is_read_as_its_makers_write_it():
    first, second = landscape_yml.read(FILE).items

    assert (first.category, first.name, first.line) == ("Data frames", "Pola.rs", 8)
    assert first.repository == "https://github.com/pola-rs/polars"
    assert (first.is_open_source, second.is_open_source) == (True, False)


def test_an_import_does_what_was_shown_and_nothing_else(polars, keeper):
    items = landscape_yml.read(FILE).items
    plan = landscape_yml.plan(items)
    assert plan.new_categories == ("Data frames",)
    assert [item.name for item in plan.new_tools] == ["Secret Sauce"]
    assert {change.column for change in plan.changes} == {
        "homepage",
        "repository",
        "is_open_source",
    }

    import_landscape(items, keeper, digest(plan))

    polars.refresh_from_db()
    assert (polars.name, polars.homepage) == ("Polars", "https://pola.rs")
    assert not Tool.objects.get(name="Secret Sauce").is_open_source
    assert not landscape_yml.plan(items)
    with pytest.raises(NotTheSame):
        import_landscape(items, keeper, digest(plan))


def test_what_is_exported_can_be_imported_again(polars):
    tool = ToolFactory(
        name="=x: [y]", homepage="https://x.org", repository="https://y.org/r",
        is_open_source=True, description="Yes: it's \"quoted\" #1",
    )  # fmt: skip
    rooms = [
        (category, category.tools.all()) for category in ToolCategory.objects.all()
    ]

    items = landscape_yml.read(landscape_yml.dump(rooms).encode()).items

    assert {item.name for item in items} == {"Polars", "=x: [y]"}
    assert not landscape_yml.plan(items)
    (again,) = [item for item in items if item.name == tool.name]
    assert again.description == tool.description


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "empty"),
        ("landscape: 5", 1, "list"),
        ("a: 1", 1, "landscape:"),
        ("landscape:\n  - name: A\n    name: B", 3, "twice"),
        ("landscape:\n - name: A\n   subcategories: x", 3, "list"),
        ("landscape:\n - [1]", 2, "name: value"),
        ("landscape: &a\n - name: A\n - *a", 3, "aliases"),
        ("landscape:\n\t- x", 2, ""),
        ("landscape: " + "[" * 40 + "]" * 40, 1, "nested"),
        ("landscape: !!python/object/apply:os.system ['id']", 1, "name: value"),
        ("a: \x01", 1, ""),
    ],
)
def test_faults_are_named_with_their_line(text, line, words):
    with pytest.raises(BadLandscape) as caught:
        landscape_yml.read(text.encode())

    assert caught.value.faults[0][0] == line
    assert words in str(caught.value)


LIKE_THEIRS = """
landscape:
  - category:
    name: Data
    subcategories:
      - subcategory:
        name: Data frames
        items:
          - item:
            name: Floe
            homepage_url: https://https://floe.example
            description: >-
              WORDS
          - item:
            name: floe
            second_path: ["Data / Streams"]
          - {item: null, name: LONG}
          - {item: null, name: "a\\u200bb\\u202e"}
  - category:
    name: Members
    subcategories:
      - {subcategory: null, name: Gold, items: [{item: null, name: "Floe, Inc.",
         homepage_url: "https://floe.example", license: NotOpenSource}]}
""".replace("WORDS", "word " * 60).replace("LONG", "x" * 90)


def test_a_field_that_does_not_fit_costs_itself_and_is_named():
    landscape = landscape_yml.read(LIKE_THEIRS.encode())

    first, second, third, *_more = landscape.items
    assert (first.name, first.homepage) == ("Floe", "")
    assert first.description.endswith("…")
    assert len(first.description) <= 200
    assert second.name == "floe"
    assert len(third.name) == 80
    said = landscape_yml.with_lines(landscape.notes)
    for line, words in (
        (11, "homepage_url"),
        (12, "description” is cut to 200"),
        (17, "name” is cut to 80"),
    ):
        assert any(f"Line {line}: " in note and words in note for note in said), line
    assert landscape.groups == {"Data": len(landscape.items) - 1, "Members": 1}
    assert [item.name for item in landscape.only(["Members"]).items] == ["Floe, Inc."]


def test_a_file_as_large_as_the_largest_of_theirs_is_read():
    """The CNCF's has 2,413 items in 1.1 MB."""
    item = """
              - item:
                name: Tool {}
                homepage_url: https://t{}.example
                description: {}
                extra: {{summary: {}}}"""
    many = "".join(item.format(n, n, "words " * 40, "more " * 40) for n in range(2413))
    text = (
        "landscape:\n  - category:\n    name: A\n    subcategories:\n"
        f"          - subcategory:\n            name: B\n            items:{many}"
    )
    assert len(text) > 1_131_486

    landscape = landscape_yml.read(text.encode())

    assert len(landscape.items) == len(landscape.notes) == 2413


def test_a_billion_laughs_are_not_heard():
    bomb = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
        b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9))
        for c in range(ord("b"), ord("j"))
    )

    with pytest.raises(BadLandscape, match="aliases"):
        landscape_yml.read(bomb)


def test_too_large_a_file_is_refused_unread():
    with pytest.raises(BadLandscape, match="megabyte"):
        landscape_yml.read(b"#" * (landscape_yml.MOST_BYTES + 1))
    with pytest.raises(BadLandscape, match="UTF-8"):
        landscape_yml.read(b"landscape:\n\xff")
    many = b"".join(
        b"     - name: T%d\n" % n for n in range(landscape_yml.MOST_ITEMS + 1)
    )
    head = b"landscape:\n- name: A\n  subcategories:\n  - name: B\n    items:\n"
    with pytest.raises(BadLandscape, match="3,000"):
        landscape_yml.read(head + many)


def test_keepers_import_after_a_preview(client, keeper):
    ToolCategoryFactory(name="Data frames", slug="data-frames")
    url = reverse("admin:submissions_tool_changelist") + "import/"
    client.force_login(keeper)

    shown = client.post(url, {"file": SimpleUploadedFile("l.yml", FILE)})
    assert "Secret Sauce" in shown.content.decode()
    assert Tool.objects.count() == 0
    sent = {
        "text": shown.context["text"],
        "seen": shown.context["seen"],
        "group": list(shown.context["groups"]),
        "import": "yes",
    }
    changed_mind = client.post(url, {**sent, "group": []})
    assert "changed since you looked" in changed_mind.content.decode()
    again = client.post(url, {"text": sent["text"], "group": []})
    assert not again.context["plan"]
    assert Tool.objects.count() == 0
    client.post(url, sent)

    assert Tool.objects.count() == 2
    bad = client.post(url, {"file": SimpleUploadedFile("l.yml", b"a: 1")})
    assert "Line 1" in bad.content.decode()
    old = client.post(url, sent)
    assert "changed since you looked" in old.content.decode()
    host = UserFactory(is_staff=True)
    ProjectFactory().event.series.organisers.add(host)
    client.force_login(host)
    assert (
        client.post(url, {"file": SimpleUploadedFile("l.yml", FILE)}).status_code == 403
    )


def test_help_mentors_and_talks_follow_to_the_tool_that_stays(polars, double, keeper):
    asked = HelpRequestFactory(tool=double)
    mentor = RegistrationFactory(event=asked.event, role="mentor")
    offer = Offer.objects.create(registration=mentor)
    offer.tools.set([polars, double])
    talk = TalkProposalFactory(tool=double)
    both = [
        TalkProposalFactory(event=talk.event, user=keeper, tool=tool)
        for tool in (polars, double)
    ]

    merge_tools(polars, [double], keeper)

    for row in (asked, talk, *both):
        row.refresh_from_db()
    assert asked.tool == talk.tool == polars
    assert [*offer.tools.all()] == [polars]
    assert [one.tool for one in both] == [polars, None]

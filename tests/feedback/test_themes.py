import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from events.models import AuditEntry
from feedback.actions import themes
from feedback.landscape.remarks import Remark, group, tf_idf
from feedback.landscape.themes import remarks_of, themes_of
from feedback.models import RemarkTheme
from tests.factories.accounts import UserFactory
from tests.factories.events import SeriesOrganiserFactory
from tests.factories.feedback import ResponseFactory, SurveyFactory, ToolReviewFactory
from tests.factories.submissions import ToolFactory

SAID = {
    "docs": [
        "The documentation was out of date",
        "documentation outdated and confusing",
        "Die Dokumentation war veraltet",
    ],
    "install": [
        "Installing CUDA took half the day",
        "Installation on Mac failed, CUDA missing",
        "Took us two hours to install it with CUDA",
    ],
    "limits": [
        "Rate limits hit us at noon",
        "We hit the rate limit again and again",
        "API rate limits are too low for a hackathon",
    ],
}


def as_remarks(texts):
    return [Remark(f"day-{n}", text) for n, text in enumerate(texts)]


def test_similar_remarks_meet():
    remarks = as_remarks(
        [*(text for texts in SAID.values() for text in texts), "Pizza!"]
    )

    found = group(remarks)

    assert {frozenset(r.text for r in g.remarks) for g in found[:3]} == {
        frozenset(texts) for texts in SAID.values()
    }
    assert [r.text for r in found[3].remarks] == ["Pizza!"]
    assert "cuda" in " ".join(g.name for g in found)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(max_size=40), max_size=12), st.randoms())
def test_the_same_remarks_give_the_same_groups(texts, chance):
    remarks = as_remarks(texts)

    ours = group(remarks)
    chance.shuffle(remarks)

    assert group(remarks) == ours
    assert sorted(r.key for g in ours for r in g.remarks) == sorted(
        r.key for r in remarks
    )


def test_weights_are_tf_idf():
    """Rows of length 1; of two words, the one that fewer remarks have weighs more."""
    matrix, meaning = tf_idf(["slow docs", "slow", "slow api"])

    assert (matrix * matrix).sum(axis=1) == pytest.approx([1, 1, 1])
    first = matrix.toarray()[0]
    assert first[meaning.index("docs")] > first[meaning.index("slow")] > 0


@pytest.fixture
def survey(db):
    """Closed; nine people have said something about the day, two of a rare tool."""
    survey = SurveyFactory(closed_at=timezone.now())
    for texts in SAID.values():
        for text in texts:
            ResponseFactory(survey=survey, invitation=None, what_to_change=text)
    rare = ToolFactory()
    for _person in range(2):
        ToolReviewFactory(survey=survey, response=None, tool=rare, remark="Canary!")
    return survey


@pytest.fixture
def host(survey):
    return SeriesOrganiserFactory(series=survey.event.series).user


def named(survey, word):
    return next(
        g for g in themes_of(survey) if word in g.name or word in str(g.remarks)
    )


def test_what_few_could_have_written_is_in_no_theme(survey):
    assert len(remarks_of(survey)) == 9
    assert "Canary" not in str(themes_of(survey))
    survey.k = 10
    assert themes_of(survey) == []


def test_there_are_no_themes_before_the_survey_is_closed(survey, host):
    survey.closed_at = None
    survey.save()

    assert themes_of(survey) == []
    with pytest.raises(themes.NotClosedYet):
        themes.rename_theme(survey.event, host, "group-x", "Docs")


def test_what_an_organiser_touches_survives_another_run(survey, host):
    docs, install = named(survey, "documentation"), named(survey, "CUDA")

    themes.rename_theme(survey.event, host, docs.key, "Better docs")
    themes.pin_theme(survey.event, host, install.key, pinned=True)
    ResponseFactory(survey=survey, invitation=None, what_to_change="documentation old")

    first, second, *rest = themes_of(survey)
    assert (first.is_pinned, len(first.remarks)) == (True, 3)
    assert (second.name, second.remarks) == ("Better docs", docs.remarks)
    assert sum(len(found.remarks) for found in rest) == 4
    themes.pin_theme(survey.event, host, first.key, pinned=False)
    assert not any(found.is_pinned for found in themes_of(survey))


def test_merged_themes_have_everybodys_remarks_and_can_be_let_go(survey, host):
    docs, limits = named(survey, "documentation"), named(survey, "Rate")
    kept = themes.rename_theme(survey.event, host, limits.key, "Limits")

    themes.merge_themes(survey.event, host, [docs.key, f"theme-{kept.pk}"])

    (theme,) = RemarkTheme.objects.all()
    assert (theme.name, len(theme.remarks)) == (docs.name, 6)
    themes.release_theme(survey.event, host, f"theme-{theme.pk}")
    assert len(themes_of(survey)) == 3
    assert [found.pk for found in themes_of(survey)] == [None] * 3
    verbs = AuditEntry.objects.filter(event=survey.event).values_list("verb", flat=True)
    assert "feedback.themes_merged" in verbs


def test_refusals(survey, host):
    docs, limits = named(survey, "documentation"), named(survey, "Rate")
    themes.rename_theme(survey.event, host, docs.key, "Docs")

    with pytest.raises(themes.ThemesHaveChanged):
        themes.rename_theme(survey.event, host, docs.key, "Again")
    with pytest.raises(themes.NameIsTaken):
        themes.rename_theme(survey.event, host, limits.key, "Docs")
    with pytest.raises(themes.NoName):
        themes.rename_theme(survey.event, host, limits.key, " ")
    with pytest.raises(themes.NothingToMerge):
        themes.merge_themes(survey.event, host, [limits.key, limits.key])


def test_organisers_work_on_the_page(client, survey, host):
    client.force_login(host)
    page = reverse("feedback:themes", args=[survey.event.slug])
    docs, limits = named(survey, "documentation"), named(survey, "Rate")

    def press(verb, **data):
        url = reverse(f"feedback:theme_{verb}", args=[survey.event.slug])
        return client.post(url, data, follow=True).content.decode()

    assert "Die Dokumentation war veraltet" in client.get(page).content.decode()
    assert "Better docs" in press("rename", theme=docs.key, name="Better docs")
    theme = RemarkTheme.objects.get()
    assert "Pinned" in press("pin", theme=f"theme-{theme.pk}", pinned="yes")
    assert "The pin is off" in press("pin", theme=f"theme-{theme.pk}", pinned="no")
    assert "one theme now" in press("merge", theme=[f"theme-{theme.pk}", limits.key])
    assert "anew" in press("release", theme=f"theme-{theme.pk}")
    assert "look again" in press("pin")
    assert "cannot be stored" in press("rename", theme=docs.key, name="a\x00b")
    client.force_login(UserFactory())
    assert client.get(page).status_code == 403


def test_themes_of_one_event_are_not_found_at_another(survey, host):
    docs = named(survey, "documentation")
    theme = themes.rename_theme(survey.event, host, docs.key, "Docs")
    elsewhere = SurveyFactory(closed_at=timezone.now())

    with pytest.raises(themes.ThemesHaveChanged):
        themes.rename_theme(elsewhere.event, host, f"theme-{theme.pk}", "Mine")

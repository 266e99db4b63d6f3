"""Questions of the organisers: how they are asked, kept, settled and told."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from events import planning
from events.models import AuditEntry
from feedback import actions
from feedback.models import Answer, Question, Response, Survey
from feedback.ready_made import ready_made
from feedback.results import question_results
from submissions.catalogue import load
from submissions.models import ToolCategory
from tests.bad_input.forms import forms_of
from tests.factories.events import EventFactory
from tests.factories.feedback import AnswerFactory, QuestionFactory, SurveyFactory
from tests.factories.submissions import ToolFactory, ToolUseFactory

pytestmark = pytest.mark.django_db
Kind = Question.Kind


def ask(survey, **fields):
    return QuestionFactory(survey=survey, **fields)


def at(invitation, page, *args):
    return reverse(f"feedback:survey_{page}", args=[invitation.token, *args])


# --- The default ----------------------------------------------------------------------


def test_a_new_event_asks_sensible_things_without_any_work(organiser, event):
    load()
    planning.hooks.event_created.tell(event)

    survey = Survey.objects.get(event=event)
    about = {q.category.slug if q.category else "" for q in survey.questions.all()}
    known = set(ToolCategory.objects.values_list("slug", flat=True))
    assert about <= known | {""}
    assert survey.questions.count() == len(ready_made())
    assert survey.asks_wishes
    for question in survey.questions.all():
        question.full_clean()


def test_where_a_category_is_unknown_its_questions_are_left_out(event):
    survey = actions.prepare_survey(event)

    assert {question.category for question in survey.questions.all()} == {None}
    assert actions.prepare_survey(event) == survey
    assert survey.questions.count() == 1


def test_a_copied_event_takes_the_questions_and_no_answers(event, organiser):
    survey = SurveyFactory(event=event, asks_wishes=False)
    kept = ask(survey, text="Kept?", kind=Kind.YES_NO)
    ask(survey, text="Dropped?", is_asked=False)
    AnswerFactory(question=kept, value="yes")

    copy = planning.copy_event(event, organiser, name="Again", starts_at=timezone.now())

    new = copy.survey
    assert (new.opened_at, new.asks_wishes) == (None, False)
    assert [(q.text, q.kind) for q in new.questions.all()] == [("Kept?", "yes-no")]
    assert not new.answers.exists()


def test_a_copy_of_an_event_without_a_survey_asks_the_usual(event, organiser):
    copy = planning.copy_event(event, organiser, name="Again", starts_at=timezone.now())

    assert copy.survey.questions.count() == 1


# --- Wording --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": Kind.CHOICE, "choices": "only one"},
        {"kind": Kind.CHOICE, "choices": "\n".join("abcdefghi")},
        {"kind": Kind.CHOICE, "choices": f"a\n{'b' * 81}"},
        {"kind": Kind.YES_NO, "choices": "a\nb"},
        {"text": ""},
        {"text": "x" * 161},
    ],
    ids=["one choice", "nine", "long", "choices of none", "no words", "many words"],
)
def test_questions_that_cannot_be_answered_are_refused(survey, wrong):
    with pytest.raises(ValidationError):
        QuestionFactory.build(survey=survey, **wrong).full_clean()


def test_a_question_is_about_a_tool_or_a_category(survey, polars):
    wrong = {"tool": polars, "category": polars.category}
    with pytest.raises(ValidationError):
        Question(survey=survey, text="x", **wrong).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        ask(survey, **wrong)


@pytest.mark.parametrize(
    ("kind", "good", "wrong"),
    [
        (Kind.AGREEMENT, ["1", "7"], ["0", "8", "five", "٣"]),
        (Kind.YES_NO, ["yes", "no"], ["maybe", "Yes"]),
        (Kind.CHOICE, ["Red", "Blue wine"], ["red", "Green"]),
        (Kind.TEXT, ["Anything", "x" * 500], ["x" * 501]),
    ],
)
def test_each_kind_takes_its_own_answers(kind, good, wrong):
    question = Question(kind=kind, choices=" Red\nBlue wine\n\nRed")

    assert all(question.accepts(value) for value in good)
    assert not any(question.accepts(value) for value in wrong)
    assert question.options == ["Red", "Blue wine"]


# --- Answering ------------------------------------------------------------------------


@pytest.fixture
def questions(survey, polars):
    return {
        "event": ask(survey, text="Was it loud?"),
        "tool": ask(survey, text="Missed?", kind=Kind.TEXT, tool=polars),
        "category": ask(survey, kind=Kind.YES_NO, category=polars.category),
        "choice": ask(survey, kind=Kind.CHOICE, choices="A\nB", tool=polars),
    }


def test_each_is_asked_where_it_belongs(client, invitation, project, questions):
    sibling = ToolUseFactory(
        project=project, tool__category=questions["category"].category
    ).tool
    stranger = ToolUseFactory(project=project).tool

    def asked(page, *args):
        form = client.get(at(invitation, page, *args)).context["form"]
        return set(form.questions.values())

    assert asked("event") == {questions["event"]}
    assert asked("tool", "polars") == {
        questions["tool"], questions["category"], questions["choice"]
    }  # fmt: skip
    assert asked("tool", sibling.slug) == {questions["category"]}
    assert asked("tool", stranger.slug) == set()


def test_answers_are_kept_changed_and_taken_back(client, invitation, polars, questions):
    url = at(invitation, "tool", "polars")
    names = {key: q.field_name for key, q in questions.items()}

    client.post(url, {names["tool"]: " A plot.\r\n", names["choice"]: "B"})
    client.post(url, {names["tool"]: "A plot.", names["choice"]: "A"})
    client.post(at(invitation, "event"), {names["event"]: "7"})

    said = {(a.question, a.tool): a.value for a in Answer.objects.all()}
    assert said == {
        (questions["tool"], polars): "A plot.",
        (questions["choice"], polars): "A",
        (questions["event"], None): "7",
    }
    again = client.get(url).context["form"]
    assert again[names["tool"]].value() == "A plot."
    start = client.get(reverse("feedback:survey", args=[invitation.token]))
    assert start.content.decode().count("answered</span>") == 2

    client.post(url, {names["tool"]: "", names["choice"]: ""})
    client.post(at(invitation, "event"), {names["event"]: ""})
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"event": "8"}, {"event": "x"}, {"event": ["1", "x"]}],
    ids=["eight", "letters", "two"],
)
def test_b144_answers_off_the_scale_are_refused(client, invitation, questions, wrong):
    sent = {questions[key].field_name: value for key, value in wrong.items()}

    assert client.post(at(invitation, "event"), sent).status_code == 422
    assert not Response.objects.exists()


def test_b144_questions_of_others_are_refused(client, invitation, polars, questions):
    foreign = QuestionFactory()
    unasked = ask(invitation.survey, is_asked=False)
    url = at(invitation, "event")

    for question in (foreign, unasked, questions["tool"]):
        answer = client.post(url, {question.field_name: "5"})
        assert answer.status_code == 422
        with pytest.raises(actions.UnknownQuestion):
            actions.save_answers(invitation, {"answers": {(question.pk, ""): "5"}})
    with pytest.raises(actions.UnknownQuestion):  # of another tool of theirs
        actions.save_answers(
            invitation, {"answers": {(questions["event"].pk, "polars"): "5"}}
        )
    with pytest.raises(actions.NotYourTool):
        actions.save_answers(
            invitation,
            {"answers": {(questions["category"].pk, ToolFactory().slug): "yes"}},
        )
    assert not Response.objects.exists()


# --- Settled when it opens ------------------------------------------------------------


def builder(survey):
    return reverse("admin:feedback_survey_change", args=[survey.pk])


def page_of(client, survey):
    """The builder's form as a browser would send it back."""
    url = builder(survey)
    html = client.get(url).content.decode()
    form = next(
        f for f in forms_of(url, html) if "questions-TOTAL_FORMS" in dict(f.values)
    )
    return {n: v for n, v in form.values if v is not None}


def test_organisers_build_it_in_the_admin_and_it_is_logged(sign_in, organiser, event):
    survey = SurveyFactory(event=event, opened_at=None)
    question = ask(survey, text="Was it loud?")
    gone = ask(survey, text="Was it late?")
    client = sign_in(organiser)
    sent = page_of(client, survey)
    sent |= {
        "questions-0-text": "Was it too loud?",
        "questions-1-DELETE": "on",
        "questions-TOTAL_FORMS": "3",
        "questions-2-text": "Rooms?",
        "questions-2-kind": "choice",
        "questions-2-choices": "Small\nLarge",
        "questions-2-order": "1",
        "questions-2-is_asked": "on",
    }

    answer = client.post(builder(survey), sent)

    assert answer.status_code == 302
    assert sorted(survey.questions.values_list("text", flat=True)) == [
        "Rooms?", "Was it too loud?"
    ]  # fmt: skip
    sent = page_of(client, survey)
    sent.pop("asks_wishes")
    assert client.post(builder(survey), sent).status_code == 302
    survey.refresh_from_db()
    assert not survey.asks_wishes
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", "target")
    assert list(verbs) == [
        ("feedback.question_added", "Rooms?"),
        ("feedback.question_changed", "Was it too loud?"),
        ("feedback.question_dropped", "Was it late?"),
        ("feedback.survey_changed", str(event)),
    ]
    assert question.pk != gone.pk


def test_the_list_of_surveys_tells_how_many_answered(sign_in, organiser, invitation):
    actions.finish_survey(invitation)
    client = sign_in(organiser)

    page = client.get(reverse("admin:feedback_survey_changelist")).content.decode()
    follow = reverse("admin:feedback_survey_follow", args=[invitation.survey_id])

    assert "1 / 1" in page
    progress = reverse("feedback:progress", args=[invitation.survey.event.slug])
    assert client.get(follow).url == progress


def test_an_open_survey_keeps_its_words(sign_in, organiser, event):
    survey = SurveyFactory(event=event, opened_at=None)
    question = ask(survey, text="Was it loud?")
    client = sign_in(organiser)
    stale = page_of(client, survey)
    survey.opened_at = timezone.now()
    survey.save()
    AnswerFactory(question=question, value="5")

    answer = client.post(builder(survey), stale | {"questions-0-text": "Was it calm?"})

    assert answer.status_code != 302
    assert "opened meanwhile" in answer.content.decode()
    question.refresh_from_db()
    assert question.text == "Was it loud?"
    page = client.get(builder(survey)).content.decode()
    assert "stay as people read them" in page

    # It may be asked no longer; what was said is kept.
    fresh = page_of(client, survey)
    fresh.pop("questions-0-is_asked")
    assert client.post(builder(survey), fresh).status_code == 302
    question.refresh_from_db()
    assert (question.text, question.is_asked) == ("Was it loud?", False)
    assert Answer.objects.get().question == question


def test_an_open_survey_drops_no_question_and_a_closed_one_changes_in_nothing(
    sign_in, organiser, event
):
    survey = SurveyFactory(event=event, opened_at=None)
    ask(survey)
    client = sign_in(organiser)
    stale = page_of(client, survey) | {"questions-0-DELETE": "on"}
    survey.opened_at = timezone.now()
    survey.save()

    client.post(builder(survey), stale)
    assert survey.questions.count() == 1

    survey.closed_at = timezone.now()
    survey.save()
    assert client.post(builder(survey), stale).status_code == 403


def test_a_survey_stays_short(sign_in, organiser, event, polars):
    survey = SurveyFactory(event=event, opened_at=None)
    for _question in range(5):
        ask(survey)
    client = sign_in(organiser)
    sent = page_of(client, survey) | {
        "questions-TOTAL_FORMS": "6",
        "questions-5-text": "One more?",
        "questions-5-kind": "agreement",
        "questions-5-order": "0",
        "questions-5-is_asked": "on",
    }

    assert "too many questions" in client.post(builder(survey), sent).content.decode()

    about_a_tool = sent | {"questions-5-tool": str(polars.pk)}
    assert client.post(builder(survey), about_a_tool).status_code == 302


# --- What they said -------------------------------------------------------------------


def closed(**fields):
    return SurveyFactory(closed_at=timezone.now(), **fields)


def answered(question, *values, tool=None):
    for value in values:
        AnswerFactory(question=question, value=value, tool=tool)


def test_results_by_kind(polars):
    survey = closed()
    mark = ask(survey, order=1)
    loud = ask(survey, order=2, kind=Kind.YES_NO)
    which = ask(survey, order=3, kind=Kind.CHOICE, choices="A\nB\nC")
    words = ask(survey, order=4, kind=Kind.TEXT)
    answered(mark, *"1234567")
    answered(loud, "yes", "yes", "yes", "no", "no")
    answered(which, *["A"] * 6, *["B"] * 3, *["C"] * 2)
    answered(words, *"abcde")

    results = {result.question: result for result in question_results(survey)}

    assert results[mark].mean.value == 4
    assert 1 <= results[mark].mean.low < 4 < results[mark].mean.high <= 7
    assert (results[loud].yes.value, results[loud].n) == (0.6, 5)
    assert results[which].counts == (("A", 6), ("Other answers", 5))
    assert results[words].texts == tuple("abcde")


def test_under_k_nothing_is_told_and_each_tool_stands_for_itself(polars):
    survey = closed()
    other = ToolFactory(category=polars.category)
    question = ask(survey, kind=Kind.YES_NO, category=polars.category)
    answered(question, *["yes"] * 5, tool=polars)
    answered(question, *["no"] * 4, tool=other)
    few = ask(survey, kind=Kind.TEXT)
    answered(few, *"abcd")

    (result,) = question_results(survey)

    assert (result.tool, result.n, result.yes.value) == (polars, 5, 1)


def test_a_raised_k_counts_and_is_kept(event, survey, end_window):
    question = ask(survey)
    answered(question, *"12345")
    event.privacy_k = 6
    event.save()
    actions.close_survey(end_window(event))

    survey.refresh_from_db()
    assert (survey.k, question_results(survey)) == (6, [])
    # Lowering it later would show groups whose difference is smaller.
    event.privacy_k = 5
    event.save()
    assert question_results(Survey.objects.get()) == []


def test_a_k_that_is_raised_later_hides_whole_groups_and_regroups_none(polars):
    survey = closed()
    question = ask(survey, kind=Kind.YES_NO)
    answered(question, *["yes"] * 6)
    event = survey.event

    shown = []
    for k in (5, 6, 7, 5):
        event.privacy_k = k
        event.save()
        shown.append(len(question_results(Survey.objects.get())))

    assert shown == [1, 1, 0, 1]


def test_an_open_survey_tells_nothing(survey):
    answered(ask(survey), *"1234567")

    assert question_results(survey) == []


def test_the_organisers_page_shows_them(sign_in, organiser, event, polars):
    survey = SurveyFactory(event=event, closed_at=timezone.now())
    kinds = {
        Kind.AGREEMENT: "5", Kind.YES_NO: "yes", Kind.CHOICE: "<b>A</b>",
        Kind.TEXT: "<i>text</i>",
    }  # fmt: skip
    for kind, value in kinds.items():
        question = ask(survey, text=f"Of {kind}?", kind=kind, choices="")
        answered(question, *[value] * 5, tool=polars)

    page = sign_in(organiser).get(reverse("feedback:progress", args=[event.slug]))

    text = page.content.decode()
    assert all(f"Of {kind}?" in text for kind in kinds)
    assert "&lt;b&gt;A&lt;/b&gt;" in text
    assert text.count("&lt;i&gt;text") == 5


def test_the_preview_shows_every_question_and_sends_nothing(
    sign_in, organiser, event, questions
):
    ask(questions["event"].survey, text="Not any more?", is_asked=False)

    page = sign_in(organiser).get(reverse("feedback:preview", args=[event.slug]))

    html = page.content.decode()
    assert all(question.text in html for question in questions.values())
    assert "Not any more?" not in html
    assert "Polars" in html
    assert "<fieldset disabled>" in html
    assert (
        'type="submit"' not in html.split("<fieldset disabled>")[1].split("</form>")[0]
    )


def test_an_event_is_not_deleted_with_its_answers(db):
    event = EventFactory()
    survey = SurveyFactory(event=event)
    answered(ask(survey), "5")

    with pytest.raises(ProtectedError):
        event.delete()

    assert Answer.objects.exists()
    assert Question.objects.exists()

"""The recap: written, edited, written again, and only then read by everybody."""

import io
import json
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from markdown_it import MarkdownIt
from PIL import Image

from core.markdown import render
from judging.models import Award, PublishedResult, Reveal
from recap import actions, facts, tasks
from recap.actions.recaps import MenloWroteThis, NoLongerThere, NothingIsWritten
from recap.models import Block, Recap
from recap.newsletter import markdown_of
from recap.normal import normal
from recap.printing import content_of, recap_pdf
from recap.reading import parts
from recap.writing import plain
from tests.factories.events import EventFactory, RegistrationFactory
from tests.factories.feedback import SurveyFactory
from tests.factories.recap import HelpRequestFactory
from tests.factories.submissions import (
    DatasetFactory,
    ProjectFactory,
    ToolFactory,
    ToolUseFactory,
)
from tests.recap.conftest import PIXEL, review, snapshot


@pytest.fixture
def recap(over):
    return actions.make_recap(over.event, over.organiser)


def page(recap, user=None):
    client = Client()
    if user:
        client.force_login(user)
    return client.get(recap.get_absolute_url())


def all_shapes(recap):
    """What leaves the house: the page, the newsletter, all words of the PDF."""
    return "\n".join(
        [
            page(recap).content.decode(),
            markdown_of(recap),
            json.dumps(content_of(recap, {}), ensure_ascii=False),
        ]
    )


def test_it_tells_the_day_in_the_order_of_a_newsletter(over, recap):
    for project in over.projects[:2]:
        HelpRequestFactory(team=project.team, tool=over.tool, status="waiting")
    recap = actions.make_recap(over.event, over.organiser)

    kinds = [block.kind for block in recap.blocks.all()]

    assert list(dict.fromkeys(kinds)) == [
        "numbers", "winners", "project", "landscape", "tools", "help", "lesson",
        "thanks",
    ]  # fmt: skip
    texts = {block.key: block.text for block in recap.blocks.all()}
    assert "**6** came" in texts["numbers"]
    assert "**3** teams" in texts["numbers"]
    assert "**1** dataset" in texts["numbers"]
    assert "**Best in show**: [Project 1]" in texts["winners"]
    assert "**DuckDB**: 3 teams, score 7" in texts["tools"]
    assert "“Quoted 0”" in texts["tools"]
    assert "DuckDB: 2 times" in texts["help"]


def test_each_team_is_told_with_its_data_its_idea_and_its_picture(over, recap):
    actions.publish_recap(over.event, over.organiser)

    text = page(recap).content.decode()

    for words in (
        "Team 0",
        "Open wheat",
        "Wheat and wages",
        "A scatter plot",
        "DuckDB",
    ):
        assert words in text
    assert text.count("<h2>What was built</h2>") == 1
    assert 'id="room-' in text


def test_nothing_is_written_before_the_event_is_over(event, organiser):
    with pytest.raises(actions.NotOver):
        actions.make_recap(event, organiser)
    with pytest.raises(NothingIsWritten):
        actions.publish_recap(event, organiser)


def test_writing_again_renews_texts_and_keeps_what_people_made_of_them(over, recap):
    first, second = recap.blocks.filter(kind="project")[:2]
    actions.edit_block(first, over.organiser, title="Mine", text="My words")
    actions.show_block(second, over.organiser, show=False)
    actions.move_block(recap.blocks.get(kind="thanks"), over.organiser, up=True)
    own = actions.add_block(recap, over.organiser, title="Hello", text="From us")
    order = list(recap.blocks.values_list("key", flat=True))
    over.projects[0].tagline = "Another tagline"
    over.projects[0].save()

    actions.make_recap(over.event, over.organiser)

    assert list(recap.blocks.values_list("key", flat=True)) == order
    assert order[0] == own.key
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.shown_title, first.shown_text) == ("Mine", "My words")
    assert "Another tagline" in first.text
    assert first.has_moved_on
    assert second.is_hidden


def test_saving_an_edit_says_that_the_new_text_was_seen(over, recap):
    block = recap.blocks.get(kind="numbers")
    actions.edit_block(block, over.organiser, title="Numbers", text="Many came")
    RegistrationFactory(event=over.event, status="confirmed")
    actions.make_recap(over.event, over.organiser)
    block.refresh_from_db()
    assert block.has_moved_on
    client = Client()
    client.force_login(over.organiser)
    url = reverse("recap:block_edit", args=[over.event.slug, block.pk])
    form = client.get(url)
    assert "What Menlo would write now" in form.content.decode()

    client.post(
        url,
        {
            "edited_title": "Numbers",
            "edited_text": "Even more came",
            "as_read": form.context["form"].as_read(),
        },
    )

    block.refresh_from_db()
    assert block.shown_text == "Even more came"
    assert not block.has_moved_on


def test_an_edit_can_be_taken_back(over, recap):
    block = recap.blocks.get(kind="numbers")
    was = block.text
    actions.edit_block(block, over.organiser, title="x", text="y")

    actions.revert_block(block, over.organiser)

    block.refresh_from_db()
    assert block.shown_text == was


def test_own_words_can_be_removed_and_others_only_hidden(over, recap):
    own = actions.add_block(recap, over.organiser, title="Hello", text="")
    again = actions.add_block(recap, over.organiser, title="Before", text="")
    assert [b.pk for b in recap.blocks.all()[:2]] == [again.pk, own.pk]

    actions.remove_block(own, over.organiser)

    assert not recap.blocks.filter(pk=own.pk).exists()
    with pytest.raises(MenloWroteThis):
        actions.remove_block(recap.blocks.get(kind="thanks"), over.organiser)


def test_only_organisers_see_it_until_it_is_published(over, recap):
    person = over.people[0]
    assert page(recap).status_code == 404
    assert page(recap, person).status_code == 404
    assert page(recap, over.organiser).status_code == 200

    actions.publish_recap(over.event, over.organiser)
    assert page(recap).status_code == 200

    actions.withdraw_recap(over.event, over.organiser)
    assert page(recap).status_code == 404
    for name in ("markdown", "pdf"):
        url = reverse(f"recap:{name}", args=[over.event.slug])
        assert Client().get(url).status_code == 404


def test_an_unpublished_event_has_no_public_recap(over, recap):
    actions.publish_recap(over.event, over.organiser)
    over.event.is_published = False
    over.event.save()

    assert page(recap).status_code == 404


def test_nothing_private_or_unpublished_slips_in(over):
    """Secrets are planted wherever a row has room for them."""
    event, project = over.event, over.projects[0]
    open_team = project.team
    plant = {
        "draft": ProjectFactory(
            team__event=event, title="SECRET draft", story="SECRET draft story"
        ),
        "withdrawn": ProjectFactory(
            team__event=event,
            title="SECRET withdrawn",
            lessons_learned="SECRET lesson",
            status="withdrawn",
        ),
    }
    for sensitivity in ("team",):
        secret = DatasetFactory(
            team=open_team, title="SECRET data", sensitivity=sensitivity
        )
        project.datasets.add(secret)
    shown = DatasetFactory(
        team=open_team,
        title="For people of the event",
        description="SECRET description",
        known_faults="SECRET faults",
        sensitivity="event",
    )
    project.datasets.add(shown)
    open_team.ideas.create(
        event=event, title="SECRET idea", pitch="SECRET", is_withdrawn=True
    )
    PublishedResult.objects.all()  # stays; what follows was never published
    other = event.prizes.create(name="SECRET prize")
    other_award = plant["draft"]
    event.prizes.create(name="SECRET unawarded")
    Award.objects.create(prize=other, project=other_award)
    card = over.judge.scorecards.get()
    card.notes, card.feedback = "SECRET notes", "SECRET feedback"
    card.save()
    review(over.survey, over.tool, 0, remark="SECRET unquoted", may_quote=False)
    few = type(over.tool).objects.create(
        category=over.tool.category, name="Rare tool", slug="rare"
    )
    for number in range(4):  # one fewer than k
        review(over.survey, few, number, remark="SECRET of few", may_quote=True)
    over.survey.responses.create(what_to_change="SECRET wish", come_again=1)
    RegistrationFactory(
        event=event,
        status="declined",
        user__display_name="SECRET declined",
        answers={"1": "SECRET answer"},
        pitch="SECRET pitch",
    )
    RegistrationFactory(
        event=event,
        status="checked_in",
        checked_in_at=event.starts_at,
        role="mentor",
        user__display_name="SECRET mentor",
    )
    HelpRequestFactory(
        team=open_team,
        tool=few,
        topic="SECRET topic",
        place="SECRET place",
        asked_by=over.people[0],
    )
    HelpRequestFactory(
        team=over.projects[1].team, tool=over.tool, topic="x", status="withdrawn"
    )
    event.contact_email = "SECRET@example.org"
    event.save()
    recap = actions.make_recap(event, over.organiser)
    hidden = actions.add_block(recap, over.organiser, title="SECRET", text="SECRET own")
    actions.show_block(hidden, over.organiser, show=False)
    edited = recap.blocks.get(kind="numbers")
    actions.edit_block(edited, over.organiser, title="Numbers", text="SECRET edit")
    actions.revert_block(edited, over.organiser)
    actions.publish_recap(event, over.organiser)

    told = all_shapes(recap)

    assert "For people of the event" in told  # its card is public
    assert "SECRET" not in told
    assert over.judge.name not in told
    assert "@" not in markdown_of(recap)
    assert not any(person.email in told for person in over.people)
    assert "Rare tool**" not in told
    assert "Rare tool: " not in told  # one team asked


def test_what_becomes_private_later_leaves_at_once(over, recap):
    """Without anybody writing it again."""
    actions.publish_recap(over.event, over.organiser)
    block = recap.blocks.get(key=f"project:{over.projects[0].pk}")
    actions.edit_block(block, over.organiser, title="Kept words", text="Kept words")
    assert "Open wheat" in all_shapes(recap)

    over.data.sensitivity = "team"
    over.data.save()
    assert "Open wheat" not in all_shapes(recap)

    over.projects[0].status = "withdrawn"
    over.projects[0].save()
    told = all_shapes(recap)
    assert "Kept words" not in told
    assert "Lesson 0" not in told


def test_people_are_named_only_if_the_organisers_say_so(over, recap):
    RegistrationFactory(
        event=over.event,
        status="checked_in",
        checked_in_at=over.event.starts_at,
        role="mentor",
        user__display_name="Minna Mentor",
    )
    actions.publish_recap(over.event, over.organiser)
    names = (over.judge.name, "Minna Mentor")
    assert not any(name in all_shapes(recap) for name in names)

    actions.change_recap(recap, over.organiser, names_judges=True, names_mentors=True)

    recap.refresh_from_db()
    assert all(name in all_shapes(recap) for name in names)
    name, over.judge.name = over.judge.name, "Somebody"
    over.judge.save()  # nothing keeps the name of who has left
    assert name not in all_shapes(recap)


def test_results_for_the_stage_alone_name_no_winner(over):
    Reveal.objects.create(event=over.event, result=over.result, hides_results=True)

    recap = actions.make_recap(over.event, over.organiser)

    assert not recap.blocks.filter(kind="winners").exists()


def test_corrected_results_take_the_winners_off_until_they_are_told_anew(over, recap):
    actions.publish_recap(over.event, over.organiser)
    assert "winners" in [part.kind for part in parts(recap)]

    PublishedResult.objects.create(
        event=over.event,
        version=2,
        snapshot=snapshot(over.prize, over.projects[2]),
        digest="y",
        reason="A card was late",
    )
    assert "winners" not in [part.kind for part in parts(recap)]

    tasks.write_recaps()

    recap.refresh_from_db()
    assert "Project 2" in recap.blocks.get(kind="winners").text
    assert "winners" in [part.kind for part in parts(recap)]


def test_a_larger_k_takes_the_answers_off_at_once(over, recap):
    over.survey.k = 7
    over.survey.save()
    assert "tools" not in [part.kind for part in parts(recap)]

    tasks.write_recaps()

    assert not recap.blocks.filter(kind="tools").exists()


def test_edited_winners_do_not_come_back_when_their_facts_are_gone(over, recap):
    """Not before the worker came by, and not after it either."""
    block = recap.blocks.get(kind="winners")
    actions.edit_block(block, over.organiser, title="Won", text="Project 1 won")
    actions.publish_recap(over.event, over.organiser)
    assert "Project 1 won" in all_shapes(recap)

    Reveal.objects.create(event=over.event, result=over.result, hides_results=True)
    assert "Project 1 won" not in all_shapes(recap)
    tasks.write_recaps()
    recap.refresh_from_db()
    assert "Project 1 won" not in all_shapes(recap)


def test_edited_verdicts_do_not_come_back_for_a_larger_k(over, recap):
    block = recap.blocks.get(kind="tools")
    actions.edit_block(block, over.organiser, title="Said", text="It was well liked")
    over.survey.k = 7
    over.survey.save()

    tasks.write_recaps()

    recap.refresh_from_db()
    assert "It was well liked" not in markdown_of(recap)
    page = Client()
    page.force_login(over.organiser)
    url = reverse("recap:edit", args=[over.event.slug])
    assert "not shown: what you wrote about" in page.get(url).content.decode()


def test_a_project_that_is_taken_back_has_won_nothing(over, recap):
    """Neither a prize nor a round, at once and when it is written anew."""
    actions.publish_recap(over.event, over.organiser)
    assert "Project 1" in all_shapes(recap)

    over.projects[1].status = "withdrawn"
    over.projects[1].save()
    assert "Project 1" not in all_shapes(recap)
    tasks.write_recaps()

    recap.refresh_from_db()
    assert "Project 1" not in all_shapes(recap)
    assert len(recap.basis) <= Recap._meta.get_field("basis").max_length


def test_what_a_team_takes_out_is_told_no_more(over, recap):
    actions.publish_recap(over.event, over.organiser)
    over.projects[0].title, over.projects[0].lessons_learned = "Renamed", ""
    over.projects[0].story = over.projects[0].tagline = "Only this"
    over.projects[0].save()

    told = all_shapes(recap)

    assert "Renamed" in told
    for gone in ("Project 0", "Lesson 0", "Story of 0", "Tagline 0"):
        assert gone not in told


def test_a_part_that_has_left_meanwhile_is_refused_in_words(over, recap):
    block = recap.blocks.get(kind="winners")
    Block.objects.filter(pk=block.pk).delete()

    for act in (
        lambda: actions.edit_block(block, over.organiser, title="x", text="y"),
        lambda: actions.show_block(block, over.organiser, show=False),
        lambda: actions.move_block(block, over.organiser, up=True),
        lambda: actions.revert_block(block, over.organiser),
        lambda: actions.remove_block(block, over.organiser),
    ):
        with pytest.raises(NoLongerThere):
            act()


def test_the_worker_writes_it_once_when_the_survey_has_closed(over):
    over.survey.closed_at = None
    over.survey.save()
    tasks.write_recaps()
    assert not Recap.objects.exists()

    over.survey.closed_at = timezone.now()
    over.survey.save()
    tasks.write_recaps()
    made_at = Recap.objects.get().made_at
    assert over.event.certificates.exists()
    assert not Recap.objects.get().is_published

    tasks.write_recaps()
    assert Recap.objects.get().made_at == made_at


def test_the_worker_tries_again_when_certificates_fail(over, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("recap.actions.certificates.due", lambda _event: [None])
        tasks.write_recaps()
    assert not over.event.certificates.exists()

    tasks.write_recaps()

    assert over.event.certificates.exists()
    assert Recap.objects.get().event == over.event


def test_one_event_that_fails_does_not_keep_others_from_theirs(over):
    ended = timezone.now() - timedelta(days=30)
    broken = EventFactory(starts_at=ended - timedelta(hours=8), ends_at=ended)
    SurveyFactory(event=broken, closed_at=timezone.now())
    PublishedResult.objects.create(event=broken, snapshot={"awards": [{}]}, digest="z")

    tasks.write_recaps()

    assert list(Recap.objects.values_list("event", flat=True)) == [over.event.pk]


LINES = [
    "# not a heading", "- not a list", "1. not a list", "*bold*", "`code`",
    "[link](https://evil.example)", "<b>html</b>", "![x](https://evil.example/x.png)",
    "100. x", "~~gone~~", "a | b", "&amp; \\*", "=== ", "+ plus", "under_score_d", "C#",
    "2) x",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_somebodys_stays_the_text_it_is(line):
    shown = MarkdownIt("commonmark").enable(["table", "strikethrough"])

    for before in ("- ", "## ", "- **x**: ", ""):
        tokens = shown.parse(f"{before}{plain(line)}")
        inline = next(token for token in tokens if token.type == "inline")
        kinds = {child.type for child in inline.children}
        text = "".join(child.content for child in inline.children)

        assert kinds <= {"text", "strong_open", "strong_close", "text_special"}, before
        assert text.removeprefix("x: ") == " ".join(line.split()), before


def test_the_newsletter_leads_to_whole_addresses(over, recap):
    actions.publish_recap(over.event, over.organiser)

    text = Client().get(reverse("recap:markdown", args=[over.event.slug]))

    body = text.content.decode()
    assert text["Content-Type"] == "text/markdown; charset=utf-8"
    assert "](/" not in body
    assert "[Project 1](http" in body
    assert body.startswith("# Retrieval Night\n")


def test_the_pdf_is_made_of_the_same_words(over, recap, client):
    actions.publish_recap(over.event, over.organiser)
    block = recap.blocks.get(kind="thanks")
    text = (
        "# Big\n\n> *quote* ~~no~~\n\n1. one\n2. two\n\n---\n\n```\n#eval(1)\n```\n\n"
        "`code` [link](https://example.org) [here](#x)\\\nnew line\n\n"
        "| a | b |\n|-|-|\n"
        '| 1 | 2 |\n\n#read("/etc/passwd") $x^2$ \U00013000'
    )
    actions.edit_block(block, over.organiser, title="T", text=text)

    answer = client.get(reverse("recap:pdf", args=[over.event.slug]))

    assert answer.content.startswith(b"%PDF-1.")
    files = {}
    content = json.dumps(content_of(recap, files))
    assert '#read(\\"/etc/passwd\\")' in content  # words, and no more
    assert {name.rpartition(".")[2] for name in files} == {"jpg", "svg"}
    assert "\\U00013000" not in content


def test_a_link_that_no_pdf_can_hold_is_words(over, client):
    over.projects[0].lessons_learned = f"[Look](https://e.org/{'a' * 8100})"
    over.projects[0].save()
    recap = actions.make_recap(over.event, over.organiser)
    actions.publish_recap(over.event, over.organiser)

    answer = client.get(reverse("recap:pdf", args=[over.event.slug]))

    assert answer.status_code == 200
    assert "a" * 2000 not in markdown_of(recap)


@pytest.mark.parametrize("sign", ["\u070f", "\u1680", "\ufffa", "\U00013437", "\x01"])
def test_signs_that_need_a_shape_do_not_stop_the_pdf(over, sign):
    over.projects[0].lessons_learned = f"a{sign}b"
    over.projects[0].save()
    recap = actions.make_recap(over.event, over.organiser)

    assert recap_pdf(recap).startswith(b"%PDF")
    told = json.dumps(content_of(recap, {}))
    assert ("ab" if sign == "\x01" else "a?b") in told


def test_what_the_printer_refuses_is_said_on_a_page(over, recap, client, monkeypatch):
    """Whatever that may be; here a shape that is missed."""
    monkeypatch.setattr("recap.printing.missing", lambda _text: "")
    block = recap.blocks.get(kind="numbers")
    actions.edit_block(block, over.organiser, title="\U00013000", text="")
    actions.publish_recap(over.event, over.organiser)

    answer = client.get(reverse("recap:pdf", args=[over.event.slug]))

    assert answer.status_code == 409
    assert recap.get_absolute_url() in answer.content.decode()


def test_a_picture_is_printed_small(over, recap):
    noise = io.BytesIO()
    Image.effect_noise((1600, 1200), 60).convert("RGB").save(noise, "WEBP", quality=82)
    picture = over.projects[0].pictures.get()
    picture.image.save("noise.webp", ContentFile(noise.getvalue()))

    assert len(recap_pdf(recap)) < 400_000


def test_readers_do_not_use_up_each_others_pdfs(over, recap):
    actions.publish_recap(over.event, over.organiser)
    url = reverse("recap:pdf", args=[over.event.slug])
    busy = Client()
    busy.force_login(over.organiser)
    other = Client()
    other.force_login(over.people[0])
    with override_settings(
        ACCOUNT_RATE_LIMITS={**settings.ACCOUNT_RATE_LIMITS, "recap_pdf": "1/m/key"}
    ):
        assert [busy.get(url).status_code for _try in range(2)] == [200, 429]
        assert other.get(url).status_code == 200


NORMAL = [
    "a <b>c</b> d", "```\nopen <img>", "> ```\n> open", "- a\n  - b\n\n  c\n- d",
    "1. one\n2. two", "# Big\ntext", "a `<b>` ``x ` y`` *em* **st** ~~s~~",
    "| a | b |\n|-|-|\n| 1 \\| x | `2` |", "!\\[x](/y) ![p](https://e.org/a_(b))",
    "[l](<https://e.org/(a>)", "1234\\. x", "a\\\n\\- b", "---", "a&#10;- b", "\\# no",
    "&#32;&#32;&#32;&#32;deep", "> a\n> b\n\n    code\n", "`a|b`", "- > q",
]  # fmt: skip


@pytest.mark.parametrize("text", NORMAL)
def test_words_are_told_anew_as_they_would_be_read(text):
    """By a reader that knows HTML; and nothing stays open for what follows."""
    knows_html = MarkdownIt("commonmark").enable(["table", "strikethrough"])

    told = knows_html.parse(f"{normal(text)}\n\n## The end")

    kinds = {t.type for t in told} | {c.type for t in told for c in t.children or []}
    assert not kinds & {"html_block", "html_inline", "image"}
    assert told[-2].content == "The end"
    assert told[-3].type == "heading_open"
    assert words_of(normal(text)) == words_of(text)


def words_of(text):
    """And their shape, but for the levels of headings."""
    return re.sub(r"</?p>|\s+|<(/?)h\d>", r"<\1h>", render(text)).replace("<h>", "")


def test_a_picture_whose_file_is_lost_does_not_stop_the_pdf(over, recap):
    picture = over.projects[1].pictures.create(
        image=ContentFile(PIXEL, name="lost.webp"), width=4, height=4, description="x"
    )
    picture.image.storage.delete(picture.image.name)

    assert recap_pdf(recap).startswith(b"%PDF")


def test_reading_takes_the_same_queries_for_any_number_of_projects(
    over, recap, django_assert_max_num_queries
):
    with django_assert_max_num_queries(30) as asked:
        parts(Recap.objects.select_related("event").get())
        three = len(connection.queries) - asked.initial_queries
    for number in range(5):
        ProjectFactory(
            team__event=over.event, submitted=True, title=f"More {number}", tagline="x"
        )
    actions.make_recap(over.event, over.organiser)

    with django_assert_max_num_queries(three):
        parts(Recap.objects.select_related("event").get())


def test_the_edit_page_says_what_would_be_other_and_its_buttons_work(over, recap):
    client = Client()
    client.force_login(over.organiser)
    url = reverse("recap:edit", args=[over.event.slug])
    assert "Nothing has changed since" in client.get(url).content.decode()
    over.projects[0].lessons_learned = "Wiser"
    over.projects[0].save()
    assert "one text would be another" in client.get(url).content.decode()
    block = recap.blocks.first()
    do = reverse("recap:block_do", args=[over.event.slug, block.pk])
    for step in ("hide", "show", "down", "up", "revert", "remove", "nonsense"):
        assert client.post(do, {"do": step}).status_code == 302
    step = reverse("recap:step", args=[over.event.slug])
    for do in ("write", "publish", "mail", "withdraw", "mail", "nonsense"):
        assert client.post(step, {"do": do, "sure": "yes"}).status_code == 302
    assert recap.blocks.count() == Block.objects.filter(recap=recap).count()
    recap.refresh_from_db()
    assert not recap.is_published
    assert recap.digest_sent_at


def test_settings_and_own_words_have_their_forms(over, recap):
    client = Client()
    client.force_login(over.organiser)
    slug = over.event.slug
    url = reverse("recap:settings", args=[slug])
    seen = client.get(url).context["form"].as_read()
    client.post(url, {"volunteers": "Uwe, Silvie", "as_read": seen})
    assert "Uwe, Silvie" in recap.blocks.get(kind="thanks").text

    new = reverse("recap:block_new", args=[slug])
    assert client.get(new).status_code == 200
    client.post(new, {"title": "Hello", "text": "there"})
    assert recap.blocks.first().shown_title == "Hello"
    recap.delete()
    assert client.get(new).status_code == 404


def test_an_edited_block_that_lost_its_facts_stays_until_it_is_taken_back(over, recap):
    block = recap.blocks.get(kind="winners")
    actions.edit_block(block, over.organiser, title="Won", text="All of us")
    Reveal.objects.create(event=over.event, result=over.result, hides_results=True)
    actions.make_recap(over.event, over.organiser)
    block.refresh_from_db()
    assert (block.text, block.shown_text) == ("", "All of us")

    actions.revert_block(block, over.organiser)

    assert not recap.blocks.filter(kind="winners").exists()
    assert facts.awards_of(over.event) == []


def test_thanks_and_verdicts_say_what_is_known(over):
    event = over.event
    event.sponsors.create(
        name="Kettle & Crumb",
        website="https://kettle.example.org",
        what_they_give="tea",
    )
    event.sponsors.create(name="No *Site*", order=1)
    for row in over.survey.reviews.all():
        row.helped, row.in_the_way = ["docs", "fast"], ["setup"]
        row.save()
    for number in range(14):
        tool = ToolFactory(name=f"Other {number:02}")
        ToolUseFactory(project=over.projects[number % 3], tool=tool)

    recap = actions.make_recap(event, over.organiser)

    texts = {block.key: block.text for block in recap.blocks.all()}
    assert "- [Kettle \\& Crumb](https://kettle.example.org): tea" in texts["thanks"]
    assert "- No \\*Site\\*" in texts["thanks"]
    assert "What helped: good documentation, fast." in texts["tools"]
    assert "What got in the way: setting it up." in texts["tools"]
    chart = next(part.picture for part in parts(recap) if part.kind == "landscape")
    assert chart.most_used()[0][0] == "DuckDB"
    assert len(chart.most_used()) == 12
    assert "Other 13" in chart.on_paper()


def test_moving_at_the_ends_and_reverting_own_words_change_nothing(over, recap):
    own = actions.add_block(recap, over.organiser, title="Hello", text="There")
    actions.move_block(own, over.organiser, up=True)
    actions.revert_block(own, over.organiser)

    first = recap.blocks.first()
    assert (first.pk, first.shown_text) == (own.pk, "There")


def test_a_new_part_takes_its_place_among_the_others(over, recap):
    """Also where organisers have moved things about."""
    for project in over.projects[:2]:
        HelpRequestFactory(team=project.team, tool=over.tool)
    recap.blocks.filter(kind="lesson").delete()

    actions.make_recap(over.event, over.organiser)

    kinds = list(dict.fromkeys(recap.blocks.values_list("kind", flat=True)))
    assert kinds.index("tools") < kinds.index("help") < kinds.index("thanks")
    assert kinds.index("help") < kinds.index("lesson") < kinds.index("thanks")


def test_an_event_that_goes_on_waits_for_its_recap(over):
    over.event.ends_at = timezone.now() + timedelta(hours=1)
    over.event.save()

    tasks.write_recaps()

    assert not Recap.objects.exists()

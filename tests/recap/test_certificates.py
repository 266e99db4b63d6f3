"""Papers: who gets one, what proves it, and in which scripts a name can stand on it."""

import io
import re
import time
import zipfile
import zlib

import pytest
from django.test import Client
from django.urls import reverse

from judging.models import PublishedResult, Reveal
from recap import actions
from recap.actions.certificates import no_longer_earned
from recap.models import Certificate
from recap.pdf.glyphs import missing
from recap.printing import CannotBeDrawn, certificate_pdf, zip_of
from tests.factories.accounts import UserFactory
from tests.factories.events import RegistrationFactory
from tests.factories.recap import CertificateFactory
from tests.recap.conftest import snapshot

NAMES = [
    "Łukasz Żółć-Ångström",
    "Nguyễn Thị Hương",
    "Иван Кузнецов",
    "Δημήτρης Παπαδόπουλος",
    "محمد بن سلمان",
    "דוד בן־גוריון",
    "नरेन्द्र शर्मा",
    "李小龍",
    "田中さくら サクラ",
    "김철수",
    "สมชาย ใจดี",
    "გიორგი",
    "Արամ",
    "அருண்",
    "Ada 👩🏽\u200d💻 🏳️\u200d🌈 🎉",
    "W" * 80,
    "O'Brien & Söhne // x",
    # typst of its own would read, run or stop at these.
    '#read("/etc/passwd")',
    '#eval("1+1") $x$ *a* `b` @c <d> \\u{41}',
    '#include "certificate.typ"',
    '#import "@preview/cetz:0.3.0"',
    ']#panic("x")[',
]


@pytest.fixture
def papers(over):
    actions.issue_certificates(over.event, over.organiser)
    return over


def test_everybody_gets_what_they_have_earned_once(over):
    mentor = RegistrationFactory(
        event=over.event,
        status="checked_in",
        checked_in_at=over.event.starts_at,
        role="mentor",
    ).user
    RegistrationFactory(event=over.event, status="confirmed")  # did not come

    made = actions.issue_certificates(over.event, over.organiser)

    kinds = list(
        Certificate.objects.order_by("kind", "pk").values_list("kind", "user", "award")
    )
    winners = set(over.projects[1].team.memberships.values_list("user", flat=True))
    assert made == len(kinds) == 6 + 1 + 1 + 2
    assert [row for row in kinds if row[0] == "judge"] == [("judge", None, "")]
    assert [row for row in kinds if row[0] == "mentor"] == [("mentor", mentor.pk, "")]
    assert {row[1] for row in kinds if row[0] == "winner"} == winners
    assert {row[2] for row in kinds if row[0] == "winner"} == {
        "Best in show: Project 1"
    }
    assert actions.issue_certificates(over.event, over.organiser) == 0


def test_a_judge_with_an_account_finds_the_paper(papers, sign_in):
    """Once their address is proved, and without a second paper."""
    person = UserFactory()
    address = person.emailaddress_set.create(email="JUDGE@example.org", verified=False)
    papers.judge.email = "judge@example.org"
    papers.judge.save()
    assert actions.issue_certificates(papers.event, papers.organiser) == 0
    assert not person.certificates.exists()

    address.verified = True
    address.save()
    assert actions.issue_certificates(papers.event, papers.organiser) == 0

    paper = person.certificates.get()
    assert (paper.kind, paper.judge) == ("judge", papers.judge)
    assert no_longer_earned(papers.event) == set()
    assert paper.code in sign_in(person).get(reverse("recap:mine")).content.decode()


def test_nobody_wins_before_results_are_public(over):
    Reveal.objects.create(event=over.event, result=over.result, hides_results=True)

    actions.issue_certificates(over.event, over.organiser)

    assert not Certificate.objects.filter(kind="winner").exists()


def test_none_are_made_before_the_event_is_over(event, organiser):
    with pytest.raises(actions.NotOver):
        actions.issue_certificates(event, organiser)


def test_a_code_tells_name_part_event_and_date_and_no_more(papers, client):
    one = Certificate.objects.filter(kind="winner").first()

    answer = client.get(one.get_absolute_url())

    text = answer.content.decode()
    for words in (one.name, "won at", "Retrieval Night", "Best in show: Project 1"):
        assert words in text
    assert one.user.email not in text
    assert papers.projects[1].team.name not in text
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer.headers["Cache-Control"]


def test_every_code_that_is_not_valid_gets_the_same_answer(papers, client):
    one, other = Certificate.objects.all()[:2]
    revoked = Certificate.objects.last()
    revoked_code = revoked.code
    actions.revoke_certificate(revoked, papers.organiser)
    mac = one.code.partition("-")[2]
    codes = [
        "999999-" + mac, f"{other.pk}-{mac}", one.code[:-1], one.code + "0", "x", "-",
        "1" * 40 + "-x", "٣-" + mac, revoked_code, f"{one.pk}-", f"{one.pk}-é",
    ]  # fmt: skip

    answers = [client.get(reverse("recap:verify", args=[code])) for code in codes]

    assert {answer.status_code for answer in answers} == {404}
    bodies = {
        re.sub(r'content="20[^"]*"|next=[^"]*', "", answer.content.decode())
        for answer in answers
    }
    assert len(bodies) == 1
    assert client.get(reverse("recap:paper", args=[revoked_code])).status_code == 404

    actions.restore_certificate(revoked, papers.organiser)
    assert client.get(reverse("recap:verify", args=[revoked_code])).status_code == 200


def test_codes_outlive_a_change_of_the_secret_key(papers, client, settings):
    one = Certificate.objects.first()
    old = one.code
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a-new-key-that-nobody-has-seen-before-0123456789"

    assert one.code != old
    for code in (old, one.code):
        assert client.get(reverse("recap:verify", args=[code])).status_code == 200

    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(reverse("recap:verify", args=[old])).status_code == 404


def test_who_tries_many_codes_has_to_wait(papers, client):
    url = reverse("recap:verify", args=[Certificate.objects.first().code])

    answers = [client.get(url).status_code for _try in range(62)]

    assert answers[0] == 200
    assert answers[-1] == 429


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stands_on_its_paper_as_it_was_written(over, name):
    one = CertificateFactory(event=over.event, name=name)

    pdf = certificate_pdf(one)

    assert missing(name) == ""
    assert pdf.startswith(b"%PDF-1.")
    assert letters_of(pdf) >= {char for char in name if char.isalnum()}
    assert pages_of(pdf) == 1


def test_a_name_that_no_font_can_draw_is_told_and_not_printed(over, sign_in):
    one = CertificateFactory(event=over.event, name="Nebamun \U00013000\U00013001")
    fine = CertificateFactory(event=over.event, name="Ada")
    with pytest.raises(CannotBeDrawn, match="\U00013000 \U00013001"):
        certificate_pdf(one)

    page = sign_in(over.organiser).get(
        reverse("recap:certificates", args=[over.event.slug])
    )
    paper = Client().get(reverse("recap:paper", args=[one.code]))
    names = zipfile.ZipFile(io.BytesIO(b"".join(zip_of([one, fine])))).namelist()

    assert "\U00013000\U00013001" in page.content.decode()
    assert "cannot draw one name" in page.content.decode()
    assert paper.status_code == 409
    assert "%PDF" not in paper.content.decode()
    assert names == [f"participant_Ada-{fine.pk}.pdf", "left out.txt"]


def test_one_paper_that_is_refused_does_not_stop_the_others(over, monkeypatch):
    odd = CertificateFactory(event=over.event, name="Odd \U00013000")
    shaped = CertificateFactory(event=over.event, name="Ann\u1680Lee")
    fine = CertificateFactory(event=over.event, name="Ada")
    with pytest.raises(CannotBeDrawn):
        certificate_pdf(shaped)
    monkeypatch.setattr("recap.printing.missing", lambda _text: "")

    archive = zipfile.ZipFile(io.BytesIO(b"".join(zip_of([odd, fine]))))

    assert archive.namelist() == [f"participant_Ada-{fine.pk}.pdf", "left out.txt"]
    assert "Odd" in archive.read("left out.txt").decode()


def test_all_papers_come_in_one_file_piece_by_piece(papers, sign_in):
    actions.revoke_certificate(Certificate.objects.first(), papers.organiser)

    answer = sign_in(papers.organiser).get(
        reverse("recap:zip", args=[papers.event.slug])
    )

    assert answer.streaming
    pieces = list(answer.streaming_content)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    assert len(archive.namelist()) == Certificate.objects.valid().count() == 8
    assert max(map(len, pieces)) < 2 * max(i.file_size for i in archive.infolist())


@pytest.mark.no_cover
def test_a_hundred_papers_take_seconds(over):
    rows = [
        CertificateFactory.build(pk=n, event=over.event, user=None)
        for n in range(1, 101)
    ]
    begun = time.process_time()

    made = sum(len(piece) for piece in zip_of(rows))

    assert made > 100_000
    assert time.process_time() - begun < 20


def test_papers_that_are_true_no_more_are_shown_to_the_organisers(papers, sign_in):
    PublishedResult.objects.create(
        event=papers.event,
        version=2,
        snapshot=snapshot(papers.prize, papers.projects[2]),
        digest="y",
        reason="A card was late",
    )
    url = reverse("recap:certificates", args=[papers.event.slug])
    client = sign_in(papers.organiser)

    text = client.get(url).content.decode()
    assert "2 certificates say what is true no more" in text
    assert text.count("true no more</span>") == 2

    for one in Certificate.objects.filter(kind="winner"):
        actions.revoke_certificate(one, papers.organiser)
    assert actions.issue_certificates(papers.event, papers.organiser) == 2
    assert "true no more" not in client.get(url).content.decode()


def test_ones_own_papers_are_listed_and_take_ones_present_name(papers, sign_in):
    person = papers.people[2]
    client = sign_in(person)
    person.display_name = "Newly Named"
    person.save()
    page = client.get(reverse("recap:mine")).content.decode()
    assert page.count("Retrieval Night</a>") == 2  # took part, and won
    assert "Write “Newly Named” on it" in page
    own = person.certificates.first()
    code = own.code

    client.post(reverse("recap:rename", args=[own.pk]))

    own.refresh_from_db()
    assert (own.name, own.code) == ("Newly Named", code)
    stranger = Client()
    stranger.force_login(UserFactory())
    assert stranger.post(reverse("recap:rename", args=[own.pk])).status_code == 404


def test_the_organisers_page_makes_and_revokes(over, sign_in):
    client = sign_in(over.organiser)
    slug = over.event.slug
    client.post(reverse("recap:issue", args=[slug]))
    assert over.event.certificates.count() == 9
    said = client.post(reverse("recap:issue", args=[slug]), follow=True)
    assert "has one already" in said.content.decode()
    one = over.event.certificates.first()
    url = reverse("recap:revoke", args=[slug, one.pk])

    for _twice in range(2):
        client.post(url, {"do": "revoke"})
    one.refresh_from_db()
    assert one.revoked_at
    client.post(url, {"do": "restore"})
    client.post(url, {"do": "restore"})
    one.refresh_from_db()
    assert one.revoked_at is None
    assert (
        over.event.audit_entries.filter(verb="recap.certificate_revoked").count() == 1
    )


def test_a_person_who_leaves_takes_their_papers_along(papers, client):
    one = papers.people[0].certificates.first()
    url = one.get_absolute_url()

    papers.people[0].delete()

    assert client.get(url).status_code == 404


TO_UNICODE = rb"<[0-9A-Fa-f]+>\s*<([0-9A-Fa-f]{4,})>"
AS_WRITTEN = rb"/ActualText\s*<FEFF([0-9A-Fa-f]+)>"


def letters_of(pdf):
    """What a reader could copy out of it, by its fonts' own tables."""
    found = set()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            text = stream
        codes = re.findall(AS_WRITTEN, text, re.IGNORECASE)
        if b"beginbfchar" in text or b"beginbfrange" in text:
            codes += re.findall(TO_UNICODE, text)
        for code in codes:
            found |= set(bytes.fromhex(code.decode()).decode("utf-16-be", "replace"))
    return found


def pages_of(pdf):
    text = pdf
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            text += zlib.decompress(stream)
        except zlib.error:
            continue
    return len(set(re.findall(rb"/Type\s*/Page\b(?!s)[^s]{0,40}", text))) or text.count(
        b"/Type/Page/"
    )

"""Uploads are inert: B78 to B100 and G39, by browser."""

import hashlib
import io
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from django.conf import settings as live
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from submissions import actions, files
from submissions.actions.datasets import MOST_PER_TEAM, TooManyDatasets
from submissions.actions.projects import TooManyPictures
from submissions.models import Dataset, ProjectPicture
from tests.factories.events import RegistrationFactory
from tests.factories.submissions import DatasetFactory, ProjectFactory
from tests.factories.teams import MembershipFactory, TeamFactory
from tests.races import race

CARD = {
    "title": "Ours",
    "licence": "MIT",
    "provenance": "Typed by hand",
    "sensitivity": "event",
}
PNG = b"\x89PNG\r\n\x1a\n"


def zipped(*members, **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **more) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return out.getvalue()


def picture(kind="PNG", size=(40, 20), **more):
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **more)
    return out.getvalue()


def declared(width, height):
    """A PNG whose header promises a size, and little after it."""
    body = bytearray(picture(size=(1, 1)))
    body[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    checksum = zlib.crc32(bytes(body[12:29]))
    body[29:33] = checksum.to_bytes(4, "big")
    return bytes(body)


def with_text(size, count=1):
    """A PNG with compressed texts that unpack to so many bytes."""
    text = PngInfo()
    for number in range(count):
        text.add_text(f"t{number}", "x" * size, zip=True)
    return picture(pnginfo=text)


def fields_of(team):
    return reverse("submissions:dataset_create", args=[team.event.slug])


def bring(client, team, name, body, **more):
    file = SimpleUploadedFile(name, body, **more)
    return client.post(fields_of(team), {**CARD, "upload": file})


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<html><script>alert(1)</script>"
REFUSED = {
    "B78 nothing in it": ("a.csv", b""),
    "B80 php": ("x.php", b"<?php system('id');"),
    "B80 exe": ("x.exe", b"MZ\x90\x00"),
    "B80 html": ("x.html", HTML),
    "B80 svgz": ("x.svgz", b"\x1f\x8b\x08\x00"),
    "B80 hta": ("x.hta", HTML),
    "B80 lnk": ("x.lnk", b"L\x00\x00\x00"),
    "B80 js": ("x.js", b"alert(1)"),
    "B80 no ending": ("data", b"a,b\n"),
    "B80 page that calls itself text": ("x.txt", HTML),
    "B80 page behind a byte order mark": ("x.txt", b"\xef\xbb\xbf \n" + HTML),
    "B80 page in UTF-16": ("x.csv", HTML.decode().encode("utf-16")),
    "B80 script": ("x.md", b"#!/bin/sh\nid"),
    "B80 program that calls itself a table": ("x.csv", b"MZ\x90\x00\x03"),
    "B82 svg": ("x.svg", SVG),
    "B82 svg that calls itself json": ("x.json", SVG),
    "B82 xml that calls itself csv": ("x.csv", b"<?xml version='1.0'?><x/>"),
    "B84 two endings": ("a.jpg.exe", b"MZ\x90\x00"),
    "B84 turned around": ("gpj.\u202eexe", b"MZ\x90\x00"),
    "B85 archive that calls itself picture": ("a.png", zipped(("x", "y"))),
    "B85 picture that calls itself archive": ("a.zip", picture()),
    "B85 page that calls itself pdf": ("a.pdf", HTML),
    "B85 table that calls itself parquet": ("a.parquet", b"a,b\n1,2\n"),
    "B90 NUL in a table": ("a.csv", b"a,b\n1,\x00\n"),
}


@pytest.mark.parametrize(("name", "body"), REFUSED.values(), ids=REFUSED)
def test_what_may_do_harm_is_refused_and_the_form_kept(
    sign_in, team, captain, name, body
):
    page = bring(sign_in(captain), team, name, body)

    assert page.status_code == 200
    assert page.context["form"].errors["upload"]
    assert "Typed by hand" in page.content.decode()
    assert not Dataset.objects.exists()


PDF = b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
BOMB = zipped(("zeros", b"0" * 20_000_000), compresslevel=9)
STORED = {
    "B83 pdf that would act": ("a.pdf", PDF, "a.pdf"),
    "B81 picture with a page behind it": ("a.png", picture() + HTML, "a.png"),
    "B84 device": ("con.txt", b"hello", "con.txt"),
    "B84 path up": (r"..\..\b.csv", b"a,b\n", "b.csv"),
    "B84 path": ("/etc/passwd.csv", b"a,b\n", "passwd.csv"),
    "B84 long": ("a" * 300 + ".csv", b"a,b\n", "a" * 100 + ".csv"),
    "B84 like an option": ("-rf.csv", b"a,b\n", "rf.csv"),
    "B84 hidden": (".htaccess.txt", b"x", "htaccess.txt"),
    "B84 reads backwards": ("a\u202efdp.csv", b"a,b\n", "afdp.csv"),
    "B87 bomb that stays packed": ("a.zip", BOMB, "a.zip"),
    "B87 slip that stays packed": ("a.zip", zipped(("../../x", "y")), "a.zip"),
    "B91 macro": ("a.xlsx", zipped(("xl/vbaProject.bin", "x")), "a.xlsx"),
    "B92 what a scanner looks for": ("a.txt", EICAR, "a.txt"),
    "B90 UTF-16": ("a.csv", "n,é\n".encode("utf-16"), "a.csv"),
    "B90 mixed line ends": ("a.csv", b"a,b\r1,2\r\n3,4\n", "a.csv"),
    "B90 one long line": ("a.txt", b"x" * 3_000_000, "a.txt"),
    "B100 quote in the name": ('a"b.csv', b"a,b\n", 'a"b.csv'),
    "any script in the name": ("データ.csv", b"a,b\n", "データ.csv"),
    "a table of scraped pages": ("a.csv", b"page\n<html><script>\n", "a.csv"),
    "a table that begins like a program": ("a.csv", b"MZ,intensity\n1,2\n", "a.csv"),
}


@pytest.mark.parametrize(("name", "body", "shown"), STORED.values(), ids=STORED)
def test_the_rest_is_kept_as_it_came_and_only_ever_downloaded(
    sign_in, team, captain, name, body, shown
):
    client = sign_in(captain)
    assert bring(client, team, name, body).status_code == 302

    dataset = Dataset.objects.get()
    stored = Path(dataset.file.path)
    assert stored.parent.parent == Path(live.MEDIA_ROOT)
    assert stored.suffix == ""  # nothing that any server would take for a type
    assert stored.stem not in shown
    assert dataset.filename == shown
    assert dataset.sha256 == hashlib.sha256(body).hexdigest()

    answer = client.get(f"{dataset.get_absolute_url()}file/")
    assert b"".join(answer.streaming_content) == body
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


PICTURES_REFUSED = {
    "B78 nothing in it": b"",
    "B82 svg": SVG,
    "B85 archive": zipped(("x", "y")),
    "B88 more pixels than memory": declared(40_000, 40_000),
    "B94 half of one": picture(size=(800, 800))[:200],
    "a tiff": picture("TIFF"),
    "a page": HTML,
    "a text that unpacks to much": with_text(3_000_000),
    "many texts": with_text(1_000_000, 70),
    "more pixels than a PNG may have": declared(5000, 5000),
}


@pytest.mark.parametrize("body", PICTURES_REFUSED.values(), ids=PICTURES_REFUSED)
def test_what_is_no_good_picture_is_refused(sign_in, team, captain, body):
    project = ProjectFactory(team=team)
    page = sign_in(captain).post(
        reverse("submissions:pictures", args=[team.event.slug, project.slug]),
        {"picture": SimpleUploadedFile("x.png", body), "description": "My words"},
    )

    assert "My words" in page.content.decode()
    assert not ProjectPicture.objects.exists()


EXIF = Image.Exif()
EXIF[0x010E] = "<script>alert(1)</script>"
EXIF[0x8825] = {1: "N", 2: (48.0, 8.0, 1.0)}
PICTURES_MADE_ANEW = {
    "B81 page behind a picture": picture() + HTML,
    "B86 picture that is also a script": picture("GIF") + b"=1;alert(1)//",
    "B89 where it was taken, and a script": picture("JPEG", exif=EXIF),
    "larger than any screen": picture("JPEG", size=(4000, 1000)),
}


@pytest.mark.parametrize("body", PICTURES_MADE_ANEW.values(), ids=PICTURES_MADE_ANEW)
def test_a_picture_is_made_anew(sign_in, team, captain, body):
    project = ProjectFactory(team=team)
    client = sign_in(captain)
    client.post(
        reverse("submissions:pictures", args=[team.event.slug, project.slug]),
        {"picture": SimpleUploadedFile("x.png", body), "description": "Ours"},
    )

    row = project.pictures.get()
    address = reverse(
        "submissions:picture", args=[team.event.slug, project.slug, row.pk]
    )
    answer = client.get(address)
    sent = b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"script" not in sent
    assert b"alert" not in sent
    image = Image.open(io.BytesIO(sent))
    assert not image.getexif()
    assert max(image.size) <= files.WIDEST


@pytest.mark.parametrize(
    ("submitted", "policy"), [(False, "same-origin"), (True, "cross-origin")]
)
def test_other_sites_show_the_pictures_that_everybody_may_see(
    sign_in, team, captain, submitted, policy
):
    project = ProjectFactory(team=team, submitted=submitted)
    client = sign_in(captain)
    client.post(
        reverse("submissions:pictures", args=[team.event.slug, project.slug]),
        {"picture": SimpleUploadedFile("x.png", picture()), "description": "Ours"},
    )
    row = project.pictures.get()

    answer = client.get(
        reverse("submissions:picture", args=[team.event.slug, project.slug, row.pk])
    )

    assert b"".join(answer.streaming_content)
    assert answer["Cross-Origin-Resource-Policy"] == policy


def test_the_same_file_twice_is_two_rows_and_removing_one_keeps_the_other(
    sign_in, team, captain, django_capture_on_commit_callbacks
):
    """B93: two files; sharing one blob would let one team's removal hurt another's."""
    client = sign_in(captain)
    for _time in range(2):
        bring(client, team, "a.csv", b"a,b\n")
    first, second = Dataset.objects.order_by("pk")
    assert first.sha256 == second.sha256

    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_dataset(first, captain)

    assert Path(second.file.path).read_bytes() == b"a,b\n"


def test_a_removed_file_is_gone_from_its_old_address(sign_in, team, captain):
    """B96."""
    client = sign_in(captain)
    bring(client, team, "a.csv", b"a,b\n")
    address = f"{Dataset.objects.get().get_absolute_url()}file/"
    assert b"".join(client.get(address).streaming_content) == b"a,b\n"

    actions.remove_dataset(Dataset.objects.get(), captain)

    assert client.get(address).status_code == 404


def test_nobody_guesses_a_file(client, sign_in, team, captain):
    """G39: known places on the disk are no addresses."""
    bring(sign_in(captain), team, "a.csv", b"a,b\n")
    name = Dataset.objects.get().file.name
    for place in (name, name.rpartition("/")[2], f"datasets/../{name}"):
        for root in ("/media/", "/static/", "/", "/static/../media/"):
            assert client.get(f"{root}{place}").status_code == 404


def test_too_many_parts_or_fields_are_a_bad_request(sign_in, team, captain):
    """B98."""
    client = sign_in(captain)
    many = {f"f{n}": SimpleUploadedFile("a.csv", b"a\n") for n in range(1001)}
    assert client.post(fields_of(team), {**CARD, **many}).status_code == 400
    fields = {f"f{n}": "x" for n in range(10_001)}
    assert client.post(fields_of(team), {**CARD, **fields}).status_code == 400
    assert not Dataset.objects.exists()


def test_many_ranges_are_one_whole_file(sign_in, team, captain):
    """B99."""
    client = sign_in(captain)
    bring(client, team, "a.csv", b"a,b\n")
    answer = client.get(
        f"{Dataset.objects.get().get_absolute_url()}file/",
        headers={"Range": "bytes=" + ",".join(["0-"] * 1000)},
    )
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == b"a,b\n"


def test_a_body_that_lies_about_its_encoding_costs_little(sign_in, team, captain):
    """B97: CVE-2026-33033 and CVE-2026-108147."""
    body = (
        b"--x\r\nContent-Disposition: form-data; name=upload; filename=a.csv\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n"
        + b" " * 5_000_000
        + b"\r\n--x--\r\n"
    )
    answer = sign_in(captain).post(
        fields_of(team), body, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code in {200, 400}
    assert not Dataset.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_ten_uploads_at_once_stay_within_the_limit():
    """B95."""
    team = TeamFactory()
    user = RegistrationFactory(event=team.event).user
    MembershipFactory(team=team, user=user)
    DatasetFactory.create_batch(MOST_PER_TEAM - 3, team=team)

    def add():
        upload = files.check_dataset(SimpleUploadedFile("a.csv", b"a,b\n"))
        return actions.add_dataset(team, user, upload=upload, **CARD)

    answers = race(*[add] * 10)

    assert sum(isinstance(answer, TooManyDatasets) for answer in answers) == 7
    assert team.datasets.count() == MOST_PER_TEAM


@pytest.mark.django_db(transaction=True)
def test_ten_pictures_at_once_stay_within_the_limit():
    project = ProjectFactory()
    user = RegistrationFactory(event=project.event).user
    MembershipFactory(team=project.team, user=user)

    def add():
        checked = files.check_picture(SimpleUploadedFile("a.png", picture()))
        return actions.add_picture(project, user, picture=checked, description="x")

    answers = race(*[add] * 10)

    assert sum(isinstance(answer, TooManyPictures) for answer in answers) == 4
    assert project.pictures.count() == 6


def drawn(mode, **saved):
    """Four corners, of which the first is transparent where the mode knows of it."""
    out = io.BytesIO()
    image = Image.new("RGBA", (40, 40), (200, 30, 30, 255))
    image.paste((0, 0, 0, 0), (0, 0, 20, 20))
    if mode == "P":
        image = image.convert("P", palette=Image.Palette.ADAPTIVE)
    elif mode == "RGB":
        image = Image.new("RGB", (40, 40), (200, 30, 30))
        image.paste((255, 0, 255), (0, 0, 20, 20))
        saved["transparency"] = (255, 0, 255)
    elif mode == "LA":
        image = image.convert("LA")
    image.save(out, saved.pop("format", "PNG"), **saved)
    return out.getvalue()


TRANSPARENT = {
    "RGBA": drawn("RGBA"),
    "a palette": drawn("P"),
    "one colour": drawn("RGB"),
    "grey": drawn("LA"),
    "WebP": drawn("RGBA", format="WEBP", lossless=True),
    "GIF": drawn("RGBA", format="GIF"),
}


@pytest.mark.parametrize("body", TRANSPARENT.values(), ids=TRANSPARENT)
def test_what_is_transparent_stays_so(body):
    made = files.check_picture(SimpleUploadedFile("x.png", body))

    for encoded in (made.image, made.small):
        image = Image.open(encoded).convert("RGBA")
        assert image.getpixel((5, 5))[3] < 10
        assert image.getpixel((30, 30))[3] > 245


@pytest.mark.parametrize(("level", "shade"), [(0, 0), (30_000, 117), (65_535, 255)])
def test_sixteen_bits_of_grey_stay_grey(level, shade):
    out = io.BytesIO()
    Image.new("I;16", (8, 8), level).save(out, "PNG")

    made = files.check_picture(SimpleUploadedFile("x.png", out.getvalue()))

    assert abs(Image.open(made.image).convert("L").getpixel((4, 4)) - shade) < 4


def test_a_photo_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    body = picture("JPEG", size=(400, 200), exif=exif)

    made = files.check_picture(SimpleUploadedFile("x.jpg", body))

    assert (made.width, made.height) == (200, 400)


def test_the_largest_pictures_cost_little_memory():
    """In a process of its own, which remembers the most that it ever had."""
    measure = """
import io, django, sys
django.setup()
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from django.core.files.uploadedfile import SimpleUploadedFile
from submissions.files import check_picture
body = sys.stdin.buffer.read()
def most():
    status = dict(line.split(":") for line in open("/proc/self/status"))
    return int(status["VmHWM"].split()[0]) / 1024
before = most()
check_picture(SimpleUploadedFile("x", body))
print(most() - before)
"""
    for kind, size in {"JPEG": (8000, 6000), "PNG": (6000, 4000)}.items():
        out = io.BytesIO()
        Image.new("RGBA" if kind == "PNG" else "RGB", size).save(out, kind)
        done = subprocess.run(
            [sys.executable, "-c", measure],
            input=out.getvalue(),
            capture_output=True,
            check=True,
        )
        assert float(done.stdout) < 260  # MiB


def test_one_picture_stands_above_the_story_and_the_others_below(client, db):
    project = ProjectFactory(submitted=True, story="Once upon a time")
    for number in range(3):
        project.pictures.create(
            image="x.webp", width=9, height=9, description=f"Picture {number}"
        )

    html = client.get(project.get_absolute_url()).content.decode()

    places = [html.index(f"Picture {number}") for number in range(3)]
    assert places[0] < html.index("Once upon a time") < places[1] < places[2]

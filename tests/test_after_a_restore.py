"""What one asks of a site whose backup was put back."""

import hashlib
from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from notifications.models import Notification
from tests.factories.notifications import NotificationFactory
from tests.factories.submissions import DatasetFactory

Status = Notification.Status


def test_no_mail_that_was_due_leaves_by_itself(db, mailoutbox, capsys):
    now = timezone.now()
    due = NotificationFactory(send_after=now - timedelta(minutes=1))
    begun = NotificationFactory(status=Status.SENDING, claimed_at=now)
    later = NotificationFactory(send_after=now + timedelta(days=1))

    call_command("park_mails")

    assert capsys.readouterr().out.startswith("2 mails")
    for mail in (due, begun, later):
        mail.refresh_from_db()
    assert (due.status, begun.status) == (Status.UNKNOWN, Status.UNKNOWN)
    assert later.status == Status.QUEUED
    assert not Notification.objects.due().exists()


@pytest.fixture
def dataset(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    content = b"a,b\n1,2\n"
    return DatasetFactory(
        link="",
        file=ContentFile(content, name="numbers.csv"),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def test_files_are_compared_with_their_rows(dataset, tmp_path, capsys):
    path = tmp_path / dataset.file.name
    call_command("verify_files")
    assert "files are there" in capsys.readouterr().out

    (tmp_path / "stray.csv").write_text("a")
    call_command("verify_files")
    assert "stray.csv belongs to nothing." in capsys.readouterr().out

    path.write_text("something else")
    with pytest.raises(CommandError, match="is not what was uploaded"):
        call_command("verify_files")
    path.unlink()
    with pytest.raises(CommandError, match="is missing"):
        call_command("verify_files")


@pytest.mark.parametrize(("mode", "found"), [(0o700, 0), (0o750, 1), (0o701, 1)])
def test_a_data_folder_that_others_may_enter_is_named(settings, tmp_path, mode, found):
    settings.DATA_DIR = tmp_path
    tmp_path.chmod(mode)

    said = [
        m for m in run_checks(include_deployment_checks=True) if m.id == "menlo.W001"
    ]

    assert len(said) == found

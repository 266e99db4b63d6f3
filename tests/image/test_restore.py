"""docs/operations.md, compose: a backup is taken and restored word by word."""

import os
import shlex
import shutil
import subprocess

import pytest

from tests.image.conftest import DOT_ENV, OURS, RUN_AS
from tests.image.manual import Machine, blocks

# What ``docker compose exec`` and ``run`` do, with the containers of these tests.
DOCKER = """#!/bin/bash -e
shift
verb=$1; shift
[[ $verb == up ]] && exit  # the test does that
while [[ $1 == --* ]]; do shift; done
service=$1; shift
case $verb in
  exec) PGHOST=127.0.0.1 PGPASSWORD={password} exec "$@" ;;
  run) {variables} exec {inside} "$@" ;;
esac
"""


@pytest.fixture
def machine(site, tmp_path):
    outside = site.outside("web")
    given = {name: value for name, value in outside.items() if name not in os.environ}
    given["IMAGE_ROOT"] = outside["IMAGE_ROOT"]
    docker = tmp_path / "docker"
    docker.write_text(
        DOCKER.format(
            password=DOT_ENV["POSTGRES_PASSWORD"],
            variables=" ".join(f"{k}={shlex.quote(v)}" for k, v in given.items()),
            inside=shlex.join(site.inside("web", [])),
        )
    )
    docker.chmod(0o755)
    return Machine(tmp_path, {})


def on_postgres(folder, *command):
    client = [command[0], "--host", str(folder), "--username", "menlo", *command[1:]]
    done = subprocess.run(client, check=True, cwd="/", capture_output=True)
    return done.stdout.decode().strip()


def test_a_backup_is_restored_into_an_empty_machine(site, machine, postgres):
    backup, restore, *_embedded = blocks("Backup and restore")
    count = "select count(*) from accounts_user"
    people = ["psql", "--tuples-only", "--command", count]
    make = "python manage.py createsuperuser --noinput --email restored@menlo.test"
    site.run("web", *make.split())
    before = on_postgres(postgres, *people)
    machine.type(backup)
    for service in OURS:
        site.stop(service)

    on_postgres(postgres, "dropdb", "--force", "menlo")
    on_postgres(postgres, "createdb", "menlo")
    shutil.rmtree(site.data / "media")
    said = machine.type(restore)

    assert "mails are marked as perhaps sent" in said
    assert "as they were written" in said
    assert "files are there as they were uploaded" in said
    assert on_postgres(postgres, *people) == before != "0"
    assert (site.data / "media").stat().st_uid == int(RUN_AS)
    for service in OURS:
        site.up(service)

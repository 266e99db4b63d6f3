"""What a reader of docs/operations.md would type, and how it is done here."""

import configparser
import os
import re
import shlex
import signal
import subprocess
import textwrap
import time
from pathlib import Path

from tests.image.conftest import as_user
from tests.parts import ROOT, Process

APP = Path("/srv/menlo/app")
OWNER = {"email": "owner@menlo.test", "password": "a long enough word"}


def blocks(heading, kind="sh"):
    """The blocks of one kind below this heading, as they are written."""
    text = (ROOT / "docs" / "operations.md").read_text()
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    fenced = rf"^ *```{kind}\n(.*?)^ *```$"
    found = re.findall(fenced, section, flags=re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for block in found]


class Unit:
    """What systemd does with one unit file."""

    def __init__(self, name, folder):
        file = configparser.ConfigParser(interpolation=None)
        file.optionxform = str
        file.read(f"/etc/systemd/system/{name}.service")
        self.name, self.service = name, file["Service"]
        assert self.service["KillMode"] == "mixed"
        variables = Path(self.service["EnvironmentFile"]).read_text().splitlines()
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
        given = shlex.split("\n".join(variables), comments=True)
        inside = f"umask {self.service['UMask']}; exec {self.service['ExecStart']}"
        command = ["env", "-i", path, *given, "sh", "-c", inside]
        self.process = Process(
            as_user(self.service["User"], *command),
            log=folder / f"{name}.log",
            cwd=self.service["WorkingDirectory"],
        )

    def stop(self):
        """Ask the first process; all must have ended in time, by themselves."""
        os.kill(self.process.pid, signal.SIGTERM)
        start = time.monotonic()
        try:
            self.process.popen.wait(int(self.service["TimeoutStopSec"]))
        finally:
            self.process.kill()
        return time.monotonic() - start


class Machine:
    """A fresh machine, and somebody who types what the manual says."""

    def __init__(self, folder, replaced):
        self.folder, self.replaced = folder, replaced
        self.cwd = folder
        self.units = {}
        self.path = f"{folder}:{os.environ['PATH']}"

    def type(self, block):
        for written, meant in self.replaced.items():
            block = block.replace(written, meant)
        said = ""
        script = []
        for line in block.splitlines():
            if line.startswith("systemctl "):
                said += self.bash(script)
                script = []
                self.systemctl(*line.split()[1:])
            else:
                script.append(line)
        return said + self.bash(script)

    def bash(self, lines):
        if not lines:
            return ""
        where = self.folder / "cwd"
        script = [f"trap 'pwd > {where}' EXIT", "set -eo pipefail", *lines]
        done = subprocess.run(
            ["/bin/bash", "-c", "\n".join(script)],
            cwd=self.cwd,
            env={"PATH": self.path, "HOME": "/root", **self.answers()},
            capture_output=True,
            text=True,
            check=False,
            umask=0o022,
        )
        assert done.returncode == 0, f"{lines}\n{done.stdout}\n{done.stderr}"
        self.cwd = Path(where.read_text().strip())
        return done.stdout

    def answers(self):
        """What ``createsuperuser`` asks for."""
        return {f"DJANGO_SUPERUSER_{k.upper()}": v for k, v in OWNER.items()}

    def systemctl(self, verb, *names):
        for name in (name for name in names if not name.startswith("--")):
            if verb in {"stop", "restart"}:
                assert self.units.pop(name).stop() < 30
            if verb in {"start", "restart", "enable"}:
                self.units[name] = Unit(name, self.folder)

    def switch_off(self):
        for unit in self.units.values():
            unit.process.kill()

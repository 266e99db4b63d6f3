"""Make .venv hold exactly what requirements/<name>.txt locks; do nothing if it does.

    python3 scripts/packages.py base|dev

Runs on a bare Python: nothing may be imported here that is not in its library.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def lock(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def is_installed(name: str) -> bool:
    """Whether this lock, or one that holds all of it, was the last to be installed."""
    stamp = VENV / "menlo-lock"
    names = ["dev"] if name == "dev" else ["base", "dev"]
    return stamp.exists() and stamp.read_text() in {digest(each) for each in names}


def digest(name: str) -> str:
    version = f"{name} {sys.version_info[:2]} "
    return version + hashlib.sha256(lock(name).read_bytes()).hexdigest()


def apt_install(*packages: str) -> bool:
    """Install Debian packages where this person may; say whether it worked."""
    become_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (become_root and not shutil.which("sudo")):
        return False
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    apt += ["-o", "DPkg::Lock::Timeout=120"]  # another apt may be at work beside it
    install = [*apt, "install", "--no-install-recommends", "-y", *packages]
    output = subprocess.DEVNULL
    for command in (install, [*apt, "update"], install):  # lists may be old or missing
        done = subprocess.run(command, stdout=output, stderr=output, check=False)
        if command is install and done.returncode == 0:
            return True
    return False


def make() -> None:
    """Make the environment; Debian keeps a part of venv in a package of its own."""
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode == 0:
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if not apt_install(package):
        sys.exit(f"Python's venv is missing. Please run: apt-get install {package}")
    subprocess.run(command, check=True)


def install(name: str) -> None:
    """Pip does one thing at a time; so two of them each install a half."""
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install"]
    # The lock is complete. Left to look for itself, pip takes a package that is asked
    # for with an extra (coverage[toml]) for one that is not locked, on the day a newer
    # one appears.
    options = ["-qq", "--no-compile", "--require-hashes", "--no-deps"]
    with tempfile.TemporaryDirectory() as folder:
        running = []
        for half in range(2):
            path = Path(folder, f"{half}.txt")
            path.write_text("".join(entries(name)[half::2]))
            command = [*pip, *options, "--requirement", str(path)]
            running.append(subprocess.Popen(command))
        ends = [pip.wait() for pip in running]
    if any(ends):
        sys.exit(1)
    (VENV / "menlo-lock").write_text(digest(name))


def entries(name: str) -> list[str]:
    """What the lock says about each package."""
    return re.split(r"^(?=\w)", lock(name).read_text(), flags=re.MULTILINE)


def main(name: str) -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"Menlo needs Python {OLDEST[0]}.{OLDEST[1]} or newer.")
    if is_installed(name):
        return
    start = time.monotonic()
    print(f"Installing the locked packages ({name}) into .venv …", flush=True)
    if not PYTHON.exists():
        make()
    install(name)
    print(f"… done in {time.monotonic() - start:.0f} s.", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])

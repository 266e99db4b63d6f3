"""Build the real Dockerfile, boot what compose says with it, ask it things; count.

Called by ``make image``, as root. It needs no Docker engine: Debian's buildah builds
on a base that debootstrap makes, under the name of the base that the Dockerfile asks
for. What this machine knows about finding packages (pip, apt, certificates) is lent to
the build and is not in the image. The base is kept between runs.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from packages import apt_install
from suite import ROOT, Part, run

NEEDED = {  # a program, and the Debian package that brings it
    "buildah": "buildah",
    "caddy": "caddy",
    "crun": "crun",
    "debootstrap": "debootstrap",
    "adduser": "adduser",
    "docker-compose": "docker-compose",
    "fuse-overlayfs": "fuse-overlayfs",
    "ip": "iproute2",
    "redis-server": "redis-server",
    "/usr/lib/postgresql": "postgresql",
}
SUITE = "bookworm"
ANY_MIRROR = "http://deb.debian.org/debian"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
STORE = CACHE / "menlo-image"
NAME = "localhost/menlo"
# Names in compose's network, all on this machine.
HOSTS = "127.0.0.1 localhost postgres redis cache web mailpit"
# A network, an /etc and a /srv that nobody else sees, gone with the last process.
APART = f"""
ip link set lo up
cp --archive /etc "$0/etc"
mount --bind "$0/etc" /etc
echo '{HOSTS}' > /etc/hosts
mount -t tmpfs tmpfs /srv
exec "$@"
"""
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
LENT = (CERTIFICATES, "/etc/apt/apt.conf.d", "/etc/apt/sources.list.d")


def have_programs() -> None:
    """Install what is missing, or end with its names."""

    def missing() -> set[str]:
        return {
            package
            for program, package in NEEDED.items()
            if not (shutil.which(program) or Path(program).is_dir())
        }

    if os.geteuid() != 0:
        also = ", ".join(sorted(missing())) or "nothing"
        sys.exit(f"make image must be run as root. Missing packages: {also}.")
    if packages := missing():
        print(f"Installing {', '.join(sorted(packages))} …", flush=True)
        apt_install(*packages)
    if packages := missing():
        names = " ".join(sorted(packages))
        sys.exit(f"These packages are missing. Please run: apt-get install {names}")


def said_by(*command: str) -> str:
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def quietly(*command: str) -> bool:
    """Whether it works."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def driver() -> str:
    """How to store layers: as whole copies where this machine cannot lay them over."""
    with tempfile.TemporaryDirectory(dir=STORE) as folder:
        ask = ["buildah", "--root", folder, "--storage-driver", "overlay", "info"]
        works = quietly(*ask)
        quietly("umount", f"{folder}/overlay")
    return "overlay" if works else "vfs"


class Buildah:
    """Buildah on a store of our own."""

    def __init__(self) -> None:
        STORE.mkdir(parents=True, exist_ok=True)
        self.options = [
            *("--root", str(STORE / "storage"), "--runroot", "/run/menlo-image"),
            *("--storage-driver", driver()),
        ]

    def __call__(self, *command: str) -> str:
        return said_by("buildah", *self.options, *command)

    def has(self, image: str) -> bool:
        return quietly("buildah", *self.options, "inspect", "--type", "image", image)


# --- The base -------------------------------------------------------------------------


def bases() -> set[str]:
    """What the Dockerfile starts from."""
    text = (ROOT / "Dockerfile").read_text()
    return set(re.findall(r"^FROM (\S+)", text, re.MULTILINE))


def mirror() -> str:
    """Where this machine gets its Debian from."""
    known = said_by("apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)")
    for line in known.splitlines():
        address, _, name = line.partition(" ")
        if name == SUITE and "security" not in address:
            return address.removeprefix("mirror+").rstrip("/")
    return ANY_MIRROR


def make_base(buildah: Buildah, name: str) -> None:
    print(f"Making {name} with debootstrap …", flush=True)
    with tempfile.TemporaryDirectory(dir=STORE) as folder:
        root = f"{folder}/root"
        include = "--include=python3-venv,ca-certificates"
        command = ["debootstrap", "--variant=minbase", include, SUITE, root, mirror()]
        log = Path(folder, "log")
        with log.open("w") as output:
            made = subprocess.run(command, check=False, stdout=output, stderr=output)
        if made.returncode:
            sys.exit(f"{log.read_text()}\ndebootstrap failed; the lines above say why.")
        # As in the base that it stands for: `python` and `pip` are there.
        said_by("chroot", root, "python3", "-m", "venv", "/usr/local")
        container = buildah("from", "scratch")
        buildah("add", "--quiet", container, root, "/")
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        buildah("config", "--env", f"PATH={path}", "--cmd", "python3", container)
        buildah("commit", "--quiet", "--rm", container, f"localhost/{name}")


# --- The image ------------------------------------------------------------------------


def pip_configuration() -> dict[str, dict[str, str]]:
    """What pip does here by files and variables, in the sections of one file."""
    sections: dict[str, dict[str, str]] = {}
    for line in said_by(sys.executable, "-m", "pip", "config", "list").splitlines():
        name, _, value = line.partition("=")
        section, _, option = name.rpartition(".")
        section = "global" if section == ":env:" else section
        sections.setdefault(section, {})[option] = ast.literal_eval(value)
    return sections


def folders_of(value: str) -> set[Path]:
    """The files and folders of this machine that a setting of pip's names."""
    found = set()
    for word in value.split():
        path = Path(word.removeprefix("file://"))
        if path.is_absolute() and path.exists():
            # An index keeps its files beside the folder of its pages.
            found.add(path.parent if path.name == "simple" else path)
    return found


def lent(folder: Path) -> list[str]:
    """Options that show the build what this machine knows about finding packages."""
    sections = pip_configuration()
    conf = folder / "pip.conf"
    with conf.open("w") as file:
        for section, values in sections.items():
            file.write(f"[{section}]\n")
            for option, value in values.items():
                file.write(f"{option} = " + value.strip().replace("\n", "\n  ") + "\n")
    named = {Path(path) for path in LENT}
    for values in sections.values():
        named.update(*map(folders_of, values.values()))
    volumes = [f"{path}:{path}:ro" for path in sorted(named) if path.exists()]
    volumes.append(f"{conf}:/etc/pip.conf:ro")
    return [word for volume in volumes for word in ("--volume", volume)]


def build(buildah: Buildah) -> None:
    for name in sorted(bases()):
        if not buildah.has(f"localhost/{name}"):
            make_base(buildah, name)
    print("Building the Dockerfile …", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        command = ["buildah", *buildah.options, "bud", "--isolation", "chroot"]
        command += ["--format", "docker", "--network", "host", "--pull-never"]
        command += [*lent(Path(folder)), "--layers", "--tag", NAME, str(ROOT)]
        if subprocess.run(command, check=False).returncode:
            sys.exit("The image could not be built; the lines above say why.")


def ask(buildah: Buildah) -> int:
    """Run the tests of the image in a network of their own, on compose's ports."""
    container = buildah("from", "--pull-never", NAME)
    try:
        os.environ["IMAGE_ROOT"] = buildah("mount", container)
        os.environ["IMAGE_CONFIG"] = buildah("inspect", "--type", "image", NAME)
        with tempfile.TemporaryDirectory() as folder:
            before = ("unshare", "--net", "--mount", "sh", "-ec", APART, folder)
            Path(folder).chmod(0o755)  # the image's user goes through it
            tests = (*sys.argv[1:],) or ("tests/image",)
            count = run(Part("image", "", before, tests), Path(folder))
    finally:
        buildah("rm", container)
        quietly("buildah", *buildah.options, "rmi", "--prune")
    failed = count.failed + count.skipped
    print(f"{count.passed} passed, {failed} failed")
    return 1 if failed or not count.passed else 0


def main() -> int:
    start = time.monotonic()
    have_programs()
    buildah = Buildah()
    build(buildah)
    print(f"… built in {time.monotonic() - start:.0f} s.", flush=True)
    return ask(buildah)


if __name__ == "__main__":
    sys.exit(main())

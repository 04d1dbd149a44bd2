"""Where things are on the machine that runs the tests: the repository, the shared data, a browser."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def shared_dir() -> Path | None:
    """The folder of shared reference data, or None where a checkout has none.

    RINGFENCE_SHARED names it; without that it is looked for beside the repository. Nothing that ships
    needs it: a test that reads it skips when it is missing.
    """
    place = Path(os.environ.get("RINGFENCE_SHARED") or ROOT.parent / "shared")
    return place if place.is_dir() else None


def data_dir() -> Path | None:
    """The folder of real prices, funding and accounts, or None where a checkout has none.

    RINGFENCE_DATA names it; without that it is looked for beside the repository. It is not ours to ship.
    """
    place = Path(os.environ.get("RINGFENCE_DATA") or ROOT.parent / "shared" / "data")
    return place if (place / "prices").is_dir() else None


def find_chromium() -> str | None:
    """A Chromium to drive: the one on PATH, else the one Playwright has downloaded, else None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    default = Path.home() / ".cache" / "ms-playwright"
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or default)
    builds = sorted(cache.glob("chromium-*/chrome-*/chrome"))
    return str(builds[-1]) if builds else None

"""Where installers put the binary."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path


class BinaryNotFound(FileNotFoundError):
    """The package is there, but not its binary."""


def find_binary() -> Path:
    """The path of the binary that was installed with this package."""
    name = "antipasta-lsp" + (sysconfig.get_config_var("EXE") or "")
    folders = list(dict.fromkeys(_folders()))
    for folder in folders:
        binary = folder / name
        if binary.is_file():
            return binary
    where = ", ".join(map(str, folders))
    raise BinaryNotFound(f"{name} is in none of the folders where installers put programs: {where}")


def _folders() -> Iterator[Path]:
    """Where it may be, the likeliest first."""
    # Of `pip install`, in the environment that this runs in.
    yield Path(sysconfig.get_path("scripts"))
    # Of `pip install --prefix`, or of an environment below this one: beside the folder that this package is in.
    library = Path(__file__).resolve().parents[1]
    scripts = "../../Scripts" if os.name == "nt" else "../../../bin"
    yield Path(os.path.normpath(library / scripts))
    # Of `pip install --target`.
    yield library / "bin"
    # Of `pip install --user`.
    yield Path(sysconfig.get_path("scripts", scheme=sysconfig.get_preferred_scheme("user")))

"""Trees to measure on."""

from __future__ import annotations

import shutil
from pathlib import Path


def copy_files(files: list[Path], root: Path, tree: Path) -> None:
    """Copies files below a root to another.

    What is measured there finds no configuration, ignore rule or cache of the original.
    """
    for file in files:
        copy = tree / file.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)

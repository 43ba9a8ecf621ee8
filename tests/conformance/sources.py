"""What to compare on: directories, files, the standard library, packages from PyPI."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reference import REPOSITORY, Reference, normalised

HERE = Path(__file__).resolve().parent
DEFAULT_SOURCES = (
    "stdlib",
    "Django==5.2",
    "sympy==1.14.0",
    "SQLAlchemy==2.1.9",
    "mypy==2.4.1",
    "ansible-core==2.19.14",
    "hypothesis==6.170.15",
    "textual==8.2.8",
)
CORE_LIST = HERE / "core.txt"
REQUIREMENT = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.!+_-]+$")


class SourceUnavailable(RuntimeError):
    """A source that is not there or cannot be had."""


@dataclass(frozen=True)
class Source:
    """Some Python files under a common root."""

    name: str
    root: Path
    files: list[Path]

    def shown(self, file: Path) -> str:
        """A file's path as a reader wants it: within its source."""
        try:
            return f"{self.name}:{file.relative_to(self.root).as_posix()}"
        except ValueError:
            return str(file)


def resolve(name: str, reference: Reference) -> Source:
    """The source that a word of the command line means."""
    if name == "stdlib":
        root = standard_library(reference)
        return Source(name, root, python_files(root))
    path = Path(name)
    if path.is_dir():
        return Source(path.name or str(path), path.resolve(), python_files(path.resolve()))
    if path.is_file():
        return Source(path.name, path.resolve().parent, [path.resolve()])
    if REQUIREMENT.match(name):
        root = package(name, reference)
        return Source(name, root, python_files(root))
    raise SourceUnavailable(f"{name!r} is no directory, file, `stdlib` or pinned requirement such as Django==5.2")


def python_files(root: Path) -> list[Path]:
    """The `.py` files under a directory, in a fixed order, installed packages excluded."""
    found = []
    for path in root.rglob("*.py"):
        inside = path.relative_to(root).parts
        if "site-packages" not in inside and path.is_file():
            found.append(path)
    return sorted(found, key=lambda path: path.as_posix())


def standard_library(reference: Reference) -> Path:
    """The standard library of the Python that runs the reference."""
    code = "import sysconfig; print(sysconfig.get_paths()['stdlib'])"
    out = subprocess.run([str(reference.python), "-c", code], capture_output=True, text=True, check=True)
    return Path(out.stdout.strip()).resolve()


def package(requirement: str, reference: Reference) -> Path:
    """The folder into which a pinned package is unpacked, downloaded if it is not there yet."""
    name, _, version = requirement.partition("==")
    folder = reference.packages / f"{normalised(name)}-{version}"
    if folder.is_dir():
        return folder
    print(f"downloading {requirement}", file=sys.stderr)
    reference.packages.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=reference.packages) as scratch:
        archive = download(requirement, Path(scratch) / "archive", reference)
        unpacked = Path(scratch) / "unpacked"
        unpack(archive, unpacked)
        unpacked.rename(folder)
    return folder


def download(requirement: str, into: Path, reference: Reference) -> Path:
    """The archive of a package: its wheel if it has one, else its source distribution."""
    pip = [
        str(reference.python),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "download",
        "--quiet",
    ]
    options = ["--no-deps", "--dest", str(into), requirement]
    for kind in (
        ["--only-binary=:all:"],
        ["--no-binary=:all:", "--no-build-isolation"],
    ):
        done = subprocess.run([*pip, *kind, *options], capture_output=True, text=True)
        archives = sorted(into.glob("*")) if into.is_dir() else []
        if archives:
            return archives[0]
    last = done.stderr.strip().splitlines()[-1:] or ["no archive"]
    raise SourceUnavailable(f"pip does not download {requirement}: {last[0]}")


def unpack(archive: Path, into: Path) -> None:
    """Unpack a wheel or a source distribution."""
    into.mkdir()
    if archive.suffix in {".whl", ".zip"}:
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(into)
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as tar:
            if hasattr(tarfile, "data_filter"):
                tar.extractall(into, filter="data")
            else:
                tar.extractall(into)
    else:
        shutil.rmtree(into)
        raise SourceUnavailable(f"{archive.name} is neither a wheel nor a source distribution")


def core(reference: Reference) -> list[Source]:
    """The sample of `core.txt`: every Nth file of some sources, or all of a folder."""
    sources = []
    for step, phase, name in core_lines():
        path = REPOSITORY / name
        if name.endswith("/") and not path.is_dir():
            continue
        source = resolve(str(path) if name.endswith("/") else name, reference)
        sources.append(Source(source.name, source.root, source.files[phase::step]))
    return sources


def core_lines() -> Iterator[tuple[int, int, str]]:
    """The lines of `core.txt`: step, phase, source."""
    for line in CORE_LIST.read_text(encoding="utf-8").splitlines():
        words = line.split("#", 1)[0].split()
        if words:
            step, phase, name = words
            yield int(step), int(phase), name

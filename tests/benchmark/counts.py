"""What `gate.py` compares: how many instructions the library and the program take, and how much memory.

`server/benches/instructions.rs` counts for the library. The program is measured here: on one thread, with a fixed
environment, and without address space layout randomization.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

import synthetic  # noqa: E402
from figures import progress  # noqa: E402
from lsp_client import LanguageClient  # noqa: E402
from patience import patience  # noqa: E402
from reference import REPOSITORY  # noqa: E402

#: Figures of the library: the function in `instructions.rs` that counts it, and its case.
LIBRARY = {
    "parse": ("parse_text", None),
    "walk": ("walk", None),
    "keystrokes-small": ("keystrokes", "small"),
    "keystrokes-nested": ("keystrokes", "nested"),
    "keystrokes-large": ("keystrokes", "large"),
}
#: Figures of the program.
PROGRAM = ("check-cold", "check-warm", "scan", "check-memory")
FIGURES = (*LIBRARY, *PROGRAM)
#: The fixtures that `instructions.rs` reads.
FIXTURES = ("control_flow", "ignores", "nesting")

FILES = 50
LINES = 200
SCANS = 3
MEMORY_RUNS = 25
#: Files that were changed in the last seconds are read even if the cache knows them.
SECONDS_UNTIL_BELIEVED = 3.0

#: Prints the peak memory of a command in KiB. A process starts with the peak of the one that starts it, so that must be
#: smaller than what is measured: a Python without modules is.
PEAK = """
import os, sys
actions = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
_, status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions), 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


class GateFailed(RuntimeError):
    """Something could not be measured; the message says what and why."""


# The machine


def compiler() -> dict[str, str]:
    """The version of rustc, and the architecture that it compiles for."""
    said = output(["rustc", "-vV"], cwd=REPOSITORY)
    known = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
    return {"rustc": known["release"], "architecture": known["host"].split("-")[0]}


def surroundings() -> dict[str, str]:
    """What else may change counts a little: the C library has its own `memcpy` for every processor."""
    return {
        "valgrind": output(["valgrind", "--version"]).strip().removeprefix("valgrind-"),
        "libc": " ".join(platform.libc_ver()),
    }


def reason_to_leave_out(recorded: dict[str, str] | None) -> str | None:
    """Why nothing can be compared here; `None` if it can."""
    if not sys.platform.startswith("linux"):
        return "the instructions are counted on Linux only"
    if shutil.which("valgrind") is None:
        return "there is no valgrind, which counts the instructions"
    if recorded is not None:
        here = compiler()
        for key in ("rustc", "architecture"):
            if here[key] != recorded[key]:
                return f"the limits were recorded with {key} {recorded[key]}, and this is {here[key]}"
    return None


def output(command: list[str], **arguments: object) -> str:
    """What a command prints."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, **arguments)  # type: ignore[call-overload]
    except (OSError, subprocess.CalledProcessError) as error:
        raise GateFailed(f"cannot run {command[0]}: {error}") from error
    return done.stdout


@contextmanager
def on_one_processor() -> Iterator[None]:
    """Shows child processes one processor, so that they start the same threads on every machine."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


# What is measured


def cargo_environment(runner: Path) -> dict[str, str]:
    """The environment for cargo, without the variables that change the compiled code or the counting."""
    unwanted = (
        "GUNGRAUN_",
        "CARGO_PROFILE_",
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "VALGRIND_OPTS",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    path = os.pathsep.join([str(runner.parent), kept.get("PATH", os.defpath)])
    # An incremental build inlines other functions, so its counts are different.
    return {**kept, "CARGO_INCREMENTAL": "0", "PATH": path}


def ensure_runner(directory: Path) -> Path:
    """Installs the program that runs the benchmarks. `gungraun` accepts only its own version, the one in Cargo.lock."""
    locked = (REPOSITORY / "Cargo.lock").read_text(encoding="utf-8")
    found = re.search(r'^name = "gungraun-runner"\nversion = "(.+)"$', locked, re.MULTILINE)
    if found is None:
        raise GateFailed("Cargo.lock has no gungraun-runner")
    version = found[1]
    root = directory / f"gungraun-{version}"
    runner = root / "bin" / "gungraun-runner"
    if not runner.exists():
        print(f"installing gungraun-runner {version} in {root}", file=sys.stderr, flush=True)
        # It only starts valgrind and reads its output. Without optimization it compiles in half the time.
        command = ["cargo", "install", "--locked", "--debug", "--root", str(root)]
        command += ["gungraun-runner", "--version", f"={version}"]
        environment = {**os.environ, "CARGO_PROFILE_DEV_DEBUG": "0", "CARGO_TARGET_DIR": str(root / "target")}
        output(command, env=environment, cwd=directory)
        shutil.rmtree(root / "target")
    return runner


BENCH = ("cargo", "bench", "--workspace", "--profile", "quick", "--locked", "--bench", "instructions")


def build(environment: dict[str, str]) -> Path:
    """Compiles the benchmarks and the program; returns the path of the program."""
    said = output([*BENCH, "--no-run", "--message-format", "json-render-diagnostics"], env=environment, cwd=REPOSITORY)
    for line in said.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "antipasta-lsp":
            return Path(message["executable"])
    raise GateFailed("cargo did not report the path of the program")


def counts_of_library(environment: dict[str, str]) -> dict[str, tuple[int, Path]]:
    """The figures of the library, and the files with their profiles."""
    said = output([*BENCH, "--", "--output-format=json"], env=environment, cwd=REPOSITORY)
    names = {case: name for name, case in LIBRARY.items()}
    found = {}
    for line in said.splitlines():
        summary = json.loads(line)
        name = names[summary["function_name"], summary.get("id")]
        [profile] = summary["profiles"]
        count = profile["data"]["total"]["metrics"]["Ir"]["values"]["new"]
        [file] = (Path(summary["project_root"]) / summary["output_dir"]).glob("callgrind.*.out")
        found[name] = (count, file)
    return found


class Workbench:
    """A folder of files to check, and the program that checks them."""

    def __init__(self, folder: Path, profiles: Path) -> None:
        """Writes the files. Profiles are written to a folder of their own, which is kept."""
        self.folder = folder
        self.profiles = profiles
        self.tree = folder / "tree"
        self.cache = folder / "cache"
        self.tree.mkdir(parents=True)
        self.written = time.monotonic()
        for number in range(FILES):
            text = synthetic.write(LINES, seed=str(number), violations=4).text
            (self.tree / f"module_{number}.py").write_text(text, encoding="utf-8", newline="\n")
        self.environment = {
            "ANTIPASTA_CACHE_DIR": str(self.cache),
            "HOME": str(folder),
            "LC_ALL": "C",
            "PATH": "/usr/bin:/bin",
        }
        # Containers may forbid it. Counts hardly change without it, as valgrind lays out the memory itself.
        fixed = subprocess.run(["setarch", "-R", "true"], check=False, capture_output=True).returncode == 0
        self.prefix = ["setarch", "-R"] if fixed else []

    def digest(self) -> str:
        """A digest of all measured texts. Limits hold for these texts only."""
        found = hashlib.sha256()
        fixtures = [REPOSITORY / "fixtures" / "python" / f"{name}.py" for name in FIXTURES]
        for file in (*fixtures, *sorted(self.tree.iterdir())):
            found.update(file.read_bytes())
        return found.hexdigest()

    def counted(self, name: str, *options: str) -> list[str]:
        """The beginning of a command whose instructions are counted."""
        for old in self.profiles.glob(f"{name}.callgrind*"):
            old.unlink()
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={self.profiles / name}.callgrind", *options]
        return [*self.prefix, *tool]

    def profile_of(self, name: str) -> tuple[int, Path]:
        """The instructions of a command, or of its busiest thread if threads are counted apart; and its profile."""
        found = []
        for file in self.profiles.glob(f"{name}.callgrind*"):
            total = re.search(r"^(?:totals|summary): (\d+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            if total is not None:
                found.append((int(total[1]), file))
        if not found:
            raise GateFailed(f"valgrind has counted nothing for {name}")
        return max(found)

    def check(self, program: Path, *prefix: str) -> str:
        """Checks the files; what is printed. The prefix is a command that runs the check."""
        # Paths are relative, so that the length of their names is the same everywhere.
        command = [*prefix, str(program), "--check", "tree", "--jobs", "1", "--quiet"]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        # There are violations in the files.
        if done.returncode not in (0, 2):
            raise GateFailed(f"{' '.join(command)} failed with exit code {done.returncode}: {done.stderr[-500:]}")
        return done.stdout

    def empty_cache(self) -> None:
        """Forgets what was computed before."""
        shutil.rmtree(self.cache, ignore_errors=True)

    def check_cold(self, program: Path) -> tuple[int, Path]:
        """A check with an empty cache."""
        self.empty_cache()
        self.check(program, *self.counted("check-cold"))
        return self.profile_of("check-cold")

    def check_warm(self, program: Path) -> tuple[int, Path]:
        """A check with a full cache."""
        time.sleep(max(0.0, self.written + SECONDS_UNTIL_BELIEVED - time.monotonic()))
        self.empty_cache()
        self.check(program)
        self.check(program, *self.counted("check-warm"))
        return self.profile_of("check-warm")

    def scan(self, program: Path) -> tuple[int, Path]:
        """The least of several scans, without a cache, and the profile of the last one."""
        counts = []
        for _ in range(SCANS):
            self.scan_once(program)
            count, file = self.profile_of("scan")
            counts.append(count)
        return min(counts), file

    def scan_once(self, program: Path) -> None:
        """Has the server scan the files."""
        environment = {**self.environment, "ANTIPASTA_NO_CACHE": "1"}
        variables = [f"{name}={value}" for name, value in environment.items()]
        command = ["env", "-i", *variables, *self.counted("scan", "--separate-threads=yes"), str(program)]
        limit = patience(120)
        with LanguageClient("scan", command, self.tree) as client:
            client.initialize()
            client.wait(
                lambda got: got.method == "$/progress" and got.params["value"]["kind"] == "end" or None,
                "end of the scan",
                patience=limit,
            )
            client.request("shutdown", None)
            client.notify("exit", None)
            # Valgrind writes the profile at the end.
            client.process.wait(limit)

    def check_memory(self, program: Path) -> int:
        """The peak memory of a check with an empty cache, in KiB."""
        launcher = [sys.executable, "-I", "-S", "-c", PEAK, *self.prefix_with_path()]
        peaks = []
        for _ in range(MEMORY_RUNS):
            self.empty_cache()
            peaks.append(int(self.check(program, *launcher)))
        return statistics.median_low(peaks)

    def prefix_with_path(self) -> list[str]:
        """The prefix, with the path of its program."""
        return [str(shutil.which(self.prefix[0])), *self.prefix[1:]] if self.prefix else []


def measure(names: list[str], scratch: Path, directory: Path) -> tuple[dict[str, int], dict[str, Path], str]:
    """The figures, the files with their profiles, and the digest of the texts that were measured."""
    environment = cargo_environment(ensure_runner(directory))
    counts: dict[str, int] = {}
    files: dict[str, Path] = {}
    progress("compiling")
    program = build(environment)
    profiles = directory / "profiles"
    profiles.mkdir(exist_ok=True)
    bench = Workbench(scratch, profiles)
    if any(name in LIBRARY for name in names):
        progress("counting: the library")
        for name, (count, file) in counts_of_library(environment).items():
            counts[name], files[name] = count, file
    with on_one_processor():
        for name, count_of in (
            ("check-cold", bench.check_cold),
            ("check-warm", bench.check_warm),
            ("scan", bench.scan),
        ):
            if name in names:
                progress(f"counting: {name}")
                counts[name], files[name] = count_of(program)
        if "check-memory" in names:
            progress("measuring: check-memory")
            counts["check-memory"] = bench.check_memory(program)
    progress("")
    return {name: counts[name] for name in names}, files, bench.digest()

"""The language servers that are measured: ours and its peers, each told to judge cyclomatic complexity alone.

All are to find the same: the functions whose complexity is above `synthetic.THRESHOLD`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsp_client import LanguageClient
from reference import Reference
from synthetic import THRESHOLD

OURS = "antipasta-lsp"

#: pylsp's plugins, but for mccabe.
PYLSP_PLUGINS = (
    *("autopep8", "flake8", "folding", "jedi_completion", "jedi_definition", "jedi_highlight", "jedi_hover"),
    *("jedi_references", "jedi_rename", "jedi_signature_help", "jedi_symbols", "jedi_type_definition", "preload"),
    *("pycodestyle", "pydocstyle", "pyflakes", "pylint", "rope_autoimport", "rope_completion", "yapf"),
)


@dataclass
class Server:
    """A language server, and what has to be known of it to measure it."""

    name: str
    command: list[str]
    #: Finds the complexity in a diagnostic's message.
    message: re.Pattern[str]
    #: Files that its workspace holds, by name.
    files: dict[str, str] = field(default_factory=dict)
    options: Any = None
    #: What it is told by `workspace/didChangeConfiguration`, and answers to `workspace/configuration`.
    settings: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    #: Whether it publishes after every change, also if nothing changes in what it says.
    answers_every_change: bool = False
    #: Takes part in one round of so many: slow servers get fewer samples.
    stride: int = 1
    #: What a reader of its times should know.
    note: str = ""

    def prepare(self, folder: Path) -> None:
        """Makes a workspace for it."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")

    def start(self, folder: Path) -> LanguageClient:
        """Starts it in a workspace that was prepared, up to the end of the handshake."""
        client = LanguageClient(
            self.name,
            self.command,
            folder,
            environment=self.environment,
            configuration=self.settings,
        )
        try:
            client.initialize(self.options)
            if self.settings:
                client.notify("workspace/didChangeConfiguration", {"settings": self.settings})
        except BaseException:
            client.stop()
            raise
        return client

    def complexities(self, diagnostics: list[dict[str, Any]]) -> dict[int, int]:
        """The complexity by line (from 0) that diagnostics speak of."""
        found = {}
        for diagnostic in diagnostics:
            if match := self.message.search(diagnostic["message"]):
                found[diagnostic["range"]["start"]["line"]] = round(float(match[1]))
        return found


def ours(command: list[str], *, default_thresholds: bool = False) -> Server:
    """Our server. With the default thresholds it judges files too, so that every keystroke changes what it says."""
    configuration = (
        "languages:\n"
        "  - name: python\n"
        "    metrics:\n"
        f'      - {{type: cyclomatic_complexity, threshold: {THRESHOLD}, comparison: "<="}}\n'
    )
    return Server(
        OURS,
        command,
        re.compile(r"^Cyclomatic Complexity is ([\d.]+)"),
        files={} if default_thresholds else {".antipasta.yaml": configuration},
        environment={"ANTIPASTA_NO_CACHE": "1"},
    )


def peers(environment: Reference) -> list[Server]:
    """Servers that report cyclomatic complexity too."""
    ruff = Server(
        "ruff",
        [str(environment.script("ruff")), "server"],
        re.compile(r"is too complex \((\d+) >"),
        files={"ruff.toml": f'[lint]\nselect = ["C901"]\n\n[lint.mccabe]\nmax-complexity = {THRESHOLD}\n'},
        answers_every_change=True,
        stride=4,
    )
    plugins: dict[str, Any] = {name: {"enabled": False} for name in PYLSP_PLUGINS}
    # It reports what reaches its threshold; the others what exceeds theirs.
    plugins["mccabe"] = {"enabled": True, "threshold": THRESHOLD + 1}
    pylsp = Server(
        "pylsp",
        [str(environment.script("pylsp"))],
        re.compile(r"Cyclomatic complexity too high: (\d+)"),
        settings={"pylsp": {"plugins": plugins}},
        stride=24,
        note="pylsp waits 500 ms for the next keystroke before it looks",
    )
    return [ruff, pylsp]

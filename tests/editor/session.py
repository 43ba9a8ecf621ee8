"""An editor's side of a session: a workspace, an open document, and a pytest-lsp client that remembers what came."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, Union

import truth  # finds the modules of tests/conformance
from cattrs import Converter
from lsprotocol import types
from patience import patience
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features
from truth import Finding

#: Seconds after which what was waited for will not come.
PATIENCE = patience(60)

T = TypeVar("T")


class Editor(LanguageClient):
    """A client that remembers every set of diagnostics and every edit that the server asked for."""

    def __init__(self) -> None:
        super().__init__(converter_factory=converter)
        self.published: list[types.PublishDiagnosticsParams] = []
        self.applied: list[types.WorkspaceEdit] = []
        #: What the server answered to `initialize`.
        self.greeting: types.InitializeResult | None = None
        register_lsp_features(
            self,
            {
                **DEFAULT_CLIENT_FEATURES,
                types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: on_published,
                types.WORKSPACE_APPLY_EDIT: on_apply_edit,
                types.CLIENT_REGISTER_CAPABILITY: on_registration,
                types.WORKSPACE_CODE_LENS_REFRESH: on_refresh,
                types.WORKSPACE_INLAY_HINT_REFRESH: on_refresh,
            },
        )

    async def until(self, find: Callable[[], T | None], what: str) -> T:
        """Waits until something is found."""
        try:
            async with asyncio.timeout(PATIENCE):
                while (found := find()) is None:
                    self.fail_if_ended(what)
                    await asyncio.sleep(0.005)
                return found
        except TimeoutError:
            latest = [(one.version, len(one.diagnostics)) for one in self.published[-5:]]
            raise AssertionError(f"no {what}; published last (version, diagnostics): {latest}") from None

    def fail_if_ended(self, what: str) -> None:
        """Says so if there is no server to wait for."""
        if self._server is not None and self._server.returncode is not None:
            raise AssertionError(f"the server ended with exit code {self._server.returncode} before {what}")


def converter() -> Converter:
    """The library's converter, but that it takes a code action with a command for what it is, and not for a command."""
    made = default_converter()

    def action_or_command(item: dict[str, Any], _: type) -> types.CodeAction | types.Command:
        return made.structure(item, types.Command if isinstance(item.get("command"), str) else types.CodeAction)

    made.register_structure_hook(Union[types.Command, types.CodeAction], action_or_command)  # noqa: UP007
    return made


def on_published(client: Editor, params: types.PublishDiagnosticsParams) -> None:
    """Remembers a set of diagnostics."""
    client.published.append(params)
    client.diagnostics[params.uri] = params.diagnostics


def on_apply_edit(client: Editor, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
    """Remembers an edit, and says that it was made."""
    client.applied.append(params.edit)
    return types.ApplyWorkspaceEditResult(applied=True)


def on_registration(client: Editor, params: types.RegistrationParams) -> None:
    """Takes note of nothing: what is registered is asked for anyway."""


def on_refresh(client: Editor, *_: Any) -> None:
    """Shows nothing, so has nothing to refresh."""


@dataclass
class Document:
    """A document that is open in the editor."""

    client: Editor
    path: Path
    text: str
    version: int = 0
    _truths: dict[tuple[str, str], truth.Truth] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """Its URI."""
        return self.path.as_uri()

    @property
    def identifier(self) -> types.TextDocumentIdentifier:
        """How requests name it."""
        return types.TextDocumentIdentifier(self.uri)

    def open(self) -> None:
        """Opens it."""
        self.version += 1
        item = types.TextDocumentItem(self.uri, types.LanguageKind.Python, self.version, self.text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def replace(self, old: str, new: str) -> None:
        """Replaces the one place at which `old` stands."""
        assert self.text.count(old) == 1, f"{old!r} is not in the text just once"
        start = self.text.index(old)
        self.edit(start, start + len(old), new)

    def edit(self, start: int, end: int, new: str) -> None:
        """Replaces what is between two offsets."""
        place = types.Range(self.position(start), self.position(end))
        self.text = self.text[:start] + new + self.text[end:]
        self.version += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self.version, self.uri),
                [types.TextDocumentContentChangePartial(range=place, text=new)],
            )
        )

    def position(self, offset: int) -> types.Position:
        """Where an offset is. The texts are ASCII, so that all encodings count alike."""
        before = self.text[:offset]
        return types.Position(before.count("\n"), offset - (before.rfind("\n") + 1))

    def at(self, place: types.Range) -> str:
        """What stands in a range."""
        lines = self.text.splitlines(keepends=True)
        offsets = [sum(map(len, lines[: point.line])) + point.character for point in (place.start, place.end)]
        return self.text[offsets[0] : offsets[1]]

    def name_position(self, definition: str) -> types.Position:
        """A position inside the name that follows `def ` or `class `."""
        keyword, name = definition.split()
        start = self.text.index(f"{keyword} {name}")
        return self.position(start + len(keyword) + 2)

    def line_of(self, definition: str) -> int:
        """The line (from 0) of a definition such as `def greet`."""
        return self.name_position(definition).line

    async def diagnostics(self) -> list[types.Diagnostic]:
        """The diagnostics that the server published of this version."""

        def find() -> list[types.Diagnostic] | None:
            for params in reversed(self.client.published):
                if params.uri == self.uri and params.version == self.version:
                    return list(params.diagnostics)
            return None

        return await self.client.until(find, f"diagnostics of version {self.version}")

    def latest(self) -> list[types.Diagnostic]:
        """The last diagnostics that were published, of whatever version."""
        sets = [params.diagnostics for params in self.client.published if params.uri == self.uri]
        return list(sets[-1]) if sets else []

    async def reached(self) -> None:
        """Comes back once the server has seen all edits: it answers requests after the edits that came before."""
        await self.client.text_document_hover_async(types.HoverParams(self.identifier, types.Position(0, 0)))

    def findings(self, diagnostics: list[types.Diagnostic]) -> set[Finding]:
        """What diagnostics say, to compare with the check. Their messages must show the value with two decimals."""
        return {self.finding(one) for one in diagnostics}

    def finding(self, diagnostic: types.Diagnostic) -> Finding:
        """What one diagnostic says."""
        metric = str(diagnostic.code)
        of_file = metric.startswith(("maintainability", "halstead")) or metric.endswith(("_lines", "lines_of_code"))
        name = None if of_file else self.at(diagnostic.range)
        values = {one.value for one in self.truth().findings if (one.metric, one.name) == (metric, name)}
        shown = {value for value in values if value in diagnostic.message}
        return Finding(metric, name, shown.pop() if shown else diagnostic.message)

    def truth(self) -> truth.Truth:
        """What the check says of the present text, by the present configuration."""
        key = self.text, self.path.with_name(".antipasta.yaml").read_text(encoding="utf-8")
        if key not in self._truths:
            self._truths[key] = truth.check(self.text, self.path)
        return self._truths[key]

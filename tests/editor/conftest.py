"""Sessions with the server under test, as two published editors would hold them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, client_capabilities
from session import Document, Editor
from truth import ours
from workspace import SOURCE, make

SERVER = ClientServerConfig(server_command=[*ours().command, "--stdio"], client_factory=Editor)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder with a source and a configuration."""
    return make(tmp_path.resolve())


@pytest.fixture
def options(request: pytest.FixtureRequest) -> dict[str, Any] | None:
    """`initializationOptions`: what the test's mark `options` says."""
    mark = request.node.get_closest_marker("options")
    return None if mark is None else mark.args[0]


def parameters(editor: str, folder: Path, options: dict[str, Any] | None) -> types.InitializeParams:
    """How an editor introduces itself."""
    return types.InitializeParams(
        capabilities=client_capabilities(editor),
        root_uri=folder.as_uri(),
        workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name)],
        initialization_options=options,
    )


@pytest_lsp.fixture(config=SERVER)
async def client(lsp_client: Editor, workspace: Path, options: dict[str, Any] | None):
    """VS Code without pulled diagnostics."""
    lsp_client.greeting = await lsp_client.initialize_session(
        parameters("visual-studio-code", workspace, options),
    )
    yield
    await end(lsp_client)


@pytest_lsp.fixture(config=SERVER)
async def pulling(lsp_client: Editor, workspace: Path, options: dict[str, Any] | None):
    """Neovim 0.11, which pulls diagnostics."""
    lsp_client.greeting = await lsp_client.initialize_session(parameters("neovim@v0.11", workspace, options))
    yield
    await end(lsp_client)


async def end(client: Editor) -> None:
    """Ends a session that its test has not ended."""
    if client._server is not None and client._server.returncode is None:
        await client.shutdown_session()


@pytest.fixture
def document(client: Editor, workspace: Path) -> Document:
    """The source, open in the client."""
    opened = Document(client, workspace / "shop.py", SOURCE)
    opened.open()
    return opened


@pytest.fixture
def pulled(pulling: Editor, workspace: Path) -> Document:
    """The source, open in the client that pulls."""
    opened = Document(pulling, workspace / "shop.py", SOURCE)
    opened.open()
    return opened

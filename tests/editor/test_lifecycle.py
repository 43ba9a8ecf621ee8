"""Beginning and end of a session, and what must not end it."""

from __future__ import annotations

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcMethodNotFound
from session import Document, Editor


async def test_initialize_says_what_the_server_can_do(client: Editor) -> None:
    greeting = client.greeting
    assert greeting.server_info is not None
    assert greeting.server_info.name == "antipasta-lsp"
    assert greeting.server_info.version
    can = greeting.capabilities
    sync = can.text_document_sync
    assert isinstance(sync, types.TextDocumentSyncOptions)
    assert (sync.open_close, sync.change) == (True, types.TextDocumentSyncKind.Incremental)
    for provider in (
        can.hover_provider,
        can.code_lens_provider,
        can.document_symbol_provider,
        can.code_action_provider,
        can.inlay_hint_provider,
    ):
        assert provider, f"missing in {can}"
    assert can.execute_command_provider is not None
    commands = can.execute_command_provider.commands
    assert commands and all(command.startswith("antipasta.") for command in commands)


async def test_the_position_encoding_is_one_that_was_offered(client: Editor) -> None:
    general = client.capabilities.general
    offered = (general and general.position_encodings) or [types.PositionEncodingKind.Utf16]
    chosen = client.greeting.capabilities.position_encoding or types.PositionEncodingKind.Utf16
    assert chosen in offered


async def test_a_client_that_pulls_is_offered_pulling(pulling: Editor) -> None:
    assert pulling.greeting.capabilities.diagnostic_provider is not None


async def test_shutdown_and_exit_end_with_code_0(document: Document) -> None:
    await document.diagnostics()
    await document.client.shutdown_session()
    assert document.client._server.returncode == 0


async def test_exit_without_shutdown_ends_with_code_1(document: Document) -> None:
    await document.diagnostics()
    document.client.exit(None)
    assert await document.client._server.wait() == 1


async def test_an_unknown_request_is_refused(document: Document) -> None:
    with pytest.raises(JsonRpcMethodNotFound):
        await document.client.protocol.send_request_async("antipasta/noSuchRequest", {})
    assert document.findings(await document.diagnostics()) == document.truth().findings


async def test_a_change_of_a_file_that_was_never_opened_is_survived(document: Document) -> None:
    await document.diagnostics()
    stranger = Document(document.client, document.path.with_name("never_opened.py"), "x = 1\n", version=1)
    stranger.replace("1", "2")
    document.replace('f"Hello, {name}"', "name and name.first and name.last or name.short or name.nick or 1")
    assert document.findings(await document.diagnostics()) == document.truth().findings

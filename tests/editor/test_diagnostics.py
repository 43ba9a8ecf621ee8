"""Diagnostics, pushed and pulled: the check's violations, at the names of what violates."""

from __future__ import annotations

import pytest
from lsprotocol import types
from session import Document
from workspace import SOURCE

#: As an editor sends it while someone types: in a moment of which the syntax is broken.
BRANCHES = "\n    if name.a and name.b or name.c:\n        return name.a if name.d and name.e else name.b\n    "


async def test_opening_shows_the_violations_of_the_check(document: Document) -> None:
    diagnostics = await document.diagnostics()
    found = document.findings(diagnostics)
    assert found == document.truth().findings
    assert len(diagnostics) == len(found), "something is shown twice"


async def test_a_diagnostic_says_all_that_an_editor_can_use(document: Document) -> None:
    for one in await document.diagnostics():
        assert one.source == "antipasta"
        assert one.severity is not None
        assert one.code_description is not None
        assert one.code_description.href.startswith("https://")
        assert one.data is not None, f"no data for code actions: {one}"
        finding = document.finding(one)
        if finding.name is None:
            assert one.range.start == types.Position(0, 0) and one.range.end.line in (0, 1)


@pytest.mark.parametrize("metric", ["cyclomatic_complexity", "cognitive_complexity"])
async def test_the_costly_lines_are_named(document: Document, metric: str) -> None:
    (one,) = (
        one for one in await document.diagnostics() if one.code == metric and document.at(one.range) == "shipping_cost"
    )
    first, last = document.line_of("def shipping_cost"), document.line_of("def greet")
    assert one.related_information
    lines = [related.location.range.start.line for related in one.related_information]
    assert all(related.location.uri == document.uri for related in one.related_information)
    assert all(first <= line < last for line in lines)
    branching = [number for number, line in enumerate(SOURCE.splitlines()) if "if " in line or "for " in line]
    assert set(lines) & set(branching), f"no line that branches among {lines}"


async def test_a_change_is_answered_with_its_version(document: Document) -> None:
    before = document.findings(await document.diagnostics())
    document.replace("\n    return f", f"{BRANCHES}return f")
    after = document.findings(await document.diagnostics())
    assert after == document.truth().findings
    assert any(one.name == "greet" for one in after - before)


async def test_many_diagnostics_are_sent_when_nobody_types(document: Document) -> None:
    branches = "    if a and b and c and d or e and f and g and h:\n        pass\n" * 2
    functions = "".join(f"def f{number}(a, b, c, d, e, f, g, h):\n{branches}\n\n" for number in range(150))
    document.edit(len(document.text), len(document.text), f"\n\n{functions}")
    await document.client.until(lambda: len(document.latest()) > 200 or None, "many diagnostics")
    document.client.published.clear()
    keys = 40
    start = document.text.index("d or e")
    for _ in range(keys):
        document.edit(start, start, "d and ")
        await document.reached()
    expected = document.truth().findings
    await document.client.until(lambda: document.findings(document.latest()) == expected or None, "the check's")
    assert len(document.client.published) < keys / 2


async def test_typing_character_by_character_ends_where_the_check_does(document: Document) -> None:
    await document.diagnostics()
    start = document.text.index("\n    return f")
    for number, character in enumerate(BRANCHES):
        document.edit(start + number, start + number, character)
        if number % 10 == 0:
            await document.reached()
    await document.reached()
    truth = document.truth()
    await document.client.until(
        lambda: document.findings(document.latest()) == truth.findings or None,
        f"diagnostics that agree with the check: {sorted(map(str, truth.findings))}",
    )


async def test_a_syntax_error_leaves_the_other_functions_alone(document: Document) -> None:
    before = {(one.code, document.at(one.range)) for one in await document.diagnostics()}
    document.replace("cost += 9", "cost += (9")
    await document.reached()
    document.replace("Hello", "Good evening")
    await document.reached()
    others = {(metric, name) for metric, name in before if name in ("total", "Basket")}
    assert others, "the source has no other violations"
    assert others <= {(one.code, document.at(one.range)) for one in document.latest()}
    document.replace("cost += (9", "cost += (9)")
    await document.reached()
    truth = document.truth()
    await document.client.until(
        lambda: document.findings(document.latest()) == truth.findings or None, "the check's diagnostics again"
    )


async def test_an_ignore_comment_suppresses(document: Document) -> None:
    await document.diagnostics()
    document.replace("country, express):", "country, express):  # antipasta: ignore[cyclomatic_complexity]")
    found = document.findings(await document.diagnostics())
    assert found == document.truth().findings
    assert ("cyclomatic_complexity", "shipping_cost") not in {(one.metric, one.name) for one in found}
    assert ("cognitive_complexity", "shipping_cost") in {(one.metric, one.name) for one in found}


async def test_deleting_everything_leaves_nothing(document: Document) -> None:
    assert await document.diagnostics()
    document.edit(0, len(document.text), "")
    assert document.findings(await document.diagnostics()) == document.truth().findings == set()


async def test_pulled_diagnostics_are_those_of_the_check(pulled: Document) -> None:
    report = await pulled.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(pulled.identifier))
    assert report.kind == "full"
    assert report.result_id
    assert pulled.findings(list(report.items)) == pulled.truth().findings


async def test_pulling_again_says_that_nothing_changed(pulled: Document) -> None:
    def pull(known: str | None = None) -> types.DocumentDiagnosticParams:
        return types.DocumentDiagnosticParams(pulled.identifier, previous_result_id=known)

    first = await pulled.client.text_document_diagnostic_async(pull())
    again = await pulled.client.text_document_diagnostic_async(pull(first.result_id))
    assert again.kind == "unchanged"
    pulled.replace("\n    return f", f"{BRANCHES}return f")
    changed = await pulled.client.text_document_diagnostic_async(pull(first.result_id))
    assert changed.kind == "full"
    assert changed.result_id != first.result_id
    assert pulled.findings(list(changed.items)) == pulled.truth().findings


async def test_pulling_the_workspace_covers_files_that_are_not_open(pulled: Document) -> None:
    other = Document(pulled.client, pulled.path.with_name("other.py"), SOURCE.replace("Basket", "Cart"))
    other.path.write_text(other.text, encoding="utf-8")
    pulled.client.workspace_did_change_watched_files(
        types.DidChangeWatchedFilesParams([types.FileEvent(other.uri, types.FileChangeType.Created)])
    )
    report = await pulled.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams(previous_result_ids=[]))
    items = {one.uri: one for one in report.items}
    for document in (pulled, other):
        assert document.uri in items, f"not in the report: {document.uri}"
        assert document.findings(list(items[document.uri].items)) == document.truth().findings

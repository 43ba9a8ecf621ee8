"""Code actions, judged by what comes of them: the check runs on the text that they leave."""

from __future__ import annotations

from lsprotocol import types
from session import Document


async def actions_for(document: Document, diagnostic: types.Diagnostic) -> list[types.CodeAction]:
    """The code actions for a diagnostic, resolved."""
    actions = await document.client.text_document_code_action_async(
        types.CodeActionParams(document.identifier, diagnostic.range, types.CodeActionContext([diagnostic]))
    )
    assert actions, f"no code actions for {diagnostic}"
    assert all(isinstance(one, types.CodeAction) for one in actions), actions
    resolvable = getattr(document.client.greeting.capabilities.code_action_provider, "resolve_provider", False)
    return [
        await document.client.code_action_resolve_async(one) if one.edit is None and resolvable else one
        for one in actions
    ]


async def diagnostic_of(document: Document, metric: str, name: str) -> types.Diagnostic:
    """The diagnostic of a function's metric."""
    (found,) = (one for one in await document.diagnostics() if one.code == metric and document.at(one.range) == name)
    return found


async def edits_of(document: Document, action: types.CodeAction) -> dict[str, list[types.TextEdit]]:
    """The edits by file that an action makes, by itself or by the command that it runs."""
    edit = action.edit
    if edit is None:
        assert action.command is not None, action
        applied = len(document.client.applied)
        await document.client.workspace_execute_command_async(
            types.ExecuteCommandParams(action.command.command, action.command.arguments)
        )
        edit = await document.client.until(
            lambda: document.client.applied[applied] if len(document.client.applied) > applied else None,
            f"edit of {action.title!r}",
        )
    edits = {uri: list(changes) for uri, changes in (edit.changes or {}).items()}
    for change in edit.document_changes or []:
        if isinstance(change, types.TextDocumentEdit):
            edits.setdefault(change.text_document.uri, []).extend(
                one for one in change.edits if isinstance(one, types.TextEdit | types.AnnotatedTextEdit)
            )
    return edits


def edited(text: str, edits: list[types.TextEdit]) -> str:
    """A text (ASCII) after edits."""
    lines = text.splitlines(keepends=True)

    def offset(point: types.Position) -> int:
        return sum(map(len, lines[: point.line])) + point.character

    for edit in sorted(edits, key=lambda one: offset(one.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


def named(actions: list[types.CodeAction], word: str) -> types.CodeAction:
    """The one action whose title has a word in it."""
    found = [action for action in actions if word in action.title.lower()]
    assert len(found) == 1, f"{word}: {[action.title for action in actions]}"
    return found[0]


async def test_ignoring_a_metric_suppresses_this_violation_only(document: Document) -> None:
    diagnostic = await diagnostic_of(document, "cyclomatic_complexity", "shipping_cost")
    before = document.truth().findings
    edits = await edits_of(document, named(await actions_for(document, diagnostic), "ignore"))
    assert list(edits) == [document.uri]
    document.text = edited(document.text, edits[document.uri])
    # A comment more changes the file's own metrics.
    gone = {(one.metric, one.name) for one in before - document.truth().findings if one.name is not None}
    assert gone == {("cyclomatic_complexity", "shipping_cost")}


async def test_ignoring_a_second_metric_keeps_the_first(document: Document) -> None:
    before = document.truth().findings
    for metric in ("cyclomatic_complexity", "cognitive_complexity"):
        diagnostic = await diagnostic_of(document, metric, "total")
        edits = await edits_of(document, named(await actions_for(document, diagnostic), "ignore"))
        whole = edited(document.text, edits[document.uri])
        document.edit(0, len(document.text), whole)
    after = document.truth().findings
    assert {(one.metric, one.name) for one in before - after} >= {
        ("cyclomatic_complexity", "total"),
        ("cognitive_complexity", "total"),
    }
    assert document.findings(await document.diagnostics()) == after


async def test_setting_the_threshold_allows_the_present_value(document: Document) -> None:
    diagnostic = await diagnostic_of(document, "cyclomatic_complexity", "shipping_cost")
    value = document.truth().value("cyclomatic_complexity", "shipping_cost")
    edits = await edits_of(document, named(await actions_for(document, diagnostic), "threshold"))
    configuration = document.path.with_name(".antipasta.yaml")
    assert list(edits) == [configuration.as_uri()]
    text = edited(configuration.read_text(encoding="utf-8"), edits[configuration.as_uri()])
    configuration.write_text(text, encoding="utf-8")
    truth = document.truth()
    assert "shipping_cost" not in {one.name for one in truth.findings if one.metric == "cyclomatic_complexity"}
    assert "shipping_cost" in {one.name for one in truth.findings if one.metric == "cognitive_complexity"}
    # The threshold is the present value, not more: one branch further, and it is violated again.
    document.text = document.text.replace("    return cost\n", "    if cost:\n        return cost\n")
    worse = document.truth()
    assert worse.threshold("cyclomatic_complexity", "shipping_cost") == value


async def test_an_action_explains_the_metric(document: Document) -> None:
    diagnostic = await diagnostic_of(document, "cognitive_complexity", "total")
    action = named(await actions_for(document, diagnostic), "explain")
    assert action.command is not None and action.command.command.startswith("antipasta.")

"""What people look at: hover, code lenses, document symbols, inlay hints, and the request for metrics."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lsprotocol import types
from session import Document
from truth import shows_number

FUNCTIONS = ("def shipping_cost", "def greet", "def __init__", "def total")
CLASSES = ("class Basket",)


async def hover(document: Document, position: types.Position) -> types.Hover | None:
    """What is shown at a position."""
    return await document.client.text_document_hover_async(types.HoverParams(document.identifier, position))


@pytest.mark.parametrize("definition", ["def shipping_cost", "def total"])
async def test_hover_on_a_name_shows_a_table_of_its_metrics(document: Document, definition: str) -> None:
    shown = await hover(document, document.name_position(definition))
    assert shown is not None and isinstance(shown.contents, types.MarkupContent)
    assert shown.contents.kind == types.MarkupKind.Markdown
    table = [line for line in shown.contents.value.splitlines() if line.strip().startswith("|")]
    name = definition.split()[1]
    assert shown.range is None or document.at(shown.range) == name
    truth = document.truth()
    for metric in ("cyclomatic_complexity", "cognitive_complexity"):
        word = metric.split("_")[0]
        (row,) = (line for line in table if word in line.lower())
        assert shows_number(row, truth.value(metric, name)), f"no {truth.value(metric, name)} in {row}"
        assert shows_number(row, truth.threshold(metric, name)), f"no threshold in {row}"


async def test_hover_on_a_class_shows_its_weighted_methods(document: Document) -> None:
    shown = await hover(document, document.name_position("class Basket"))
    assert shown is not None and isinstance(shown.contents, types.MarkupContent)
    assert shows_number(shown.contents.value, document.truth().value("weighted_methods_per_class", "Basket"))


async def test_hover_follows_an_edit(document: Document) -> None:
    document.replace('f"Hello, {name}"', "name if name.a else name.b if name.c else name.d")
    shown = await hover(document, document.name_position("def greet"))
    assert shown is not None and isinstance(shown.contents, types.MarkupContent)
    (row,) = (line for line in shown.contents.value.splitlines() if line.lower().startswith("| cyclomatic"))
    assert shows_number(row, document.truth().value("cyclomatic_complexity", "greet"))


async def test_hover_on_an_empty_line_shows_nothing(document: Document) -> None:
    assert await hover(document, types.Position(1, 0)) is None


async def test_code_lenses_stand_above_functions_and_classes(document: Document) -> None:
    lenses = await document.client.text_document_code_lens_async(types.CodeLensParams(document.identifier))
    assert lenses
    resolved = [lens if lens.command else await document.client.code_lens_resolve_async(lens) for lens in lenses]
    titles: dict[int, str] = {}
    for lens in resolved:
        assert lens.command is not None
        titles[lens.range.start.line] = titles.get(lens.range.start.line, "") + " " + lens.command.title
    truth = document.truth()
    for definition in (*FUNCTIONS, *CLASSES):
        name = definition.split()[1]
        metric = "weighted_methods_per_class" if definition in CLASSES else "cyclomatic_complexity"
        # A decorated function's lens may stand above its decorators.
        lines = [document.line_of(definition) - above for above in (0, 1)]
        (title,) = (titles[line] for line in lines if line in titles)
        assert shows_number(title, truth.value(metric, name)), f"{definition}: {title}"
    assert len(titles) == len(FUNCTIONS) + len(CLASSES)


async def test_document_symbols_carry_metrics(document: Document) -> None:
    symbols = await document.client.text_document_document_symbol_async(types.DocumentSymbolParams(document.identifier))
    assert symbols and all(isinstance(symbol, types.DocumentSymbol) for symbol in symbols)
    assert [symbol.name for symbol in symbols] == ["shipping_cost", "greet", "Basket"]
    (basket,) = (symbol for symbol in symbols if symbol.name == "Basket")
    assert [symbol.name for symbol in basket.children] == ["__init__", "total"]
    truth = document.truth()
    for symbol in [*symbols, *basket.children]:
        assert document.at(symbol.selection_range) == symbol.name
        metric = "weighted_methods_per_class" if symbol is basket else "cyclomatic_complexity"
        assert symbol.detail and shows_number(symbol.detail, truth.value(metric, symbol.name)), symbol


async def hints(document: Document) -> list[types.InlayHint]:
    """The inlay hints of the whole document."""
    whole = types.Range(types.Position(0, 0), document.position(len(document.text)))
    found = await document.client.text_document_inlay_hint_async(types.InlayHintParams(document.identifier, whole))
    return list(found or [])


async def test_inlay_hints_are_off_unless_asked_for(document: Document) -> None:
    assert await hints(document) == []


@pytest.mark.options({"inlayHints": True})
async def test_inlay_hints_add_up_to_the_cognitive_complexity(document: Document) -> None:
    found = await hints(document)
    starts = {name: document.line_of(f"def {name}") for name in ("shipping_cost", "greet", "total")}
    sums = dict.fromkeys(starts, 0)
    for hint in found:
        label = hint.label if isinstance(hint.label, str) else "".join(part.value for part in hint.label)
        added = re.search(r"\+(\d+)", label)
        assert added is not None, label
        owner = max((name for name in starts if starts[name] <= hint.position.line), key=starts.__getitem__)
        sums[owner] += int(added[1])
    truth = document.truth()
    assert sums == {name: truth.value("cognitive_complexity", name) for name in starts}


def numbers_by_metric(answer: Any) -> set[tuple[str, float]]:
    """Every (metric, value) in an answer, whether it is written `{metric: value}` or `{type: metric, value: value}`."""
    found: set[tuple[str, float]] = set()
    if isinstance(answer, list):
        return found.union(*map(numbers_by_metric, answer))
    if isinstance(answer, dict):
        kind = answer.get("type", answer.get("metric"))
        if isinstance(kind, str) and isinstance(answer.get("value"), int | float):
            found.add((kind, float(answer["value"])))
        for key, value in answer.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                found.add((key, float(value)))
            found |= numbers_by_metric(value)
    return found


def plain(value: Any) -> Any:
    """An answer of a request that no library knows, as plain JSON."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


async def test_the_request_for_metrics_answers_for_file_and_function(document: Document) -> None:
    answer = await document.client.protocol.send_request_async(
        "antipasta/metrics",
        {
            "textDocument": {"uri": document.uri},
            "position": {
                "line": document.name_position("def shipping_cost").line,
                "character": document.name_position("def shipping_cost").character,
            },
        },
    )
    found = numbers_by_metric(plain(answer))
    truth = document.truth()
    for metric, name in (
        ("cyclomatic_complexity", "shipping_cost"),
        ("cognitive_complexity", "shipping_cost"),
        ("maintainability_index", None),
        ("lines_of_code", None),
    ):
        assert any(
            kind == metric and value == pytest.approx(truth.value(metric, name), rel=1e-9) for kind, value in found
        ), f"no {metric} of {name or 'the file'} in {answer}"

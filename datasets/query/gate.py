"""What a statement may be made of: DuckDB's own syntax tree, walked against allow-lists.

Settings are no sandbox: a locked connection still runs `DROP`, `ATTACH ':memory:'` and deletes
inside a WITH. So nothing passes here that is not known to only read the tables it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from datasets.query.functions import (
    CALLS_BY_NAME,
    FUNCTIONS,
    LARGEST,
    LARGEST_WIDTH,
    PATTERNED,
    TABLE_FUNCTIONS,
    TYPES,
)
from datasets.query.refusals import Refused

Node = dict[str, Any]
_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_SOURCES = frozenset(
    {"BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT"}
) | {"SHOW_REF"}
_MODIFIERS = frozenset(
    {"ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"}
)
_ORDERS = frozenset({"ORDER_DEFAULT", "ASCENDING", "DESCENDING"})
_KINDS = """
    BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT DEFAULT FUNCTION LAMBDA
    LAMBDA_REF OPERATOR POSITIONAL_REFERENCE STAR SUBQUERY TYPE WINDOW
"""
_EXPRESSIONS = frozenset(_KINDS.split())
# Where DuckDB does not know a place it writes the largest number there is.
_NOWHERE = 2**63
# Deeper nesting is no question anybody asks, and would cost the walker its stack.
_DEEPEST = 400
_RESERVED = re.compile(r"^(duckdb_|sqlite_|pg_|pragma_|information_schema$|main$|temp$|system$)")
_WIDTH = re.compile(r"\d{4,}")


@dataclass
class Checked:
    """What a statement that passed reads: table names as it writes them, with their places."""

    tables: dict[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class _Visit:
    """A piece of the tree still to be looked at; `known` are the names WITH gave so far."""

    value: Any
    known: frozenset[str]
    at: int | None
    depth: int


def check(node: Node) -> Checked:
    """Look at every part of one statement; raises Refused at the first that is not allowed."""
    checked = Checked()
    waiting = [_Visit(node, frozenset(), None, 0)]
    while waiting:
        visit = waiting.pop()
        if visit.depth > _DEEPEST:
            raise Refused("too_deep", at=visit.at)
        if isinstance(visit.value, list):
            waiting.extend(_each(visit, visit.value))
        elif isinstance(visit.value, dict):
            waiting.extend(_look(visit, checked))
    return checked


def _each(visit: _Visit, values: Iterable[Any]) -> Iterator[_Visit]:
    for value in values:
        if isinstance(value, dict | list):
            yield _Visit(value, visit.known, visit.at, visit.depth + 1)


def _look(visit: _Visit, checked: Checked) -> Iterator[_Visit]:
    node: Node = visit.value
    at = _place(node, visit.at)
    here = _Visit(node, visit.known, at, visit.depth)
    if "class" in node:
        _expression(node, at)
    elif isinstance(node.get("type"), str):
        _part(node, here, checked)
    elif "catalog" in node or "function_name" in node or "table_name" in node:
        # A shape that should carry a kind and does not is a shape this module does not know.
        raise Refused("unknown", at=at, what="?")
    if "cte_map" in node:
        yield from _with(here, node)
        return
    yield from _each(here, node.values())


def _with(visit: _Visit, node: Node) -> Iterator[_Visit]:
    """Each WITH query knows those before it, and the rest of the node knows them all."""
    known = visit.known
    for entry in node["cte_map"]["map"]:
        name = str(entry["key"]).lower()
        if _RESERVED.match(name):
            raise Refused("reserved", at=visit.at, name=entry["key"])
        value = entry["value"]
        body = value["query_node"]
        inside = known
        if body.get("type") == "RECURSIVE_CTE_NODE":
            inside = known | {name}
        yield _Visit(value, inside, visit.at, visit.depth + 1)
        known = known | {name}
    rest = [value for key, value in node.items() if key != "cte_map"]
    if node.get("type") == "RECURSIVE_CTE_NODE":
        known = known | {str(node.get("cte_name", "")).lower()}
    yield from _each(_Visit(node, known, visit.at, visit.depth), rest)


def _place(node: Node, outer: int | None) -> int | None:
    at = node.get("query_location")
    return at if isinstance(at, int) and 0 <= at < _NOWHERE else outer


def _part(node: Node, visit: _Visit, checked: Checked) -> None:
    """A query, a source of rows, or a modifier such as ORDER BY."""
    kind = node["type"]
    if kind.endswith("_QUERY_NODE"):
        raise Refused("changes", at=visit.at, word=kind.removesuffix("_QUERY_NODE"))
    if kind not in _NODES | _SOURCES | _MODIFIERS | _ORDERS:
        raise Refused("unknown", at=visit.at, what=kind)
    if kind == "BASE_TABLE":
        _table(node, visit, checked)
    elif kind == "TABLE_FUNCTION":
        name = str(node.get("function", {}).get("function_name", "")).lower()
        if name not in TABLE_FUNCTIONS:
            raise Refused("function", at=visit.at, name=name)
    elif kind == "SHOW_REF" and node.get("query") is None:
        raise Refused("catalogue", at=visit.at, name="SHOW")


def _table(node: Node, visit: _Visit, checked: Checked) -> None:
    name = str(node.get("table_name", ""))
    path = node.get("qualified_name", {}).get("path", [])
    if node.get("schema_name") or node.get("catalog_name") or path != [name]:
        whole = ".".join(str(part) for part in path) or name
        raise Refused("catalogue", at=visit.at, name=whole)
    if node.get("at_clause") is not None:
        raise Refused("unknown", at=visit.at, what="AT")
    if name.lower() not in visit.known:
        checked.tables.setdefault(name, visit.at)


def _expression(node: Node, at: int | None) -> None:
    kind = node["class"]
    if kind == "PARAMETER":
        raise Refused("parameter", at=at)
    if kind not in _EXPRESSIONS:
        raise Refused("unknown", at=at, what=str(kind))
    if "function_name" in node:
        _function(node, at)
    if kind == "TYPE":
        _type(node, at)


def _function(node: Node, at: int | None) -> None:
    name = str(node["function_name"])
    path = node.get("qualified_name", {}).get("path", [name])
    if node.get("schema") or node.get("catalog") or path != [name]:
        raise Refused("function", at=at, name=".".join(str(part) for part in path))
    name = name.lower()
    if name not in FUNCTIONS | TABLE_FUNCTIONS or node.get("export_state"):
        raise Refused("function", at=at, name=name)
    arguments = [given["expression"] for given in node.get("arguments", [])]
    if name in LARGEST:
        _bounded(name, arguments, at)
    if name in PATTERNED and arguments:
        _narrow(name, arguments[0], at)
    if name in CALLS_BY_NAME and len(arguments) > 1:
        _named(arguments[1], at)


def _bounded(name: str, arguments: list[Node], at: int | None) -> None:
    largest = LARGEST[name]
    for argument in arguments:
        for number in _numbers(argument):
            if abs(number) > largest:
                raise Refused("argument", at=at, name=name, largest=largest)


def _numbers(node: Any) -> Iterator[float]:
    """Every number written inside an argument: `2e9`, `CAST(2e9 AS INT)`, `1000 * 1000`."""
    product = 1.0
    stack = [node]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            number = _number(value.get("literal"))
            if number is not None:
                yield number
                product *= max(abs(number), 1.0)
            if value.get("class") != "SUBQUERY":
                stack.extend(part for key, part in value.items() if key != "literal")
    if isinstance(node, dict) and node.get("function_name") in {"*", "**", "^", "pow", "power"}:
        yield product


def _number(literal: Any) -> float | None:
    if not isinstance(literal, dict) or literal.get("kind") == "STRING":
        return None
    try:
        return float(str(literal.get("text", "")).replace("_", ""))
    except ValueError:
        return None


def _narrow(name: str, pattern: Node, at: int | None) -> None:
    literal = pattern.get("literal")
    if not isinstance(literal, dict) or literal.get("kind") != "STRING":
        raise Refused("pattern", at=at, name=name)
    if _WIDTH.search(str(literal.get("text", ""))):
        raise Refused("argument", at=at, name=name, largest=LARGEST_WIDTH)


def _named(argument: Node, at: int | None) -> None:
    literal = argument.get("literal")
    called = str(literal.get("text", "")).lower() if isinstance(literal, dict) else ""
    if called not in FUNCTIONS:
        raise Refused("function", at=at, name=called)


def _type(node: Node, at: int | None) -> None:
    name = str(node.get("type_name", ""))
    if node.get("schema") or node.get("catalog") or name.lower() not in TYPES:
        raise Refused("type", at=at, name=name)

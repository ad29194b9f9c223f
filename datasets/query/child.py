"""The query process: `python -m datasets.query.child PID-OF-THE-WORKER MEMORY SECONDS [arrow]`.

It is started before anybody asks, answers one person's one statement, and ends. It hears two
lines of JSON and prints several: which tables the statement names, then the rows. No Django here.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import duckdb

from datasets.query.cells import cell, kind_of
from datasets.query.confine import confine
from datasets.query.gate import Checked, check
from datasets.query.landlock import allow_reading_only
from datasets.query.refusals import Refused
from datasets.query.statements import Statement, refused_by_parser, refused_syntax, split

Say = Callable[[dict[str, Any]], None]
_BLOCK: Final = 200
_BATCH: Final = 20_000
# Of the address space: the rest is the interpreter, threads and what DuckDB does not count.
_SHARE: Final = 0.5
_THREADS: Final = 2
_WHOLE: Final = frozenset(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
)
_SETTINGS: dict[str, Any] = {
    # No thread may start before the walls are complete: a thread inherits those that stand.
    "threads": 1,
    "async_threads": 0,
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
}
_PEAK = re.compile(rb"VmHWM:\s+(\d+) kB")
# Values of every kind are made once, so that no module has to be read from disk afterwards.
_WARM_UP: Final = """
    SELECT now(), current_date, TIME '01:00', INTERVAL 1 DAY, 1.5::DECIMAL(4, 2), uuid(), [1],
        {'a': 1}, 'x'::BLOB, TIMESTAMP '2026-01-01', 1::HUGEINT, MAP {'a': 1}, true, 'text'
"""


def main(worker: str, memory: str, seconds: str, mode: str = "") -> int:
    """Get ready, wait, answer once. 0: answered or refused; anything else: a crash."""
    walls = confine(int(worker), memory=int(memory), seconds=int(seconds))
    if mode == "arrow":
        import pyarrow  # noqa: F401, PLC0415 - it is heavy, and only whole results need it
    connection = _connect(int(memory))
    say({"ready": walls})
    asked = sys.stdin.readline()
    if not asked:
        return 0
    first_line = 1
    try:
        statement, later = _chosen(connection, json.loads(asked))
        first_line = statement.line
        checked = _checked(connection, statement)
        say({"tables": sorted(checked.tables), "later": later})
        order = json.loads(sys.stdin.readline())
        _give(connection, statement, checked, order)
        answer = _arrow if mode == "arrow" else _rows
        answer(connection, statement, order)
    except Refused as refused:
        say({"refusal": {"code": refused.code, "params": refused.params}})
    except (MemoryError, duckdb.OutOfMemoryException):
        say({"refusal": {"code": "out_of_memory", "params": {}}})
    except RecursionError:
        say({"refusal": {"code": "too_deep", "params": {}}})
    except duckdb.Error as error:
        # The text that ran has one line before the person's first.
        found = refused_by_parser(error, first_line - 1)
        code = "failed" if found.code == "syntax" else found.code
        say({"refusal": {"code": code, "params": found.params}})
    return 0


def say(answer: dict[str, Any]) -> None:
    """Print one line for the worker that started us."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def _connect(memory: int) -> duckdb.DuckDBPyConnection:
    settings = {**_SETTINGS, "memory_limit": f"{int(memory * _SHARE) // 1024**2}MiB"}
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET TimeZone = 'UTC'")
    for row in connection.execute(_WARM_UP).fetchall():
        json.dumps([cell(value) for value in row])
    _checked(connection, split(connection, "SELECT 1")[0])
    return connection


def _chosen(
    connection: duckdb.DuckDBPyConnection, asked: dict[str, Any]
) -> tuple[Statement, dict[str, Any] | None]:
    """The statement to run, and the one after it that is not."""
    statements = split(connection, asked["sql"])
    if len(statements) == 1:
        return statements[0], None
    first, second = statements[:2]
    if not asked.get("first_only"):
        raise Refused("several", line=second.line, word=second.word)
    return first, {
        "line": second.line,
        "end": second.end,
        "word": second.word,
        "ran_from": first.line,
        "ran_to": first.end,
    }


def _checked(connection: duckdb.DuckDBPyConnection, statement: Statement) -> Checked:
    """What the statement reads, when the gate lets it through.

    The text that will run, with its limit around it, is looked at as well: so that nothing
    depends on the two texts meaning the same.
    """
    checked = _look(connection, statement.text, statement)
    around = _look(connection, _limited(statement, 1), statement)
    if set(around.tables) != set(checked.tables):
        raise Refused("unknown", line=statement.line, what="?")
    return checked


def _look(connection: duckdb.DuckDBPyConnection, text: str, statement: Statement) -> Checked:
    row = connection.execute("SELECT json_serialize_sql($1::VARCHAR)", [text]).fetchone()
    tree: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    if tree["error"]:
        if tree.get("error_type") == "not implemented":
            raise Refused("statement", word=statement.word, line=statement.line)
        raise refused_syntax(tree["error_message"], statement.line)
    if len(tree["statements"]) != 1:
        raise Refused("several", line=statement.line, word=statement.word)
    try:
        return check(tree["statements"][0]["node"])
    except Refused as refused:
        line = refused.line(text.encode())
        if line is not None and "line" not in refused.params:
            refused.params["line"] = statement.line + line - 1
        raise


def _limited(statement: Statement, rows: int) -> str:
    return f'SELECT * FROM (\n{statement.text}\n) AS "result" LIMIT {rows}'  # noqa: S608


def _counted(statement: Statement) -> str:
    return f'SELECT count(*) FROM (\n{statement.text}\n) AS "result"'  # noqa: S608


def _give(
    connection: duckdb.DuckDBPyConnection,
    statement: Statement,
    checked: Checked,
    order: dict[str, Any],
) -> None:
    """Make the tables, and lock: from here on only their files can be opened, to read."""
    tables = order["tables"]
    given = {table["name"].lower() for table in tables}
    for name, at in checked.tables.items():
        if name.lower() not in given:
            line = Refused("table", at=at).line(statement.text.encode())
            place = statement.line + line - 1 if line else statement.line
            raise Refused("table", name=name, line=place, known=order["known"])
    paths = sorted({table["path"] for table in tables})
    has_landlock = allow_reading_only(paths)
    connection.execute("SET allowed_paths = $1::VARCHAR[]", [paths])
    for table in tables:
        columns = ", ".join(f"{shown} AS {_quoted(name)}" for name, shown in table["columns"])
        connection.execute(
            f"CREATE VIEW {_quoted(table['name'])} AS SELECT {columns} "  # noqa: S608
            f"FROM read_parquet({_literal(table['path'])})"
        )
    connection.execute("SET enable_external_access = false")
    connection.execute(f"SET threads = {_THREADS}")
    connection.execute(f"SET async_threads = {_THREADS}")
    connection.execute("SET lock_configuration = true")
    say({"given": has_landlock})


def _rows(
    connection: duckdb.DuckDBPyConnection, statement: Statement, order: dict[str, Any]
) -> None:
    """Print the first rows, up to the limits, then how many there are in all."""
    most, budget = int(order["rows"]), int(order["bytes"])
    started = time.perf_counter()
    connection.execute(_limited(statement, most + 1))
    names = [(column[0], str(column[1])) for column in connection.description or ()]
    say({"columns": [[name, type_name, kind_of(type_name)] for name, type_name in names]})
    shown, has_more = 0, False
    for block in _blocks(connection):
        lines, budget = _fitting(block[: most - shown], budget)
        shown += len(lines)
        sys.stdout.write('{"rows":[' + ",".join(lines) + "]}\n")
        if len(lines) < len(block):
            has_more = True
            break
    connection.abort() if has_more else connection.complete()
    seconds = time.perf_counter() - started
    say({"shown": shown, "more": has_more, "seconds": seconds, "memory": _MEMORY.peak()})
    if has_more:
        counted = connection.execute(_counted(statement)).fetchone()
        shown = int(counted[0]) if counted else shown
    say({"total": shown})


def _blocks(connection: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    while block := connection.fetchmany(_BLOCK):
        yield block


def _fitting(block: list[tuple[Any, ...]], budget: int) -> tuple[list[str], int]:
    """The rows as JSON, as many as fit into what is left of the bytes."""
    lines = []
    for row in block:
        line = json.dumps([cell(value) for value in row], ensure_ascii=True, allow_nan=False)
        budget -= len(line) + 1
        if budget < 0:
            break
        lines.append(line)
    return lines, budget


def _arrow(
    connection: duckdb.DuckDBPyConnection, statement: Statement, order: dict[str, Any]
) -> None:
    """Send every row as an Arrow stream through the pipe that was opened for it."""
    import pyarrow  # noqa: PLC0415 - imported in `main` already

    text = f'SELECT * FROM (\n{statement.text}\n) AS "result"'  # noqa: S608
    relation = connection.sql(text)
    types = [str(kind) for kind in relation.types]
    chosen = ", ".join(
        f"{_plain(_quoted(name), kind, order['storage'])} AS c{number}"
        for number, (name, kind) in enumerate(zip(relation.columns, types, strict=True), 1)
    )
    reader = relation.project(chosen).to_arrow_reader(_BATCH)
    columns = zip(relation.columns, types, strict=True)
    say({"columns": [[name, kind, kind_of(kind)] for name, kind in columns]})
    rows = 0
    with (
        os.fdopen(int(order["pipe"]), "wb") as pipe,
        pyarrow.ipc.new_stream(pipe, reader.schema) as stream,
    ):
        for batch in reader:
            stream.write_batch(batch)
            rows += batch.num_rows
    say({"total": rows})


def _plain(column: str, type_name: str, storage: bool) -> str:
    """A column as files can hold it; in versions numbers are doubles and times have no zone."""
    kind, name = kind_of(type_name), type_name.upper()
    if kind == "number":
        is_whole = name in _WHOLE and not storage
        return column if is_whole else f"CAST({column} AS DOUBLE)"
    if kind == "time" and (storage or "ZONE" in name):
        return f"CAST({column} AS TIMESTAMP)"
    if kind in {"time", "yes_no"}:
        return column
    return f"CAST({column} AS VARCHAR)"


class _Memory:
    """The most memory this process ever had; its file is opened before files are walled off."""

    def __init__(self) -> None:
        self._status = os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)

    def peak(self) -> int:
        """Bytes; 0 where the kernel does not say."""
        found = _PEAK.search(os.pread(self._status, 8192, 0))
        return int(found.group(1)) * 1024 if found else 0


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_MEMORY = _Memory()

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

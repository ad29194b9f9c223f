"""Statements that must never run, and the disguises that every one of them is tried in."""

from __future__ import annotations

import re

# The name says the case; each is refused as it stands and in every disguise.
ESCAPES = {
    "01 read_csv": "SELECT * FROM read_csv('/etc/passwd')",
    "01 read_csv_auto": "SELECT * FROM read_csv_auto('/etc/passwd')",
    "02 a file as a table": "SELECT * FROM '/etc/passwd'",
    "02 another csv as a table": "SELECT * FROM 'other.csv'",
    "03 read_text": "SELECT * FROM read_text('/etc/passwd')",
    "04 read_blob": "SELECT * FROM read_blob('/etc/passwd')",
    "05 read_json": "SELECT * FROM read_json('/etc/hosts')",
    "05 read_json_objects": "SELECT * FROM read_json_objects('/etc/hosts')",
    "05 read_ndjson_auto": "SELECT * FROM read_ndjson_auto('/etc/hosts')",
    "06 parquet_scan of others": "SELECT * FROM parquet_scan('/var/other.parquet')",
    "06 read_parquet of others": "SELECT * FROM read_parquet(['/var/other.parquet'])",
    "07 parquet_metadata": "SELECT * FROM parquet_metadata('/var/x.parquet')",
    "07 parquet_schema": "SELECT * FROM parquet_schema('/var/x.parquet')",
    "07 parquet_kv_metadata": "SELECT * FROM parquet_kv_metadata('/var/x.parquet')",
    "08 sniff_csv": "SELECT * FROM sniff_csv('/etc/passwd')",
    "09 glob": "SELECT * FROM glob('/etc/*')",
    "10 read_duckdb": "SELECT * FROM read_duckdb('/var/x.db')",
    "11 COPY to a file": "COPY (SELECT 1) TO '/tmp/stolen.csv'",
    "11 COPY to the terminal": "COPY (SELECT 1) TO '/dev/stdout'",
    "12 COPY from a file": "COPY load FROM '/etc/passwd'",
    "13 EXPORT DATABASE": "EXPORT DATABASE '/tmp/stolen'",
    "14 IMPORT DATABASE": "IMPORT DATABASE '/tmp/given'",
    "15 ATTACH a file": "ATTACH '/tmp/x.db'",
    "16 ATTACH memory": "ATTACH ':memory:' AS other",
    "17 ATTACH an address": "ATTACH 'http://example.org/x.db'",
    "18 INSTALL": "INSTALL httpfs",
    "19 LOAD": "LOAD '/tmp/x.duckdb_extension'",
    "20 FORCE INSTALL": "FORCE INSTALL httpfs",
    "20 UPDATE EXTENSIONS": "UPDATE EXTENSIONS",
    "21 an address as a table": "SELECT * FROM 'https://example.org/x.csv'",
    "21 a bucket as a table": "SELECT * FROM 's3://bucket/x.parquet'",
    "22 CREATE SECRET": "CREATE SECRET (TYPE s3)",
    "22 duckdb_secrets": "SELECT * FROM duckdb_secrets()",
    "23 SET enable_external_access": "SET enable_external_access = true",
    "23 RESET lock_configuration": "RESET lock_configuration",
    "24 SET memory_limit": "SET memory_limit = '64GB'",
    "24 SET temp_directory": "SET temp_directory = '/tmp'",
    "24 SET log_query_path": "SET log_query_path = '/tmp/log'",
    "25 SET search_path": "SET search_path = 'main'",
    "25 SET VARIABLE": "SET VARIABLE x = 1",
    "26 PRAGMA profiling": "PRAGMA enable_profiling",
    "26 PRAGMA database_list": "PRAGMA database_list",
    "26 PRAGMA version": "PRAGMA version",
    "27 getenv": "SELECT getenv('DJANGO_SECRET_KEY')",
    "28 current_setting": "SELECT current_setting('temp_directory')",
    "28 duckdb_settings": "SELECT * FROM duckdb_settings()",
    "28 duckdb_databases": "SELECT * FROM duckdb_databases()",
    "29 a frame of the host": "SELECT * FROM host_df",
    "29 query_table": "SELECT * FROM query_table('host_df')",
    "30 query": "SELECT * FROM query('SELECT 1')",
    "31 json_execute_serialized_sql": "SELECT * FROM json_execute_serialized_sql('{}')",
    "32 PREPARE": "PREPARE p AS SELECT 1",
    "32 CREATE MACRO": "CREATE MACRO m() AS TABLE SELECT 1",
    "32 CREATE VIEW": "CREATE VIEW v AS SELECT 1",
    "33 DROP": "DROP VIEW load",
    "33 DELETE": "DELETE FROM load",
    "33 UPDATE": "UPDATE load SET load = 0",
    "33 INSERT": "INSERT INTO load VALUES (1)",
    "33 ALTER": "ALTER VIEW load RENAME TO x",
    "33 TRUNCATE": "TRUNCATE load",
    "34 a deleting WITH": "WITH x AS (DELETE FROM load RETURNING load) SELECT * FROM x",
    "35 EXPLAIN ANALYZE DELETE": "EXPLAIN ANALYZE DELETE FROM load",
    "36 CHECKPOINT": "CHECKPOINT",
    "36 VACUUM": "VACUUM",
    "36 BEGIN": "BEGIN TRANSACTION",
    "37 CALL enable_logging": "CALL enable_logging(storage = 'file')",
    "37 duckdb_logs": "SELECT * FROM duckdb_logs()",
    "37 truncate_duckdb_logs": "SELECT * FROM truncate_duckdb_logs()",
    "38 pandas_scan": "SELECT * FROM pandas_scan(140000000)",
    "38 arrow_scan": "SELECT * FROM arrow_scan(1, 2, 3)",
    "39 pragma_storage_info": "SELECT * FROM pragma_storage_info('load')",
    "39 duckdb_functions": "SELECT * FROM duckdb_functions()",
    "39 sqlite_master": "SELECT * FROM sqlite_master",
    "39 information_schema": "SELECT * FROM information_schema.tables",
    "40 a second statement": "SELECT 1; DROP VIEW load",
}


def _is_query(sql):
    return sql.upper().startswith("SELECT") and ";" not in sql


def mixed_case(sql):
    """Upper and lower case by turns; names between quotes stay, or they would be other names."""
    pieces = sql.split("'")
    return "'".join(
        piece
        if number % 2
        else "".join(c.upper() if at % 2 else c.lower() for at, c in enumerate(piece))
        for number, piece in enumerate(pieces)
    )


def commented(sql):
    """Comments wherever a space stands outside quotes, and around it all."""
    pieces = sql.split("'")
    joined = "'".join(
        piece if number % 2 else piece.replace(" ", " /* ; -- */ ")
        for number, piece in enumerate(pieces)
    )
    return f"-- harmless\n/* SELECT 1; */ {joined} -- the end"


def broken_over_lines(sql):
    """A line end for every space, with blank lines before it."""
    pieces = sql.split("'")
    joined = "'".join(
        piece if number % 2 else piece.replace(" ", "\r\n\t") for number, piece in enumerate(pieces)
    )
    return f"\n\n{joined}\n"


def spaced_by_unicode(sql):
    """Spaces that are none to the eye of a filter."""
    pieces = sql.split("'")
    return "'".join(
        piece if number % 2 else piece.replace(" ", "\u00a0\u2003")
        for number, piece in enumerate(pieces)
    )


def inside_another(sql):
    """In a sub-query of a WITH of a UNION; statements that are no query as the body of a view."""
    if _is_query(sql):
        return (
            f"SELECT 1 AS a UNION ALL (WITH w AS (SELECT count(*) FROM ({sql}) q) SELECT * FROM w)"  # noqa: S608
        )
    if sql.startswith("WITH"):
        return f"SELECT * FROM ({sql}) q"  # noqa: S608
    return f"WITH w AS ({sql}) SELECT * FROM w"  # noqa: S608


DISGUISES = {
    "mixed case": mixed_case,
    "comments": commented,
    "line ends": broken_over_lines,
    "unicode spaces": spaced_by_unicode,
    "inside another": inside_another,
}
# Bombs: they may run, but not for long, not into memory, and not into the next statement.
BOMBS = {
    "41 recursion without end": (
        "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t) SELECT max(i) FROM t"
    ),
    "42 doubling strings": (
        "WITH RECURSIVE t(s) AS (SELECT 'ab' UNION ALL SELECT s || s FROM t) "
        "SELECT max(length(s)) FROM t"
    ),
    "43 three million-row ranges": (
        "SELECT count(*) FROM range(1000000) a(i), range(1000000) b(j), range(1000000) c(k) "
        "WHERE i + j > k"
    ),
    "44 self join by chance": (
        "SELECT * FROM range(100000) a(i), range(100000) b(j) ORDER BY random() LIMIT 1"
    ),
    "45 repeat": "SELECT repeat('a', 4000000000)",
    "46 lpad": "SELECT lpad('x', 2000000000, 'y')",
    "47 unnest of a series": "SELECT unnest(generate_series(1, 2000000000))",
    "48 printf": "SELECT printf('%1000000000d', 1)",
    "48 format": "SELECT format('{:1000000000d}', 1)",
    "49 bitstring": "SELECT bitstring('0', 2000000000)",
    "50 list of a range": "SELECT list(i) FROM range(1000000000) r(i)",
    "51 brackets": "SELECT " + "(" * 20000 + "1" + ")" * 20000,
    "52 sums": "SELECT 1" + "+1" * 50000,
    "53 five megabytes of text": "SELECT '" + "x" * 5_000_000 + "'",
    "54 a hundred megabytes of result": (
        "SELECT repeat('abcdefghij', 1000) AS a FROM range(10000)"
    ),
    "55 a pattern": "SELECT regexp_matches(repeat('a', 50000) || '!', '(a+)+$')",
}
# Those that the gate refuses before anything runs.
AT_THE_GATE = tuple(
    case for case in BOMBS if case[:2] in {"45", "46", "47", "48", "49", "50", "52", "53"}
)
_CALL = re.compile(r"\b([a-z_]+)\(")


def by_quoted_names(sql):
    """Functions under their quoted names, with letters of both sizes: `"rEpEaT"('a', 9)`."""
    pieces = sql.split("'")
    return "'".join(
        piece if number % 2 else _CALL.sub(lambda call: f'"{mixed_case(call[1])}"(', piece)
        for number, piece in enumerate(pieces)
    )


def under_comments(sql):
    """A comment that ends a line, a line end and a second comment for every space."""
    pieces = sql.split("'")
    joined = "'".join(
        piece if number % 2 else piece.replace(" ", " -- ; it's small\r\n/* ; */ ")
        for number, piece in enumerate(pieces)
    )
    return f"/* small */\n{joined} -- the end"


def behind_with(sql):
    """The second name of a WITH reads the first."""
    return f"WITH a AS ({sql}), b AS (SELECT * FROM a) SELECT * FROM b"  # noqa: S608


def below_from(sql):
    """Two queries deep in FROM, as views within views are."""
    return f"SELECT q.* FROM (SELECT * FROM ({sql}) p) q"  # noqa: S608


def in_an_argument(sql):
    """All rows as one list, given to a function."""
    return f"SELECT len(ARRAY(SELECT q FROM ({sql}) q))"  # noqa: S608


BOMB_DISGUISES = {
    "quoted names": by_quoted_names,
    "comments and line ends": under_comments,
    "behind WITH": behind_with,
    "below FROM": below_from,
    "in an argument": in_an_argument,
}

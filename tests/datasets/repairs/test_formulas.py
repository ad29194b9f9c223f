"""Formulas are read by a grammar of their own; nothing else of SQL or Python gets through."""

import duckdb
import pytest

from datasets.problems import DatasetProblem
from datasets.repairs.formula import compile_formula

COLUMNS = {"a": "c1", "b": "c2", "wind mw": "c3"}


def value(formula):
    sql = compile_formula(formula, COLUMNS)
    with duckdb.connect() as connection:
        return connection.execute(
            f"SELECT {sql} FROM (SELECT 6.0 AS c1, 4.0 AS c2, -2.0 AS c3)"  # noqa: S608
        ).fetchone()[0]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a + b * 2", 14),
        ("(a + b) * 2", 20),
        ("a - b - 1", 1),
        ("2 ^ 3 ^ 2", 512),
        ("-a ^ 2", 36),
        ("a % b", 2),
        ("a / b", 1.5),
        ("a / (b - 4)", None),
        ("[wind mw] * -1", 2),
        ("abs([wind mw]) + sqrt(b)", 4),
        ("log([wind mw])", None),
        ("min(a, b, 5)", 4),
        ("if(a > b, 1, 0)", 1),
        ("if(a != 6, 1, coalesce(log(-1), 7))", 7),
        ("1e3 + .5", 1000.5),
    ],
)
def test_formulas_are_computed(formula, expected):
    assert value(formula) == expected


@pytest.mark.parametrize(
    "formula",
    [
        "", "a +", "a b", "a, b", "(a", "a)", "nope + 1", "pow(a, 2)", "if(a, 1, 2)", "abs()",
        "abs(a, b)", "a; DROP TABLE t", "a' || 'x", "(SELECT 1)", "read_csv('/etc/passwd')",
        "__import__('os')", "a.b", "c1", "[c1]", '"a"', "/* */ a", "$1", "?",
        "9" * 400, "(" * 60 + "a" + ")" * 60, "-" * 200 + "a", "a\x00", "1e999",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_a_sentence(formula):
    with pytest.raises(DatasetProblem) as refused:
        compile_formula(formula, COLUMNS)
    assert str(refused.value).endswith((".", "?"))

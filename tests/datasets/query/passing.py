"""What a statement has to pass before it runs, without the process that would run it."""

from datasets.query import child
from datasets.query.refusals import Refused


def passed(parser, sql, tables=("load",)):
    """The tables of a statement that the gate and the list of tables let through; else Refused."""
    statement, _later = child._chosen(parser, {"sql": sql})
    checked = child._checked(parser, statement)
    foreign = [name for name in checked.tables if name.lower() not in tables]
    if foreign:
        raise Refused("table", name=foreign[0])
    return set(checked.tables)

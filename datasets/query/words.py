"""Why a statement was not run, in a sentence with its line and the remedy."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.listed import listed
from datasets.problems import DatasetProblem
from datasets.query.refusals import Refused


class QueryProblem(DatasetProblem):
    """A statement was not run; `line` is the line it is about, None when it has none."""

    def __init__(self, message: str, *, code: str, hint: str = "", line: int | None = None) -> None:
        super().__init__(message, code=code, field="sql", hint=hint)
        self.line = line

    @property
    def message_with_hint(self) -> str:
        """What is wrong and what to do."""
        return f"{self.message} {self.hint}".strip()


_KEEP = _("To keep a changed table, select what you want and use Save as dataset.")
_SAME = _("The limits are the same for everyone.")
_READS = _("Every dataset you may read is a table here already.")
# What a word at the beginning of a statement would do, and what to do instead.
_WORDS: dict[str, tuple[Any, Any]] = {
    **dict.fromkeys(
        ("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE"), (_("%(word)s changes data."), _KEEP)
    ),
    **dict.fromkeys(("CREATE", "DROP", "ALTER", "COMMENT"), (_("%(word)s changes tables."), _KEEP)),
    "COPY": (_("%(word)s writes a file."), _("To get a file, use Export on the result.")),
    **dict.fromkeys(
        ("EXPORT", "IMPORT"),
        (_("%(word)s moves a database."), _("To get a file, use Export on the result.")),
    ),
    **dict.fromkeys(("ATTACH", "DETACH", "USE"), (_("%(word)s opens a database."), _READS)),
    **dict.fromkeys(
        ("INSTALL", "LOAD", "FORCE"),
        (_("%(word)s loads a program."), _("What SQL can do here is built in.")),
    ),
    **dict.fromkeys(("SET", "RESET", "PRAGMA"), (_("%(word)s changes settings."), _SAME)),
    "CALL": (_("%(word)s calls a procedure."), _("Use SELECT instead.")),
    "EXPLAIN": (_("%(word)s shows a plan."), _("Run the SELECT itself.")),
    "ANALYZE": (_("%(word)s maintains a database."), _("There is nothing to maintain here.")),
    **dict.fromkeys(
        ("CHECKPOINT", "VACUUM"),
        (_("%(word)s maintains a database."), _("There is nothing to maintain here.")),
    ),
    **dict.fromkeys(
        ("BEGIN", "START", "COMMIT", "ROLLBACK", "ABORT"),
        (_("%(word)s is for changes."), _("A statement that only reads needs none.")),
    ),
    **dict.fromkeys(
        ("PREPARE", "EXECUTE", "DEALLOCATE"),
        (_("%(word)s keeps statements."), _("Run the SELECT itself.")),
    ),
}
_UNKNOWN_COLUMN = re.compile(
    r'(?:Referenced column "(?P<here>[^"]*)" not found'
    r'|does not have a column named "(?P<in_table>[^"]*)").*?'
    r"(?:Candidate bindings:\s*(?P<near>.*))?$",
    re.DOTALL,
)
_OTHER = (
    _("%(word)s is not a question."),
    _("Begin with SELECT, WITH, FROM, VALUES, DESCRIBE or SUMMARIZE."),
)
_SENTENCES: dict[str, tuple[Any, Any]] = {
    "empty": (_("There is no statement."), _("Write one, such as SELECT * FROM a table.")),
    "too_long": (
        _("The text is longer than %(largest)s characters."),
        _("Put long lists of values into a dataset and join it."),
    ),
    "syntax": (_("This is not SQL: %(detail)s."), _("Correct that place and run it again.")),
    "several": (
        _("%(word)s begins a second statement."),
        _("Run one statement at a time: select its text, then press Run."),
    ),
    "changes": (_("%(word)s inside a query changes data."), _KEEP),
    "table": (
        _("There is no table %(name)s that you may read."),
        _("Pick a table at the left. Files and addresses cannot be read from SQL."),
    ),
    "catalogue": (
        _("%(name)s is not one of your tables."),
        _("Your tables and columns are listed at the left; write a table name without a schema."),
    ),
    "reserved": (
        _("%(name)s is a name of the database itself."),
        _("Give that WITH query another name."),
    ),
    "function": (
        _("The function %(name)s is not among those that SQL may use here."),
        _("Functions that compute from values are; those that read files or settings are not."),
    ),
    "argument": (
        _("%(name)s may be given numbers up to %(largest)s here."),
        _("Use a smaller number."),
    ),
    "pattern": (
        _("%(name)s needs a pattern that is written out."),
        _("Write the pattern as a text in quotes."),
    ),
    "type": (_("The type %(name)s is not known here."), _("Use a type such as DOUBLE or VARCHAR.")),
    "parameter": (_("A place for a value (? or $1) is empty."), _("Write the value itself.")),
    "too_deep": (
        _("The statement is nested too deeply."),
        _("Take it apart with WITH, or put long lists into a dataset."),
    ),
    "unknown": (
        _("%(what)s is a part of SQL that is not allowed here."),
        _("Begin with SELECT, WITH, FROM, VALUES, DESCRIBE or SUMMARIZE."),
    ),
    "failed": ("%(detail)s.", _("Correct that place and run it again.")),
    "out_of_memory": (
        _("The statement needs more memory than one may use (%(memory)s)."),
        _("Choose fewer rows or columns, or group before you join and sort."),
    ),
    "too_slow": (
        _("The statement took longer than %(seconds)s s and was stopped."),
        _("Choose fewer rows, or group before you join and sort."),
    ),
    "too_large": (_("The result is too large to show."), _("Choose fewer rows or columns.")),
    "crashed": (
        _("The database stopped on this statement. Your data is unchanged."),
        _("Write it more simply, or choose fewer rows."),
    ),
    "cancelled": (_("The statement was cancelled."), _("Press Run to start it again.")),
}


def problem_from(refused: Refused, *, memory: str) -> QueryProblem:
    """The refusal in the active language."""
    params = {**refused.params, "memory": memory}
    what, remedy = _SENTENCES.get(refused.code, _SENTENCES["crashed"])
    if refused.code == "statement":
        what, remedy = _WORDS.get(str(params.get("word")), _OTHER)
    if refused.code == "table" and params.get("known"):
        remedy = gettext("Did you mean %(names)s?") % {"names": ", ".join(params["known"])}
    if refused.code == "failed" and (column := _UNKNOWN_COLUMN.search(str(params.get("detail")))):
        what, remedy = _about_column(column)
    line = params.get("line")
    sentence = str(what) % _written(params)
    if line:
        sentence = with_line(int(line), sentence)
    if refused.code in {"statement", "changes"}:
        remedy = gettext("SQL reads only here. %(remedy)s") % {"remedy": remedy}
    return QueryProblem(sentence, code=refused.code, hint=str(remedy), line=line)


def _about_column(found: re.Match[str]) -> tuple[str, str]:
    """What to say of a column that is not there, and which ones come near."""
    name = next(name for name in found.group("here", "in_table") if name)
    near = re.findall(r'"([^"]+)"', found["near"] or "")
    what = gettext("There is no column %(name)s.") % {"name": name[:80]}
    if near:
        return what.replace("%", "%%"), gettext("Did you mean %(names)s?") % {"names": listed(near)}
    return what.replace("%", "%%"), gettext("Your tables and columns are listed at the left.")


def second_statement(later: dict[str, Any]) -> QueryProblem:
    """What is said of a statement after the one that ran."""
    word, line = str(later["word"]), int(later["line"])
    known = _WORDS.get(word)
    what, remedy = known or _SENTENCES["several"]
    if known:
        remedy = gettext("SQL reads only here. %(remedy)s") % {"remedy": remedy}
    sentence = with_line(line, str(what) % {"word": word})
    return QueryProblem(sentence, code="several", hint=str(remedy), line=line)


def with_line(line: int, what: str) -> str:
    """`Line 10 was not run: COPY writes a file.`"""
    return gettext("Line %(line)s was not run: %(what)s") % {"line": line, "what": what}


def _written(params: dict[str, Any]) -> dict[str, Any]:
    written = dict(params)
    for name in ("largest", "seconds"):
        value = written.get(name)
        if isinstance(value, int | float):
            written[name] = f"{value:,g}" if value < 1e6 else f"{int(value):,}"
    if isinstance(written.get("detail"), str):
        written["detail"] = written["detail"].rstrip(".!")
    return written

"""Logs: one JSON object a line, with the ids that tie lines together."""

import io
import json
import logging
import logging.config

import pytest

from accounts import tracing
from config.logging import tree


@pytest.fixture
def written():
    """(logger, function that returns what was written) for one kind of log."""
    made = []

    def start(kind):
        stream = io.StringIO()
        handler_tree = tree(kind, "INFO")
        handler_tree["handlers"]["console"]["stream"] = stream
        configurator = logging.config.DictConfigurator(handler_tree)
        formatter = configurator.configure_formatter(handler_tree["formatters"][kind])
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatter)
        handler.addFilter(configurator.configure_filter(handler_tree["filters"]["ids"]))
        logger = logging.getLogger(f"tests.logs.{kind}")
        logger.setLevel("INFO")
        logger.propagate = False
        logger.addHandler(handler)
        made.append((logger, handler))
        return logger, stream.getvalue

    yield start
    for logger, handler in made:
        logger.removeHandler(handler)


def test_a_line_is_json_with_request_job_and_person(written):
    logger, text = written("json")
    tracing.request_id.set("r1")
    tracing.job_id.set("j1")
    tracing.user_id.set("u1")
    logger.info("Hello %s", "世界", extra={"rows": 3})
    line = json.loads(text())
    assert line["message"] == "Hello 世界"
    assert (line["request_id"], line["job_id"], line["user_id"]) == ("r1", "j1", "u1")
    assert (line["level"], line["rows"]) == ("INFO", 3)
    assert "at" in line


def test_empty_ids_are_left_out(written):
    logger, text = written("json")
    for name in (tracing.request_id, tracing.job_id, tracing.user_id):
        name.set("")
    logger.info("x")
    assert not {"request_id", "job_id", "user_id"} & set(json.loads(text()))


def test_a_message_cannot_forge_a_line(written):
    for kind in ("json", "text"):
        logger, text = written(kind)
        logger.info("a\nINFO b")
        assert text().count("\n") == 1


def test_an_error_carries_its_traceback(written):
    logger, text = written("json")
    try:
        raise ValueError("why")
    except ValueError:
        logger.exception("It broke.")
    assert "ValueError: why" in json.loads(text())["exc_info"]


def test_each_request_is_one_line_with_its_id(client, db, caplog):
    with caplog.at_level("INFO", "almanac.requests"):
        answer = client.get("/health")
    (record,) = [one for one in caplog.records if one.name == "almanac.requests"]
    assert record.getMessage() == "GET /health 200"
    assert record.status == 200
    assert answer["X-Request-ID"] == tracing.request_id.get()

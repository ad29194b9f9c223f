"""What a long computation has finished survives whatever ends it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.errors import EngineError, TooShortError
from forecasting.engine.journal import FILE, Journal
from forecasting.engine.sentences import as_json, from_json, sentence_of

IDENTITY = {"data": "abc", "horizon": 24}


def written(folder, entries, identity=IDENTITY):
    journal = Journal(folder, identity)
    for entry in entries:
        journal.append(entry)
    journal.close()
    return folder / FILE


def read(folder, identity=IDENTITY):
    journal = Journal(folder, identity)
    journal.close()
    return journal.entries


def test_what_was_appended_is_there_again(tmp_path):
    written(tmp_path, [{"name": "naive"}, {"name": "线性", "score": 0.1}])
    assert read(tmp_path) == [{"name": "naive"}, {"name": "线性", "score": 0.1}]


def test_a_journal_of_something_else_is_begun_anew(tmp_path):
    written(tmp_path, [{"name": "naive"}])
    assert read(tmp_path, IDENTITY | {"horizon": 25}) == []
    assert read(tmp_path) == []


@given(cut=st.integers(1, 200))
def test_a_file_cut_anywhere_keeps_its_whole_lines(tmp_path_factory, cut):
    entries = [{"name": name, "score": place} for place, name in enumerate("abc")]
    folder = tmp_path_factory.mktemp("journal")
    file = written(folder, entries)
    whole = file.read_bytes()
    kept = whole[: max(0, len(whole) - cut)]
    file.write_bytes(kept)
    # The first line is the identity; without it nothing counts.
    expected = entries[: max(0, kept.count(b"\n") - 1)]
    assert read(folder) == expected
    written(folder, [{"name": "next"}])
    assert read(folder) == [*expected, {"name": "next"}]
    assert all(json.loads(line) for line in file.read_text().splitlines())


def test_only_one_process_may_write_a_journal(tmp_path):
    holder = Journal(tmp_path, IDENTITY)
    with pytest.raises(EngineError, match="Another process is writing the journal"):
        Journal(tmp_path, IDENTITY)
    holder.close()
    Journal(tmp_path, IDENTITY).close()


def test_a_sentence_inside_a_sentence_is_still_one_after_reading():
    inner = TooShortError("Series %(series)s has %(rows)s rows.", series="a", rows=3)
    outer = EngineError("%(model)s failed: %(reason)s", model="linear", reason=inner)
    again = from_json(json.loads(json.dumps(as_json(outer))))
    assert str(again) == str(outer) == "linear failed: Series a has 3 rows."
    assert again.details["reason"].template == inner.template


def test_whatever_a_model_raises_becomes_a_sentence():
    said = sentence_of(KeyError("weights"), "net")
    assert str(said) == "net stopped unexpectedly: KeyError: 'weights'"

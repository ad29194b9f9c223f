"""The cache of models: bounded by bytes, loaded once however many ask, safe between threads."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.serving.bounded import BoundedCache


def loader(value, size=1, calls=None):
    def load():
        if calls is not None:
            calls.append(value)
        return value, size

    return load


def test_what_is_held_is_not_loaded_again():
    cache, calls = BoundedCache(10), []
    assert cache.get("a", loader("A", calls=calls)) == "A"
    assert cache.get("a", loader("B", calls=calls)) == "A"
    assert calls == ["A"]


def test_the_longest_unused_leaves_first():
    cache = BoundedCache(2)
    cache.get("a", loader("A"))
    cache.get("b", loader("B"))
    cache.get("a", loader("never"))
    cache.get("c", loader("C"))
    assert cache.get("a", loader("again")) == "A"
    assert cache.get("b", loader("again")) == "again"


def test_what_is_larger_than_everything_is_answered_and_not_held():
    cache = BoundedCache(2)
    assert cache.get("a", loader("A", 3)) == "A"
    assert (len(cache), cache.bytes) == (0, 0)


def test_many_threads_wait_for_one_load():
    cache, calls, seen = BoundedCache(10), [], []

    def slow():
        calls.append(1)
        time.sleep(0.05)
        return object(), 1

    def ask():
        seen.append(cache.get("a", slow))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert len(seen) == 8
    assert len(set(map(id, seen))) == 1


def test_a_failure_reaches_everybody_and_the_next_one_tries_again():
    cache = BoundedCache(10)

    def broken():
        raise ValueError("no file")

    with pytest.raises(ValueError, match="no file"):
        cache.get("a", broken)
    assert cache.get("a", loader("A")) == "A"


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), max_size=40))
def test_it_never_holds_more_than_it_may(asked):
    cache = BoundedCache(7)
    for key, size in asked:
        cache.get(key, loader(key, size))
        assert cache.bytes <= 7
        assert cache.bytes == sum(held for _, held in cache._held.values())

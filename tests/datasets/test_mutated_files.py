"""Valid files with bytes flipped, cut and spliced: rule G is the only oracle.

A mutant is read, or refused in a sentence that names the file; nothing else may happen. Seeds are
fixed, so that a mutant that once failed is found again by its number.
"""

import random

import pytest

from accounts.problems import Problem
from datasets.models import Version
from tests.datasets.given import read

pytestmark = pytest.mark.django_db
FEW, MANY, AT_ONCE = 120, 10_000, 40
SEEDS = [
    "day,y,note\n" + "".join(f"2026-01-{d:02d},{d * 1.5},n{d % 3}\n" for d in range(1, 29)),
    "Datum;Last;Ort\r\n"
    + "".join(f'{d:02d}.03.2026 12:00;{d},5;"a;{d}"\r\n' for d in range(1, 29)),
    "time\tid\tv\n" + "".join(f"{1767225600 + 3600 * h}\ts{h % 2}\t{h}\n" for h in range(40)),
    'a,b\n"two\nlines","x ""y"""\n1,2\n3,4\n',
    "x\n" + "\n".join(str(n) for n in range(50)),
]
PIECES = [
    b"\0",
    b'"',
    b"\n",
    b"\r",
    b",",
    b";",
    b"\xff",
    b"\xe9",
    b"NaN",
    b"1e999",
    b"=1+1",
    b"-" * 9,
]


def mutant(seed):
    """A file that once was valid."""
    chance = random.Random(seed)
    data = bytearray(chance.choice(SEEDS).encode(chance.choice(["utf-8", "utf-16", "cp1252"])))
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data))
        kind = chance.randrange(5)
        if kind == 0:
            data[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[place : place + chance.randint(1, 40)]
        elif kind == 2:
            data[place:place] = chance.choice(PIECES)
        elif kind == 3:
            data = data[: max(place, 1)]
        else:
            other = chance.choice(SEEDS).encode()
            data[place:place] = other[chance.randrange(len(other)) :][:200]
        data = data or bytearray(b"x")
    return bytes(data)


def judge(owner, own_files, seed):
    refused = None
    try:
        outcome = read(owner, mutant(seed), name="mutant.csv")
    except Problem as problem:
        refused = problem
    if refused:
        assert "mutant.csv" in str(refused.message), f"seed {seed}: {refused.message}"
        assert refused.code != "crashed", f"seed {seed}: {refused.message}"
    else:
        assert isinstance(outcome, Version), f"seed {seed}"
        assert outcome.row_count > 0, f"seed {seed}"
    assert list((own_files / "work").iterdir()) == [], f"seed {seed}"


@pytest.mark.parametrize("first", range(0, FEW, AT_ONCE))
def test_a_mutated_file_is_read_or_refused_in_a_sentence(owner, own_files, first):
    for seed in range(first, first + AT_ONCE):
        judge(owner, own_files, seed)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(FEW, MANY, 500))
def test_ten_thousand_mutated_files_are_read_or_refused(owner, own_files, first):
    for seed in range(first, min(first + 500, MANY)):
        judge(owner, own_files, seed)

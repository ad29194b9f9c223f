"""Personal data stay hidden behind every door that lets cells out.

The doors are those that are classified for datasets, so that a new one is walked too.
"""

import gzip
import io
import json
import zipfile

import pyarrow.parquet as pq
import pytest
from asgiref.sync import async_to_sync
from django.urls import reverse

from datasets.models import Column
from datasets.repairs.applying import apply_recipe
from tests.conftest import api_of, browser_of
from tests.datasets.made import read_dataset
from tests.doors.matrix import doors
from tests.factories import make_share

SECRET = "zqsecret"
WIDE = "day,load,contact mail,note\n" + "".join(
    f"2026-01-{day:02d},{day * 3},{SECRET}{day % 4}@{SECRET}.example,n{day}\n"
    for day in range(1, 29)
)
LONG = "day,sales,full name\n" + "".join(
    f"2026-01-{day:02d},{day},{SECRET} {name}\n" for name in ("Ann", "Bob") for day in range(1, 15)
)
# A file of one's own as it was sent is no door for others; what is being read is shown to decide.
OWN = {"datasets:import", "api:dataset-mapping"}
# These let cells out for certain: a walk past closed doors proves nothing.
SHOWING = {
    "datasets:data", "datasets:columns", "datasets:detail", "datasets:quality", "datasets:compare",
    "datasets:download", "datasets:chart", "datasets:column_statistics", "api:dataset-rows",
    "api:dataset-preview", "api:dataset-columns", "api:dataset-profile", "api:dataset-export",
    "api:dataset-compare", "api:dataset-quality",
}  # fmt: skip
FORMATS = ("csv", "json", "xlsx", "parquet", "tfb", "m4", "original")


def opened(content):
    """Bytes of an answer, out of their containers."""
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return b"".join(archive.read(name) for name in archive.namelist())
    if content[:4] == b"PAR1":
        return json.dumps(pq.read_table(io.BytesIO(content)).to_pylist(), default=str).encode()
    return content


async def collected(parts):
    return b"".join([part async for part in parts])


def body(answer):
    if not answer.streaming:
        content = answer.content
    elif answer.is_async:
        content = async_to_sync(collected)(answer.streaming_content)
    else:
        content = b"".join(answer.streaming_content)
    return opened(content).lower()


def walked(version):
    """(name, address) of every door of this dataset that answers GET."""
    known = {"pk": str(version.dataset_id), "number": version.number, "key": "c3"}
    for name, door in doors().items():
        if "GET" not in door.methods or not door.object.endswith(":dataset") or name in OWN:
            continue
        asked = {**dict.fromkeys(door.args, known["pk"]), **door.literal}
        asked = {argument: known.get(argument, value) for argument, value in asked.items()}
        yield name, reverse(name, kwargs=asked) + door.query


def leaks(client, version, posts=()):
    found, seen = [], set()
    for name, address in walked(version):
        joint = "&" if "?" in address else "?"
        addresses = [address]
        if name.endswith(("download", "export")):
            addresses = [f"{address}{joint}as={kind}" for kind in FORMATS]
        if name.endswith(("rows", "data")):
            addresses.append(f"{address}{joint}sort=c3")
        for asked in addresses:
            answer = client.get(asked)
            if answer.status_code == 200:
                seen.add(name)
                if SECRET.encode() in body(answer):
                    found.append(asked)
    assert seen >= SHOWING, SHOWING - seen
    for address, data in posts:
        answer = client.post(address, data, content_type="application/json")
        if SECRET.encode() in body(answer):
            found.append(address)
    return found


@pytest.fixture(params=[WIDE, LONG], ids=["wide", "long"])
def version(request, owner):
    """A second version, as the first repair leaves it, so that two can be compared."""
    first = read_dataset(owner, request.param).current_version
    (personal,) = [c for c in first.columns.all() if c.name in {"contact mail", "full name"}]
    steps = [{"step": "role", "settings": {"columns": [personal.key], "role": "personal"}}]
    if personal.role == Column.Role.PERSONAL:
        steps = [{"step": "smooth", "settings": {"columns": ["c2"]}}]
    return apply_recipe(first, steps, made_by=owner)


def test_no_door_lets_personal_data_out(version, owner, collaborator):
    make_share(version.dataset, collaborator)
    at = f"/api/v1/datasets/{version.dataset_id}"
    posts = [
        (f"{at}/query/", {"sql": "SELECT * FROM data"}),
        (f"{at}/convert/", {"format": "csv"}),
        (f"{at}/repairs/preview/", {"recipe": [{"step": "sort"}], "look": 0}),
    ]
    posts = [(address, json.dumps(data)) for address, data in posts]
    for client in (browser_of(collaborator), api_of(collaborator)):
        if client.__class__.__name__ == "APIClient":
            assert leaks_api(client, version, posts) == []
        else:
            assert leaks(client, version) == []


def leaks_api(client, version, posts):
    found = [asked for asked in leaks(client, version) if asked.startswith("/api/")]
    for address, data in posts:
        answer = client.post(address, json.loads(data), format="json")
        assert answer.status_code in {200, 202}, (address, answer.content[:300])
        if SECRET.encode() in body(answer):
            found.append(address)
    return found


def test_the_owner_sees_them_masked_too_but_may_take_the_own_file_as_sent(version, owner):
    found = leaks(browser_of(owner), version)
    assert [asked for asked in found if "as=original" not in asked] == []

"""Taking a dataset away as a file."""

import io

import pandas as pd
import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient
from django.urls import reverse

from tests.datasets.made import HOURLY


async def fetched(user, dataset, kind):
    client = AsyncClient()
    await sync_to_async(client.force_login)(user)
    address = reverse("datasets:download", args=[dataset.pk])
    response = await client.get(address, {"as": kind})
    if response.streaming:
        content = b"".join([chunk async for chunk in response.streaming_content])
    else:
        content = response.content
    # The threads behind async code have connections of their own.
    await sync_to_async(connections.close_all)()
    return response, content


@pytest.mark.django_db(transaction=True)
async def test_csv_comes_back_with_every_row_and_value(hourly, owner):
    response, content = await fetched(owner, hourly, "csv")
    table = pd.read_csv(io.BytesIO(content))
    assert list(table.columns) == ["time", "load", "note"]
    assert (len(table), table["load"].sum()) == (240, 240 * 215)
    assert response["Content-Disposition"].startswith("attachment; filename=")


@pytest.mark.django_db(transaction=True)
async def test_parquet_comes_back_with_every_row(hourly, owner):
    _, content = await fetched(owner, hourly, "parquet")
    assert len(pd.read_parquet(io.BytesIO(content))) == 240


@pytest.mark.django_db(transaction=True)
async def test_the_original_is_the_file_as_sent(hourly, owner):
    _, content = await fetched(owner, hourly, "original")
    assert content.decode() == HOURLY


@pytest.mark.django_db(transaction=True)
async def test_an_unknown_kind_is_refused_with_the_known_ones(hourly, owner):
    response, content = await fetched(owner, hourly, "docx")
    assert response.status_code == 422
    known = "csv, json, xlsx, parquet, tfb, m4"
    assert f"docx is not a format we write. Use one of: {known}." in content.decode()


@pytest.mark.django_db(transaction=True)
async def test_a_stranger_finds_nothing(hourly, stranger):
    response, _ = await fetched(stranger, hourly, "csv")
    assert response.status_code == 404

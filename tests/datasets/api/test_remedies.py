"""Whatever is asked wrongly, the answer says what to do: one line a try."""

import base64

import pytest
from django.urls import reverse

from config.api_remedies import API_PAGE

NOBODY = "00000000-0000-4000-8000-000000000000"
ALL, ONE = "/api/v1/datasets/", "/api/v1/datasets/ID/"
NOT_FOUND = "Check the address and its ids"
NO_VERSION = "load has no version 9. Choose one of: 1."
A_NUMBER = "Use 1 or more"
AN_OBJECT = 'Send a JSON object, such as {"name": "Load"}.'
A_DOCUMENT = "Send one whole JSON document in UTF-8"
A_NAME = "Give the dataset a name, such as Electricity load."

READ = [
    (f"{ALL}{NOBODY}/", 404, NOT_FOUND),
    (f"{ALL}{NOBODY}/rows/", 404, NOT_FOUND),
    (f"{ALL}no-id/", 404, NOT_FOUND),
    (f"{ALL}?cursor=zz", 404, NOT_FOUND),
    (f"{ALL}?status=done", 422, "Use one of: uploading, processing, ready, error"),
    (f"{ONE}nothing/", 404, NOT_FOUND),
    (f"{ONE}converted/{NOBODY}/", 404, NOT_FOUND),
    (f"/api/v1/uploads/{NOBODY}/", 404, NOT_FOUND),
    (f"/api/v1/queries/{NOBODY}/", 404, NOT_FOUND),
    *(
        (f"{ONE}{part}/?version=9", 404, NO_VERSION)
        for part in ("rows", "preview", "profile", "chart", "columns", "export", "download")
    ),
    (f"{ONE}versions/9/", 404, NO_VERSION),
    (f"{ONE}compare/?old=9&new=1", 404, NO_VERSION),
    (f"{ONE}compare/?old=x", 422, A_NUMBER),
    (f"{ONE}rows/?version=x", 422, A_NUMBER),
    (f"{ONE}rows/?page=0", 422, A_NUMBER),
    (f"{ONE}rows/?page_size=x", 422, A_NUMBER),
    (f"{ONE}rows/?sort=c9", 422, "Choose one of the table"),
    (f"{ONE}rows/?f=c2", 422, "Write column:operator:value"),
    (f"{ONE}rows/?f=c2:lt:abc", 422, "Enter a number, such as 12.5"),
    (f"{ONE}preview/?rows=-1", 422, A_NUMBER),
    (f"{ONE}chart/?column=zz", 422, "Choose one of: load"),
    (f"{ONE}chart/?start=noon", 422, "Write it as 2026-11-14 16:00"),
    (f"{ONE}chart/?range=2w", 422, "Use one of: 1h, 1d, 7d, 30d, 1y, 10y, all"),
    (f"{ONE}chart/?width=wide", 422, "Use 100 to 4000"),
    (f"{ONE}export/?as=doc", 422, "Use one of: csv, json"),
    (f"{ONE}edits/", 405, "Use one of: POST"),
]
WRITTEN = [
    ("patch", ONE, '{"name": ', 400, A_DOCUMENT),
    ("patch", ONE, b"\xff\xfe", 400, A_DOCUMENT),
    ("patch", ONE, "[1, 2]", 400, AN_OBJECT),
    ("patch", ONE, "null", 400, AN_OBJECT),
    ("patch", ONE, '{"name": ""}', 400, A_NAME),
    ("patch", ONE, '{"name": "   "}', 400, A_NAME),
    ("patch", ONE, '{"name": null}', 400, A_NAME),
    ("put", ONE, "{}", 400, A_NAME),
    ("patch", ONE, '{"name": ["a"]}', 400, "/api/ shows what may be sent"),
    ("post", f"{ONE}mapping/", '{"columns": 3}', 400, "Send a JSON object in its place"),
    ("post", f"{ONE}mapping/", '{"colums": {}}', 400, "Use: header, skip"),
    ("post", f"{ONE}mapping/", '{"columns": {"c1": {"role": "king"}}}', 400, "Use one of: time"),
    ("post", f"{ONE}query/", "{}", 400, "Add it to what you send"),
    ("post", f"{ONE}query/", '{"sql": ""}', 400, "Send a text that is not empty"),
    ("post", f"{ONE}query/", '{"sql": "select * from nowhere"}', 422, "Pick a table"),
    ("post", f"{ONE}convert/", '{"format": "doc"}', 400, "Use one of: csv"),
    ("post", f"{ONE}convert/", "{", 400, A_DOCUMENT),
    ("post", f"{ONE}edits/", '{"edits": [{"row": 999, "column": "load"}]}', 400, "Add it"),
    ("post", f"{ONE}points/", "[1]", 422, "Send the rows as"),
    ("post", f"{ONE}versions/9/restore/", "{}", 404, NO_VERSION),
    ("post", f"{ONE}undo/", "{}", 409, "this is the file as it was read"),
    ("patch", f"{ONE}columns/", '{"columns": {}}', 400, "Send a list"),
    ("post", f"{ALL}samples/", '{"key": "zz"}', 422, "one of: electricity"),
    ("post", f"{ALL}upload/", "", 422, "Send it as the form field file"),
    ("post", "/api/v1/queries/", '{"name": "", "sql": "select 1"}', 422, "such as Peak load"),
    ("delete", f"{ONE}versions/1/", "", 405, "Use one of: GET"),
]


def said(answer):
    error = answer.json()["error"]
    return f"{error['message']} {error['hint']}"


@pytest.mark.parametrize(("address", "status", "words"), READ)
def test_reading(address, status, words, hourly, owner_api):
    answer = owner_api.get(address.replace("ID", str(hourly.pk)))
    assert (answer.status_code, words in said(answer)) == (status, True), said(answer)


@pytest.mark.parametrize(("method", "address", "body", "status", "words"), WRITTEN)
def test_writing(method, address, body, status, words, hourly, owner_api):
    address = address.replace("ID", str(hourly.pk))
    answer = owner_api.generic(method.upper(), address, body, content_type="application/json")
    assert (answer.status_code, words in said(answer)) == (status, True), said(answer)


def test_the_page_that_errors_name_is_there():
    assert reverse("api-docs") == API_PAGE


def test_another_content_type_is_told_which_is_read(hourly, owner_api):
    address = f"{ALL}{hourly.pk}/"
    answer = owner_api.generic("PATCH", address, "<a/>", content_type="application/xml")
    assert answer.status_code == 415
    assert "Send it as: application/json, multipart/form-data." in said(answer)


def pair(key, text):
    return f"{key} {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({}, "must be a whole number of bytes, such as"),
        ({"Upload-Length": "-5"}, "must be a whole number of bytes, such as"),
        ({"Upload-Metadata": "filename !!!"}, "as in filename bG9hZC5jc3Y="),
        ({"Upload-Metadata": pair("options", "[1]")}, 'such as {"decimal": ","}'),
        ({"Upload-Metadata": pair("options", '{"decmal": ","}')}, "Use: header, skip"),
    ],
)
def test_announcing_a_file_in_pieces(headers, words, owner_api):
    if headers and "Upload-Length" not in headers:
        headers = {**headers, "Upload-Length": "10"}
    answer = owner_api.post("/api/v1/uploads/", headers=headers)
    assert (answer.status_code, words in said(answer)) == (422, True), said(answer)


@pytest.mark.parametrize("name", ["detail", "data", "columns", "quality"])
def test_pages_name_the_versions_there_are(name, hourly, owner_client):
    answer = owner_client.get(reverse(f"datasets:{name}", args=[hourly.pk]), {"version": "9"})
    assert answer.status_code == 404
    assert "Choose one of: 1." in answer.content.decode()


def test_comparing_with_a_version_that_is_not_there_names_those_that_are(hourly, owner_client):
    address = reverse("datasets:compare", args=[hourly.pk])
    answer = owner_client.get(address, {"old": "7", "new": "1"})
    assert answer.status_code == 404
    assert "load has no version 7. Choose one of: 1." in answer.content.decode()

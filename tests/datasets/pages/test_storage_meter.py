"""The meter in the rail: how much of a person's storage their data takes."""

import re

import pytest
from django.urls import reverse

from accounts.models import User
from config.storage_meter import StorageMeter
from datasets.models import Dataset, Upload, Version
from datasets.receiving.quota import used_bytes
from tests.datasets.made import make_dataset, make_version
from tests.factories import make_share

GB = 10**9


def foot(client):
    """The foot of the rail, as text and as it is written."""
    page = client.get(reverse("datasets:list")).content.decode()
    html = page[page.index('<div class="foot">') : page.index("</nav>")]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split()), html


def take(owner, size):
    dataset = make_dataset(owner, file_size=size)
    Version.objects.filter(dataset=dataset).update(file_size=0)
    return dataset


def test_it_shows_what_is_used_of_the_quota(owner, owner_client, settings):
    settings.QUOTA_BYTES = 50 * GB
    take(owner, int(15.6 * GB))
    words, html = foot(owner_client)
    assert words.endswith("Storage 15.6 / 50 GB")
    assert 'role="progressbar" aria-valuenow="31"' in html
    assert 'title="34.4 GB left"' in html


@pytest.mark.parametrize(
    ("used", "state", "title"),
    [
        (90 * GB, "", "10 GB left"),
        (91 * GB, "warn", "9 GB left. Delete datasets to make room."),
        (100 * GB, "failed", "Nothing more fits. Delete datasets to make room."),
        (120 * GB, "failed", "Nothing more fits. Delete datasets to make room."),
    ],
)
def test_above_nine_tenths_it_warns_and_says_what_to_do(
    used, state, title, owner, owner_client, settings
):
    settings.QUOTA_BYTES = 100 * GB
    take(owner, used)
    _, html = foot(owner_client)
    assert f'class="row storage{" " * bool(state)}{state}"' in html
    assert f'title="{title}"' in html


@pytest.mark.parametrize(
    ("used", "percent", "words"),
    [
        (0, 0, "0 B / 50 GB"),
        (1, 1, "1 B / 50 GB"),
        (12_300_000, 1, "12.3 MB / 50 GB"),
        (2 * GB, 4, "2 / 50 GB"),
        (int(49.999 * GB), 99, "50 / 50 GB"),
    ],
)
def test_small_amounts_show_and_nearly_full_is_not_full(used, percent, words):
    meter = StorageMeter(used, 50 * GB)
    assert (meter.percent, meter.words) == (percent, words)


def test_files_versions_and_uploads_on_their_way_count_once_each(owner, collaborator):
    dataset = take(owner, 1000)
    Version.objects.filter(dataset=dataset).update(file_size=200, file_key="one")
    make_version(dataset, number=2, file_size=50, file_key="two")
    # An undone version shares its file.
    make_version(dataset, number=3, file_size=200, file_key="one")
    Upload.objects.create(owner=owner, name="a.csv", size=7)
    Upload.objects.create(owner=owner, name="b.csv", size=9000, options={"dataset": "x"})
    take(collaborator, 5000)
    assert used_bytes(owner) == 1000 + 200 + 50 + 7


def test_what_others_share_is_theirs(owner, collaborator):
    make_share(take(owner, 1000), collaborator)
    assert used_bytes(collaborator) == 0


def test_it_costs_a_page_one_question(owner, django_assert_num_queries):
    take(owner, 1000)
    with django_assert_num_queries(1):
        StorageMeter.of(owner)


def test_viewers_bring_no_data_and_have_no_meter(viewer_client):
    assert "Storage" not in foot(viewer_client)[0]


def test_it_speaks_the_language_of_the_reader(owner, owner_client):
    Dataset.objects.all().delete()
    User.objects.filter(pk=owner.pk).update(language="zh-hans")
    words, _ = foot(owner_client)
    assert re.search(r"0 \S+ / 53.7 GB$", words)

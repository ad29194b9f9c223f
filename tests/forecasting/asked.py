"""Datasets to ask about: with a known future, with several series; asking by page and by API."""

from django.urls import reverse

from datasets.models import Column
from tests.datasets.made import read_dataset

NEW, CONTRACT = "forecasting:new", "forecasting:contract"
API = "/api/v1/predictions/"


def power_text(hours=480, ahead=48, holes=()):
    """Load that ends `ahead` hours before the table does, a temperature that does not, and wind
    with empty cells. The load ends on 20 January at 23:00.
    """
    lines = ["time,load,temp,wind"]
    for hour in range(hours + ahead):
        day, clock = divmod(hour, 24)
        load = f"{100 + 30 * (clock > 7) + hour % 5}" if hour < hours else ""
        temp = "" if hour in holes else f"{10 + clock % 12}"
        wind = "" if hour % 50 == 3 or hour >= hours else f"{hour % 13}"
        lines.append(f"2026-01-{day + 1:02d} {clock:02d}:00,{load},{temp},{wind}")
    return "\n".join(lines) + "\n"


def power_dataset(owner, **how):
    """c2 load, c3 temp, c4 wind."""
    return read_dataset(owner, power_text(**how), name="power.csv")


def store_dataset(owner, stores=4, days=90, short=0):
    """Sales of several stores, one under another; the first has `short` days where given."""
    lines = ["date,store,sales"]
    for store in range(1, stores + 1):
        length = short if short and store == 1 else days
        for day in range(length):
            month, date = divmod(day, 28)
            sales = store * 10 + day % 7 + day * day % 3
            lines.append(f"2026-{month + 1:02d}-{date + 1:02d},shop {store},{sales}")
    return read_dataset(owner, "\n".join(lines) + "\n", name="stores.csv")


def mark(dataset, **roles):
    """Give columns a role by name."""
    for name, role in roles.items():
        Column.objects.filter(version__dataset=dataset, name=name).update(role=role)


def press(client, dataset, **said):
    """Press Start forecast with these fields of the page."""
    said = {"dataset": dataset.pk, "targets": "c2", "targets_shown": "1", "horizon": "24", **said}
    return client.post(reverse(NEW), {"quality": "instant", **said})


def contract_of(client, dataset, **said):
    """What the page becomes after a change."""
    said = {"dataset": dataset.pk, "targets": "c2", "targets_shown": "1", **said}
    return client.get(reverse(CONTRACT), said).content.decode()


def ask_api(client, dataset, **body):
    """Ask by program."""
    said = {"dataset": str(dataset.pk), "quality": "instant", **body}
    return client.post(API, said, content_type="application/json")

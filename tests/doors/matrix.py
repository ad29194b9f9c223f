"""The classification of every door, read from the YAML files beside this one.

One file an app; a name in the wrong file works, a name in two files is an error. An entry:

    datasets:detail:            # URL name with namespaces; fnmatch patterns are allowed (admin:*);
                                # routes without a name and WebSockets go by their path
      access: shared            # open       anybody, signed in or not
                                # signed-in  everybody signed in
                                # personal   only whose row it is; others get 404
                                # shared     owner and editors; viewers of a share may GET only
                                # owner      like shared to look, but only the owner may do it (403)
                                # staff      administrators; others get 403
      methods: [GET]            # all verbs it answers; HEAD and OPTIONS are not listed
      creates: true             # optional: a person with the role viewer gets 403 on POST
      for_creators: true        # optional: a person with the role viewer gets 403 on every verb
      reads: true               # optional: its POST only reads, so it is judged like a GET
      edits: true               # optional: its GET shows a form for editors, judged like a POST
      owner_verbs: [DELETE]     # optional: verbs of a shared thing for its owner only (403)
      object: tests.factories:make_x   # callable(owner) -> row; needed for personal, shared, owner
      args: {pk: pk}            # URL argument -> attribute of the row (dots allowed), or
      literal: {key: "x"}       # URL argument -> this very value
      data: {name: x}           # optional: body of POST, PUT, PATCH
      query: "?a=1"             # optional: appended to the URL
      in_query: {dataset: pk}   # optional: query parameter -> attribute of the row, after `query`
      foreign: true             # third-party view: its other verbs are not checked
      skip: why                 # classified, but not knocked at (say why)
"""

import fnmatch
import importlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
ACCESS = {"open", "signed-in", "personal", "shared", "owner", "staff"}


@dataclass(frozen=True)
class Door:
    name: str
    access: str
    methods: tuple[str, ...]
    creates: bool = False
    for_creators: bool = False
    reads: bool = False
    edits: bool = False
    owner_verbs: tuple[str, ...] = ()
    object: str = ""
    args: dict[str, str] = field(default_factory=dict)
    literal: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    in_query: dict[str, str] = field(default_factory=dict)
    foreign: bool = False
    skip: str = ""

    def make(self, owner):
        """The row that this door leads to."""
        module, _, name = self.object.partition(":")
        return getattr(importlib.import_module(module), name)(owner)


@cache
def doors():
    """All entries by name."""
    found: dict[str, Door] = {}
    for file in sorted(HERE.glob("*.yaml")):
        for name, entry in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).items():
            assert name not in found, f"{name} is classified twice, again in {file.name}"
            door = Door(
                name=name,
                **{
                    **entry,
                    "methods": tuple(entry.get("methods", ())),
                    "owner_verbs": tuple(entry.get("owner_verbs", ())),
                },
            )
            assert door.access in ACCESS, f"{name}: unknown access {door.access}"
            found[name] = door
    return found


def door_of(route):
    """The entry of this route: by its name, else by a pattern; None when unclassified."""
    exact = doors().get(route.name)
    if exact:
        return exact
    for name, door in doors().items():
        if any(sign in name for sign in "*?[") and fnmatch.fnmatchcase(route.name, name):
            return door
    return None

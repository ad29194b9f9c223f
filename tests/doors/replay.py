"""Make an expensive row once, then repeat it with all that hangs on it, over the same files."""

from django.db import models


class Replay:
    """`Replay(make, parts)`: `make(owner)` -> row; `parts(row)` -> rows in the order of creation,
    the row itself among them. Calling it gives a row of this owner.
    """

    def __init__(self, make, parts):
        self.make = make
        self.parts = parts
        self.recorded = []
        self.wanted = None

    def __call__(self, owner):
        if not self.recorded:
            row = self.make(owner)
            self.recorded = [(type(part), part.pk, values_of(part)) for part in self.parts(row)]
            self.wanted = (type(row), row.pk)
            return row
        made = {}
        for model, old, values in self.recorded:
            made[model, old] = model.objects.create(**repeated(model, values, made, owner))
        return made[self.wanted]


def values_of(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def repeated(model, values, made, owner):
    """The values of a copy: a new key, this owner, and links to the copies of what it hung on."""
    fields = {}
    for field in model._meta.concrete_fields:
        value = values[field.attname]
        if field.primary_key:
            continue
        if field.name == "owner" or (field.name == "made_by" and value is not None):
            value = owner.pk
        elif isinstance(field, models.ForeignKey) and (field.related_model, value) in made:
            value = made[field.related_model, value].pk
        fields[field.attname] = value
    return fields

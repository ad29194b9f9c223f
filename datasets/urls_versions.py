"""Routes of one dataset's rows, columns, versions and activity, under `/data/<pk>/`."""

from __future__ import annotations

from django.urls import path

from datasets.views import activity, appending, columns, editing, grid, versions

urlpatterns = [
    path("rows/", grid.grid, name="data"),
    path("rows/columns/", grid.choose_columns, name="choose_columns"),
    path("rows/filter/", grid.add_filter, name="add_filter"),
    path("edits/cell/", editing.cell, name="edit_cell"),
    path("edits/undo/", editing.undo, name="undo_edit"),
    path("edits/note/", editing.note, name="edit_note"),
    path("edits/discard/", editing.discard, name="discard_edits"),
    path("edits/carry-over/", editing.carry_over, name="carry_over"),
    path("edits/save/", editing.save, name="save_edits"),
    path("edits/", editing.bar, name="edits"),
    path("columns/", columns.columns, name="columns"),
    path("columns/edit/", columns.edit, name="edit_columns"),
    path("columns/<str:key>/", columns.statistics, name="column_statistics"),
    path("versions/", versions.versions, name="versions"),
    path("versions/compare/", versions.compare, name="compare"),
    path("versions/<int:number>/restore/", versions.restore, name="restore"),
    path("undo/", versions.undo, name="undo"),
    path("append/", appending.append, name="append"),
    path("append/<uuid:job_id>/", appending.append_job, name="append_job"),
    path("activity/", activity.activity, name="activity"),
]

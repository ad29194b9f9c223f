"""Routes of the SQL editor, under `/data/sql/`."""

from __future__ import annotations

from django.urls import path

from datasets.views import query_keeping, querying

urlpatterns = [
    path("", querying.editor, name="sql"),
    path("run/", querying.run, name="sql_run"),
    path("cancel/", querying.cancel, name="sql_cancel"),
    path("format/", querying.tidy, name="sql_format"),
    path("tables/", querying.tables, name="sql_tables"),
    path("history/", query_keeping.history, name="sql_history"),
    path("save/", query_keeping.save_query, name="sql_save"),
    path("made/<uuid:job_id>/", query_keeping.made_dataset, name="sql_made"),
    path("<uuid:pk>/result/", querying.result, name="sql_result"),
    path("<uuid:pk>/figure/", querying.figure, name="sql_figure"),
    path("<uuid:pk>/export/", query_keeping.export, name="sql_export"),
    path("<uuid:pk>/dataset/", query_keeping.save_as_dataset, name="sql_dataset"),
    path("<uuid:pk>/delete/", query_keeping.forget_query, name="sql_delete"),
    path("<uuid:pk>/files/<uuid:job_id>/", query_keeping.exported_file, name="sql_file"),
]

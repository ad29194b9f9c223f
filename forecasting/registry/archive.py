"""A trained model as a zip: weights (safetensors), settings (JSON) and its card (Markdown)."""

from __future__ import annotations

import io
import re
import zipfile

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from accounts.problems import Conflict
from datasets import storage
from forecasting.engine import artifacts
from forecasting.models import TrainedModel
from forecasting.registry import cards


def as_file(row: TrainedModel) -> HttpResponse:
    """The download. Raises Conflict while the model is not ready."""
    response = HttpResponse(archive_of(row), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{stem_of(row)}.zip"
    )
    return response


def archive_of(row: TrainedModel) -> bytes:
    """`tfb.load` reads it, as it is or unpacked; nothing in it runs."""
    if not row.is_ready:
        raise Conflict(gettext("This model is not trained yet. Wait until it is ready."))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (artifacts.CARD, artifacts.ARRAYS):
            archive.write(storage.local_copy(f"{row.model_path}/{name}"), name)
        archive.writestr("card.md", cards.markdown(row))
    return content.getvalue()


def stem_of(row: TrainedModel) -> str:
    """`load-7d-v9`, or the type and the id of a model that is no version."""
    version = getattr(row, "registered", None)
    if version is None:
        return f"{row.type}-{str(row.pk)[:8]}"
    line = re.sub(r"[^\w.-]+", "-", version.line.name).strip("-.") or row.type
    return f"{line}-v{version.number}"

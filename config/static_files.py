"""Static files: hashed names (also inside ES modules), compressed once, cached for ever."""

from __future__ import annotations

from django.contrib.staticfiles.storage import HashedFilesMixin
from servestatic.storage import CompressedManifestStaticFilesStorage

_, _IMPORT_PATTERNS = HashedFilesMixin._js_module_import_aggregation_patterns  # type: ignore[attr-defined]  # noqa: SLF001


class ManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hash names inside `import` statements of our modules, so that they are cached like the rest.

    Only ours: other packages' files have imports in comments that lead nowhere.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = ("js/*.js", _IMPORT_PATTERNS)
    manifest_strict = True

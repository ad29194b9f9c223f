"""Static files: hashed names (also inside ES modules), compressed once, cached for ever."""

from __future__ import annotations

from servestatic.storage import CompressedManifestStaticFilesStorage


class ManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hash names inside `import` statements too, so that modules are cached like the rest."""

    support_js_module_import_aggregation = True
    manifest_strict = True

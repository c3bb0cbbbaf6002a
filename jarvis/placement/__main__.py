"""Writes `models.schema.json`, and the README's support matrix: `python -m jarvis.placement [README.md]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from jarvis.catalog.entries import Catalog
from jarvis.catalog.models import catalog_file
from jarvis.placement.support_matrix import write_matrix


def schema_text() -> str:
    """Return the JSON Schema of `models.json`, as it stands beside it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Catalog.model_json_schema(by_alias=True)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    catalog_file().with_name("models.schema.json").write_text(schema_text(), encoding="utf-8")
    if len(sys.argv) > 1:
        write_matrix(Path(sys.argv[1]))

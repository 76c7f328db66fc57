"""The JSON Schema of what `--format json` prints, which `schema.json` holds for all commands."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

# `build` is what is printed without a command, `only` what is with `--only`.
COMMANDS = ("build", "changes", "diff", "only", "pull", "push", "recover", "retired", "weak")
_PARTS = ("deck", "diagnostic", "task")


@cache
def _whole() -> dict[str, Any]:
    text = files("generator.report").joinpath("schema.json").read_text("utf-8")
    whole: dict[str, Any] = json.loads(text)
    return whole


def schema(command: str = "") -> str:
    """The schema of one of `COMMANDS`, or one that allows the output of each, as JSON."""
    whole = dict(_whole())
    if command:
        whole["title"] = whole["$defs"][command]["description"]
        whole["$defs"] = {name: whole["$defs"][name] for name in (command, *_PARTS)}
        whole["$ref"] = f"#/$defs/{command}"
        del whole["anyOf"]
    return json.dumps(whole, ensure_ascii=False, indent=2)

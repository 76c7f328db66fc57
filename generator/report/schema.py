"""The JSON Schema of what `--format json` prints, which `schema.json` holds for all commands."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

# `build` is what is printed without a command, `only` what is with `--only`, and `NOTHING` what any
# other prints where there is nothing to do.
NOTHING = "nothing"
COMMANDS = (
    "build", "changes", "diff", NOTHING, "only", "pull", "push", "recover", "retired", "verify",
    "weak",
)  # fmt: skip
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
        mine = {command: None} if command == "build" else {command: None, NOTHING: None}
        whole["$defs"] = {name: whole["$defs"][name] for name in (*mine, *_PARTS)}
        whole["anyOf"] = [{"$ref": f"#/$defs/{name}"} for name in mine]
    return json.dumps(whole, ensure_ascii=False, indent=2)

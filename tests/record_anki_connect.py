"""Records what AnkiConnect answers in Anki's own window, a scene at a time.

    python tests/record_anki_connect.py SCENE ADDRESS

Start Anki, the release `RECORDED_WITH`, in English, with the add-on 2055492159 and

- for `opened`, and again for `merged`: a profile that is new, and nothing else in it;
- for `keyed`: a profile, and in the add-on's settings the key that `anki_connect_scenes.py` has;
- for `closed`: the two profiles "Other" and "User 1", and none of them open.

The scene writes to the profile: take one that nobody learns with. Its lines of
`cases/anki_connect.jsonl` are written anew; read the diff.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from anki_connect_scenes import SCENES, play

RECORDED_WITH = "26.09"
TRANSCRIPT = Path(__file__).parent / "cases" / "anki_connect.jsonl"


def read_transcript(path: Path = TRANSCRIPT) -> dict[str, list[str]]:
    """The lines of each scene, in the order of the file."""
    scenes: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        entry = json.loads(line)
        if "scene" in entry:
            lines = scenes.setdefault(entry["scene"], [])
        else:
            lines.append(line)
    return scenes


def write_transcript(scenes: dict[str, list[str]], path: Path = TRANSCRIPT) -> None:
    """Write the scenes in the order in which they are played."""
    lines: list[str] = []
    for name in [each for each in SCENES if each in scenes]:
        lines += [json.dumps({"scene": name}), *scenes[name]]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scene", choices=SCENES)
    parser.add_argument("address", help="http://127.0.0.1:8765, for example")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = play(options.scene, options.address, Path(folder))
    write_transcript(read_transcript() | {options.scene: lines})
    print(f"{options.scene}: {len(lines)} answers")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes the generated parts of the clients from the description of the API.

    python3 clients/generate.py            write them
    python3 clients/generate.py --check    exit with 1 where they are not current

The description is the golden `openapi.json` of the server's tests. Nothing
beside Python's own library is needed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from generator import python, rust, schema, sync, typescript

HERE = Path(__file__).resolve().parent
DESCRIPTION = HERE.parent / "crates" / "keyward" / "tests" / "it" / "golden" / "openapi.json"


def main() -> int:
    api = schema.read(json.loads(DESCRIPTION.read_text(encoding="utf-8")))
    package = HERE / "python" / "keyward"
    crate = HERE.parent / "crates" / "keyward-client"
    twins = (("_async.py", "_sync.py"), ("_tokens_async.py", "_tokens_sync.py"))
    files = {
        package / "types.py": python.types(api),
        package / "_operations.py": python.operations(api),
        **{package / to: sync.of((package / of).read_text(encoding="utf-8")) for of, to in twins},
        HERE / "typescript" / "src" / "types.ts": typescript.types(api),
        HERE / "typescript" / "src" / "operations.ts": typescript.operations(api),
        **{crate / "src" / "operations" / f"{name}.rs": text for name, text in rust.operations(api).items()},
        crate / "tests" / "it" / "calls.rs": rust.calls(api),
    }
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(HERE.parent)} is not what clients/generate.py writes")
        return 1 if stale else 0
    for path in stale:
        path.write_text(files[path], encoding="utf-8")
        print(f"wrote {path.relative_to(HERE.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

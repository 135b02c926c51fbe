"""The list of parts (部件清单, SBOM) as CycloneDX 1.6: `make sbom`.

Everything that the lock names, with its hashes, and its licence as the installed package tells it.
The same lock gives the same file, but for licences of packages that are not installed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ENTRY = re.compile(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s\\;]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def main() -> None:
    """Write the list; the lock and the file may be named."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lock", type=Path, default=ROOT / "requirements.txt")
    options.add_argument("--out", type=Path, default=ROOT / "build" / "sbom.cdx.json")
    chosen = options.parse_args()
    made = bill(chosen.lock.read_text("utf-8"), (ROOT / "pyproject.toml").read_text("utf-8"))
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    sys.stdout.write(f"{chosen.out}: {len(made['components'])} packages\n")


def bill(lock: str, project: str) -> dict[str, Any]:
    """The list of parts of a lock, for a project."""
    own = tomllib.loads(project)["project"]
    parts = [_part(entry) for entry in re.split(r"\n(?=\S)", lock) if ENTRY.match(entry)]
    root = {
        "type": "application",
        "bom-ref": own["name"],
        "name": own["name"],
        "version": own["version"],
        "licenses": [{"license": {"id": own["license"]}}],
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": root},
        "components": parts,
        "dependencies": [{"ref": own["name"], "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def _part(entry: str) -> dict[str, Any]:
    match = ENTRY.match(entry)
    assert match is not None  # noqa: S101  asked before
    name, version = re.sub(r"[-_.]+", "-", match[1]).lower(), match[2]
    purl = f"pkg:pypi/{name}@{version}"
    part: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        # The lock names every build of a package; which one was installed depends on the machine.
        "externalReferences": [
            {
                "type": "distribution",
                "url": f"urn:sha256:{digest}",
                "hashes": [{"alg": "SHA-256", "content": digest}],
            }
            for digest in HASH.findall(entry)
        ],
    }
    if licence := _licence(name):
        part["licenses"] = [{"license": {"name": licence}}]
    return part


def _licence(name: str) -> str:
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    classified = [
        one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or [] if "License ::" in one
    ]
    plain = _said(told, "License").strip().partition("\n")[0]
    return _said(told, "License-Expression") or ", ".join(classified) or plain[:100]


def _said(told: metadata.PackageMetadata, field: str) -> str:
    return str((told.get_all(field) or [""])[0])


if __name__ == "__main__":
    main()

"""`make bench-parts`: modules of this package as programs of their own, one after another.

`python -m benchmarks detect decode` runs those two only; what follows `--` goes to each.
"""

from __future__ import annotations

import os
import pkgutil
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import benchmarks

BY_THEMSELVES = ("hall", "hall82", "long_truth")
"""`make bench`, and runs of half an hour and of hours."""

LIBRARIES = ("onnxruntime", "openvino", "opencv-python", "av", "numpy")


def names() -> list[str]:
    """Benchmarks that run one after another; helpers begin with an underscore."""
    found = {item.name for item in pkgutil.iter_modules(benchmarks.__path__)}
    return sorted(name for name in found - {*BY_THEMSELVES} if not name.startswith("_"))


def processor() -> str:
    """The processor's name as the kernel tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def main(arguments: list[str]) -> int:
    split = arguments.index("--") if "--" in arguments else len(arguments)
    wanted, passed_on = arguments[:split] or names(), arguments[split + 1 :]
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(f"没有此项 / no such benchmark: {', '.join(unknown)}; {', '.join(names())}")
        return 2
    print(f"{processor()}, {os.cpu_count()} threads, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in LIBRARIES))
    failed = [name for name in wanted if not _ran(name, passed_on)]
    if failed:
        print(f"失败 / failed: {', '.join(failed)}")
    return 1 if failed else 0


def _ran(name: str, passed_on: list[str]) -> bool:
    print(f"\n## {name}\n", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", *passed_on]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own modules


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

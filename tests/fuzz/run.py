"""One target under atheris: `python -m tests.fuzz.run TARGET [libFuzzer's options and folders]`."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from typing import Any

INSTRUMENTED = ["api", "models", "scheduler", "vision", "yaml", "csv", "openpyxl", "xlrd"]


def main() -> None:
    """Fuzz until libFuzzer is told to stop, or the target breaks."""
    os.environ["PYTHONHASHSEED"] = "0"
    atheris: Any = importlib.import_module("atheris")  # in a venv of its own, see tools/fuzz.sh
    with atheris.instrument_imports(include=INSTRUMENTED, enable_loader_override=False):
        targets = importlib.import_module("tests.fuzz.targets").TARGETS
    warnings.simplefilter("ignore")  # openpyxl tells of every style it drops
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, targets[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()

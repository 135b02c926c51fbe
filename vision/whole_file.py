"""A file that is there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from models.domain.errors import OnPostError


def write_whole(path: Path, content: bytes, error: type[OnPostError]) -> None:
    """Write under a temporary name, sync, then rename.

    Raises:
        OnPostError: an `error` that names the file: it cannot be written.
    """
    part: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=".part-", dir=path.absolute().parent)
        part = Path(name)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.chmod(0o644)
        part.replace(path)
    except OSError as failure:
        raise error(
            f"无法写入:{failure.strerror}。", f"cannot write: {failure.strerror}.", where=str(path)
        ) from None
    finally:
        if part is not None:
            with suppress(FileNotFoundError):
                part.unlink()

"""The section `evidence` of the settings: where pictures of evidence are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field

from api.settings.fields import refusal
from api.settings.sections import Section


def _store(value: str) -> str:
    parsed = urlsplit(value)
    folder = parsed.scheme == "file" and not parsed.netloc and len(parsed.path) > 1
    bucket = parsed.scheme == "s3" and bool(parsed.netloc) and "@" not in parsed.netloc
    if not (folder or bucket) or parsed.query or parsed.fragment:
        raise refusal(
            "证据存储地址应为 file:///文件夹 或 s3://桶名/前缀;账号密钥只能放在环境变量中。",
            "the evidence store is file:///folder or s3://bucket/prefix; credentials belong in "
            "the environment alone.",
        )
    return value


class EvidenceSettings(Section):
    """Where pictures of evidence (证据) are kept; left out: a folder, `evidence_dir`."""

    store: Annotated[str, AfterValidator(_store)] | None = Field(
        None, description="file:///folder, or s3://bucket/prefix (extra `s3`)."
    )

    @property
    def folder(self) -> Path | None:
        """The folder of a `file:` address."""
        parsed = urlsplit(self.store or "")
        return Path(unquote(parsed.path)) if parsed.scheme == "file" else None

    @property
    def bucket(self) -> str | None:
        """The address, where it is no folder."""
        return self.store if self.folder is None else None

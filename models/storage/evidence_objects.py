"""Evidence pictures (证据图片) as objects of an S3-compatible store, through fsspec.

Credentials come from where Amazon's own tools look for them, such as the environment; no address
here holds any. A picture is in the store before the row that names it commits, because the store
says so before `put` returns.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from importlib.util import find_spec
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from models.domain.errors import StorageError
from models.domain.records import StoredFile
from models.storage.evidence_store import EVIDENCE_PATH, changed_picture, missing_picture, place_of

_PATIENCE: Final = {"connect_timeout": 5, "read_timeout": 20, "retries": {"max_attempts": 3}}


class ObjectEvidenceStore:
    """EvidenceStore in a bucket. Safe from several threads, processes and machines.

    Sweeping needs no lock: what is named again is written again, so that it is as new as a new
    picture, and a sweep looks at an object's age once more just before it removes it.

    Args:
        address: `s3://bucket/prefix`.

    Raises:
        StorageError: the extra is not installed, or the address is none.
    """

    def __init__(self, address: str) -> None:
        parsed = urlsplit(address)
        if parsed.scheme != "s3" or not parsed.hostname or "@" in parsed.netloc:
            raise StorageError(
                "证据存储地址无效,应为 s3://桶名/前缀;账号密钥只能放在环境变量中。",
                "the evidence store's address is not usable; write s3://bucket/prefix, and keep "
                "credentials in the environment alone.",
                where="evidence.store",
            )
        if find_spec("s3fs") is None:
            raise StorageError(
                "未安装 S3 支持,请运行 pip install 'onpost[s3]'。",
                "support for S3 is missing; run pip install 'onpost[s3]'.",
                where="evidence.store",
            )
        import s3fs  # noqa: PLC0415  an extra

        self._base = "/".join(part for part in (parsed.netloc, parsed.path.strip("/")) if part)
        self._store: Any = s3fs.S3FileSystem(
            use_listings_cache=False, skip_instance_cache=True, config_kwargs=dict(_PATIENCE)
        )

    def put(self, data: bytes, taken_at: datetime) -> StoredFile:
        digest, path = place_of(data, taken_at)
        with _told(path):
            try:
                kept = self._store.cat_file(self._key(path))
            except FileNotFoundError:
                kept = data
            if kept != data:
                raise changed_picture(path)
            self._store.pipe_file(self._key(path), data)
        return StoredFile(digest, path, len(data))

    def read(self, path: str) -> bytes:
        if not EVIDENCE_PATH.fullmatch(path):
            raise StorageError(
                f"证据路径“{path}”无效。", f"{path!r} is not a path in the evidence store."
            )
        with _told(path):
            try:
                data: bytes = self._store.cat_file(self._key(path))
            except FileNotFoundError as error:
                raise missing_picture(path) from error
        if sha256(data).hexdigest() != PurePosixPath(path).stem:
            raise changed_picture(path)
        return data

    def sweep(self, known: set[str], older_than: datetime) -> int:
        with _told(self._base):
            found: dict[str, Any] = self._store.find(self._base, detail=True)
        removed = 0
        for key in sorted(found):
            path = key.removeprefix(f"{self._base}/")
            if EVIDENCE_PATH.fullmatch(path) and PurePosixPath(path).stem not in known:
                removed += self.remove(path, older_than)
        return removed

    def remove(self, path: str, older_than: datetime) -> bool:
        """Remove a picture whose destruction is registered.

        Args:
            path: As in `StoredFile.path`.
            older_than: One that was written or named again since stays (real time).
        """
        if not EVIDENCE_PATH.fullmatch(path):
            return False
        with _told(path):
            try:
                written: datetime = self._store.info(self._key(path))["LastModified"]
                if written >= older_than:
                    return False
                self._store.rm_file(self._key(path))
            except FileNotFoundError:
                return False
        return True

    def _key(self, path: str) -> str:
        return f"{self._base}/{path}"


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Turn the store's errors into one that a person can mend; none of them names a key."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  an extra

    try:
        yield
    except (OSError, BotoCoreError, ClientError) as error:
        kind = type(error).__name__
        raise StorageError(
            f"证据存储不可用({kind})。请检查网络、桶名,以及环境变量中的账号密钥与地址"
            "(AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY、AWS_ENDPOINT_URL)。",
            f"the evidence store cannot be used ({kind}). Check the network, the bucket, and "
            "credentials and address in the environment (AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL).",
            where=where,
        ) from None

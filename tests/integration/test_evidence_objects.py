"""Evidence in a bucket, on moto's S3 server: kept by hash, read back checked, orphans swept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from api.clock import RealClock
from api.settings import SettingsProblems, load_settings
from api.wiring_record import make_record
from models.domain.errors import StorageError
from models.domain.records import EvidenceKind, EvidencePicture
from models.storage.evidence_objects import ObjectEvidenceStore
from models.storage.evidence_store import EvidenceMissing
from models.storage.verification import verify_record
from tests.builders import NINE

PICTURE = b"\xff\xd8 a picture"
SECRET = "a-key-that-nobody-may-read"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """An empty bucket; credentials and address stand in the environment alone."""
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "onpost",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    name = f"b{sha256(request.node.name.encode()).hexdigest()[:20]}"
    client(server).mkdir(name)
    return name


def client(server: str) -> Any:
    import s3fs

    return s3fs.S3FileSystem(
        key="onpost",
        secret=SECRET,
        endpoint_url=server,
        skip_instance_cache=True,
        use_listings_cache=False,
    )


def test_a_picture_is_kept_by_date_and_hash_and_the_same_twice_is_one(
    server: str, bucket: str
) -> None:
    store = ObjectEvidenceStore(f"s3://{bucket}/hall/west")
    kept = store.put(PICTURE, NINE)
    assert store.put(PICTURE, NINE) == kept
    assert kept.path == f"{NINE:%Y/%m/%d}/{sha256(PICTURE).hexdigest()}.jpg"
    assert client(server).find(bucket) == [f"{bucket}/hall/west/{kept.path}"]
    assert store.read(kept.path) == PICTURE


def test_a_missing_picture_is_told_apart_from_a_changed_one(server: str, bucket: str) -> None:
    store = ObjectEvidenceStore(f"s3://{bucket}")
    kept = store.put(PICTURE, NINE)
    client(server).pipe_file(f"{bucket}/{kept.path}", b"another")
    with pytest.raises(StorageError, match="does not match its SHA-256"):
        store.read(kept.path)
    with pytest.raises(StorageError, match="does not match its SHA-256"):
        store.put(PICTURE, NINE)
    client(server).rm_file(f"{bucket}/{kept.path}")
    with pytest.raises(EvidenceMissing):
        store.read(kept.path)
    with pytest.raises(StorageError, match="not a path"):
        store.read("../secret.jpg")


def test_orphans_are_swept_once_they_are_old_and_nothing_else_is(server: str, bucket: str) -> None:
    store = ObjectEvidenceStore(f"s3://{bucket}/p")
    named, orphan = store.put(b"named", NINE), store.put(b"orphan", NINE)
    client(server).pipe_file(f"{bucket}/p/read-me.txt", b"of somebody else")
    now = RealClock().now()
    assert store.sweep({named.sha256}, now - timedelta(days=1)) == 0
    assert store.sweep({named.sha256}, now + timedelta(minutes=1)) == 1
    assert store.read(named.path) == b"named"
    with pytest.raises(EvidenceMissing):
        store.read(orphan.path)
    assert client(server).exists(f"{bucket}/p/read-me.txt")
    assert store.remove(named.path, now - timedelta(days=1)) is False
    assert store.remove(named.path, now + timedelta(minutes=1)) is True
    assert store.remove(named.path, now + timedelta(minutes=1)) is False


def test_a_store_that_cannot_be_used_is_told_without_the_key(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StorageError) as none:
        ObjectEvidenceStore("s3://there-is-no-such-bucket").put(PICTURE, NINE)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StorageError, match="cannot be used") as unreachable:
        ObjectEvidenceStore(f"s3://{bucket}").put(PICTURE, NINE)
    assert SECRET not in str(none.value) + str(unreachable.value)


def test_a_record_by_settings_keeps_its_pictures_in_the_bucket_and_verifies(
    bucket: str, tmp_path: Path
) -> None:
    file = tmp_path / "onpost.yaml"
    file.write_text(f"data_dir: data\nevidence:\n  store: s3://{bucket}/e\n", encoding="utf-8")
    settings = load_settings(file)
    assert SECRET not in str(settings.public()) + str(settings)
    record = make_record(settings)
    try:
        kept = record.evidence.put(PICTURE, NINE)
        picture = EvidencePicture(
            kept.sha256, kept.path, kept.bytes, NINE, "c1", "w1", EvidenceKind.AT, 1, 64, 36
        )
        with record.make_uow() as uow:
            uow.evidence.add(picture)
            named = [{"sha256": kept.sha256, "path": kept.path}]
            uow.register.append("finding_opened", {"evidence": named}, NINE, key="k")
            uow.commit()
        assert verify_record(record).faults == ()
        assert record.sweep(RealClock().now() + timedelta(minutes=1)) == 0
        record.evidence.remove(kept.path, RealClock().now() + timedelta(minutes=1))
        assert [fault.kind for fault in verify_record(record).faults] == ["evidence_missing"]
    finally:
        record.close()
    assert not settings.evidence_path.exists(), "nothing of it is on this machine"


@pytest.mark.parametrize(
    "store", ["s3://key:secret@bucket/x", "http://bucket/x", "file://host/x", "s3:///x", "x"]
)
def test_an_address_with_credentials_or_of_another_kind_is_refused(
    store: str, tmp_path: Path
) -> None:
    file = tmp_path / "onpost.yaml"
    file.write_text(f"evidence:\n  store: {store}\n", encoding="utf-8")
    with pytest.raises(SettingsProblems, match="credentials belong in the environment") as problems:
        load_settings(file)
    assert "secret" not in str(problems.value)


def test_a_folder_may_be_named_as_an_address(tmp_path: Path) -> None:
    file = tmp_path / "onpost.yaml"
    file.write_text(f"evidence:\n  store: file://{tmp_path}/pictures\n", encoding="utf-8")
    assert load_settings(file).evidence_place == tmp_path / "pictures"

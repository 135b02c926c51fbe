"""Files that come with a call: bounded, looked at before anything reads them, gone afterwards.

A body is counted while it comes in and lands in temporary files; nothing holds it whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from api.attachment_guard import check_attachment
from api.errors import NotMultipart, TooLarge
from api.picture_guard import check_jpeg
from api.workbook_guard import check_workbook
from models.domain.errors import InputError

ENVELOPE: Final = 64 * 1024
"""Bytes beside the files: heads, boundaries, fields."""

MOST_FILES: Final = 8
MOST_FIELDS: Final = 20
SEVERAL: Final = frozenset({"file", "pictures"})
"""Fields that hold several files."""

LONGEST_NAME: Final = 60
PICTURE_BYTES: Final = 10 * 1024 * 1024

_Fields = TypeVar("_Fields", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Upload:
    """What came with a call.

    Attributes:
        files: Temporary files, each under the cleaned name that it was sent by.
        fields: Everything else.
    """

    files: tuple[Path, ...]
    fields: dict[str, str]

    def contents(self) -> list[tuple[str, bytes]]:
        """Name and content of each file."""
        return [(path.name, path.read_bytes()) for path in self.files]

    def read(self, shape: type[_Fields]) -> _Fields:
        """The fields as a checked value.

        Raises:
            RequestValidationError: they do not fit.
        """
        try:
            return shape.model_validate(self.fields)
        except ValidationError as error:
            raise RequestValidationError(
                [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
            ) from None


def spreadsheets(*, most: int = MOST_FILES) -> Any:
    """A dependency: one or more spreadsheets in the field `file`, checked before they are read."""

    async def received(request: Request) -> AsyncIterator[Upload]:
        limit = request.app.state.parts.settings.web.upload_mb * 1024 * 1024
        async with _received(request, "file", limit, most) as upload:
            if not upload.files:
                raise _no_file("file")
            async with _turn(request.app):
                for path in upload.files:
                    await run_in_threadpool(check_workbook, path)
                yield upload

    return Depends(received)


def pictures(field: str = "picture") -> Any:
    """A dependency: at most one JPEG in the field `picture`, or some in `pictures`; a call without
    a body has none."""
    most = MOST_FILES if field in SEVERAL else 1

    async def received(request: Request) -> AsyncIterator[Upload]:
        if "content-type" not in request.headers:
            yield Upload((), {})
            return
        async with (
            _received(request, field, PICTURE_BYTES, most) as upload,
            _turn(request.app),
        ):
            for path in upload.files:
                await run_in_threadpool(check_jpeg, path)
            yield upload

    return Depends(received)


def attachments() -> Any:
    """A dependency: some papers or pictures in `file`, or none; see `api.attachment_guard`."""

    async def received(request: Request) -> AsyncIterator[Upload]:
        limit = request.app.state.parts.settings.web.upload_mb * 1024 * 1024
        async with _received(request, "file", limit, MOST_FILES) as upload, _turn(request.app):
            for path in upload.files:
                await run_in_threadpool(check_attachment, path)
            yield upload

    return Depends(received)


def form_of(field: str, shape: type[BaseModel] | None = None, *, needed: bool) -> dict[str, Any]:
    """What the API's description says of such a body: `openapi_extra=form_of("file")`.

    Args:
        field: The field of the file or files.
        shape: The other fields.
        needed: Whether a file must be there.
    """
    file: dict[str, Any] = {"type": "string", "format": "binary"}
    if field in SEVERAL:
        file = {"type": "array", "items": file, "minItems": int(needed), "maxItems": MOST_FILES}
    told = shape.model_json_schema() if shape else {}
    needs = [*told.get("required", ()), *([field] if needed else ())]
    schema = {
        "type": "object",
        "properties": {field: file, **told.get("properties", {})},
        **({"required": needs} if needs else {}),
    }
    return {
        "requestBody": {
            "required": needed or shape is not None,
            "content": {"multipart/form-data": {"schema": schema}},
        }
    }


def clean_name(name: str) -> str:
    """The last part of a file's name, without what does not print; never a path."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    return kept[-LONGEST_NAME:].lstrip(" .") or "upload"


@asynccontextmanager
async def _turn(app: FastAPI) -> AsyncIterator[None]:
    """One upload is read at a time, so that several together need no more memory than one."""
    turn: asyncio.Semaphore | None = getattr(app.state, "upload_turn", None)
    if turn is None:
        turn = app.state.upload_turn = asyncio.Semaphore(1)
    async with turn:
        yield


@asynccontextmanager
async def _received(request: Request, field: str, limit: int, most: int) -> AsyncIterator[Upload]:
    form = await _form(request, limit, most)
    try:
        with TemporaryDirectory(prefix="onpost-upload-") as folder:
            yield await run_in_threadpool(_laid, form, field, Path(folder))
    finally:
        await form.close()


async def _form(request: Request, limit: int, most: int) -> FormData:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise NotMultipart(
            "请以 multipart/form-data 上传文件。", "send files as multipart/form-data."
        )
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > limit + ENVELOPE:
        raise _too_large(limit)
    parser = MultiPartParser(
        request.headers,
        _counted(request, limit),
        max_files=most,
        max_fields=MOST_FIELDS,
        max_part_size=ENVELOPE,
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise InputError(
            f"上传内容有误:文件至多 {most} 个,其他字段至多 {MOST_FIELDS} 个,格式须完整。",
            f"the upload is not well-formed ({error.message}); at most {most} files and "
            f"{MOST_FIELDS} fields.",
            where="body",
        ) from None
    except ClientDisconnect:
        raise InputError("上传中断。", "the upload broke off.", where="body") from None


async def _counted(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > limit + ENVELOPE:
            raise _too_large(limit)
        yield chunk


def _laid(form: FormData, field: str, folder: Path) -> Upload:
    files: list[Path] = []
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name != field:
                raise InputError(
                    f"文件须放在字段 {field} 中。",
                    f"a file goes into the field {field}.",
                    where=name,
                )
            path = folder / str(len(files)) / clean_name(value.filename or "")
            path.parent.mkdir()
            with path.open("wb") as out:
                copyfileobj(value.file, out)
            files.append(path)
        elif name in fields or name == field:
            raise InputError(
                f"字段 {name} 有误:重复,或不是文件。",
                f"the field {name} is there twice, or is no file.",
                where=name,
            )
        else:
            fields[name] = value
    return Upload(tuple(files), fields)


def _too_large(limit: int) -> TooLarge:
    size = limit // (1024 * 1024)
    return TooLarge(
        f"上传内容超过上限 {size} MB,已拒绝;请拆分文件或删除多余内容。",
        f"the upload is larger than {size} MB and was refused; split the file or cut it down.",
        where="body",
    )


def _no_file(field: str) -> InputError:
    return InputError(f"缺少文件(字段 {field})。", f"there is no file in {field}.", where=field)

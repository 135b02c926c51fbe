"""Errors as `application/problem+json`; the one place that knows status codes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.redact import masked
from api.schemas.problem import MendOut, ProblemOut
from models.domain.accounts import LockedOut, SignInRefused
from models.domain.errors import (
    DeliveryError,
    DetectorError,
    ForbiddenMove,
    InputError,
    NotYet,
    OnPostError,
    RegisterError,
    SourceError,
    StorageError,
    WeightsError,
)
from models.domain.papers import StalePaper
from models.domain.retention import EvidencePurged
from scheduler.circulars.typesetting import TypesettingError
from scheduler.rosters.problems import Problem, RosterProblems

log = structlog.get_logger("onpost.web")

PROBLEM_JSON: Final = "application/problem+json"
MOST_PROBLEMS: Final = 500
OPTION: Final = re.compile(r"(^|, )--(?=[a-z])")
"""Errors name the options of commands; a call has fields of the same names."""

PLACE: Final = re.compile(
    r"(?P<file>.*?)(?: \[(?P<sheet>[^\]]*)\]|:\d+)?(?: (?P<cell>[A-Z]{1,3}\d{1,7}))?"
)


class NotThere(OnPostError):
    """Asked for something that does not exist."""


class NotSignedIn(OnPostError):
    """Nobody is signed in, or not any more."""


class NotAllowed(OnPostError):
    """The account may not do this."""


class PasswordDue(OnPostError):
    """The first password must be changed before anything else."""


class TooLarge(InputError):
    """An upload is larger than is taken."""


class NotMultipart(InputError):
    """A file did not come as `multipart/form-data`."""


class ForeignCall(OnPostError):
    """A page of another site tried to act here."""


class TooMany(OnPostError):
    """Too many calls in too short a time.

    Args:
        after_s: Seconds after which another is taken; `wait_s` tells them in whole ones.
    """

    def __init__(self, after_s: float) -> None:
        wait = max(1, math.ceil(after_s))
        super().__init__(
            f"请求过于频繁,请 {wait} 秒后重试。", f"too many calls; try again in {wait} s."
        )
        self.wait_s = wait


STATUS: Final[Mapping[type[OnPostError], int]] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    PasswordDue: 403,
    ForeignCall: 403,
    NotThere: 404,
    EvidencePurged: 410,
    NotYet: 403,
    TooMany: 429,
    SignInRefused: 401,
    LockedOut: 429,
    ForbiddenMove: 409,
    TooLarge: 413,
    NotMultipart: 415,
    InputError: 422,
    RegisterError: 409,
    SourceError: 502,
    DeliveryError: 502,
    DetectorError: 503,
    TypesettingError: 503,
    StalePaper: 409,
    StorageError: 503,
    WeightsError: 503,
}


def status_of(error: OnPostError) -> int:
    """The HTTP status of an error, by its nearest class in `STATUS`; 500 for none."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def missing(zh: str, en: str, name: str) -> NotThere:
    """`name` does not exist: for a 404."""
    return NotThere(f"{zh}“{name}”不存在。", f"there is no {en} {name!r}.", where=name)


def add_handlers(app: FastAPI) -> None:
    """Answer every error of the API with a problem that a person and a program can read."""
    app.add_exception_handler(OnPostError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _answer(problem: ProblemOut) -> JSONResponse:
    return JSONResponse(problem.model_dump(), problem.status, media_type=PROBLEM_JSON)


def _ours(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OnPostError)  # noqa: S101  registered for it above
    return answer_to(error, status_of(error))


def answer_to(error: OnPostError, status: int) -> JSONResponse:
    """The problem that tells an error with this HTTP status."""
    zh, en = masked(error.zh), masked(error.en)
    answer = _answer(
        ProblemOut(
            title=HTTPStatus(status).phrase,
            status=status,
            detail=f"{zh} / {en}",
            detail_zh=zh,
            detail_en=en,
            where=OPTION.sub(r"\1", masked(error.where)),
            code=error.code,
            problems=mended(error),
        )
    )
    if isinstance(error, TooMany | LockedOut):
        answer.headers["Retry-After"] = str(error.wait_s)
    if isinstance(error, NotSignedIn):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def mended(error: OnPostError) -> list[MendOut]:
    """Everything that is wrong with a roster file, one by one; nothing for other errors."""
    if not isinstance(error, RosterProblems):
        return []
    first = sorted(error.problems, key=lambda one: not one.blocking)[:MOST_PROBLEMS]
    return [mend_of(one) for one in first]


def mend_of(problem: Problem) -> MendOut:
    """One problem of a file with its place taken apart: `file [sheet] B3`, `file:12 B12`."""
    place = PLACE.fullmatch(problem.where)
    parts = place.groupdict(default="") if place else {"file": problem.where}
    return MendOut(
        code=problem.code,
        blocking=problem.blocking,
        where=masked(problem.where),
        file=masked(parts["file"]) if "." in parts["file"] else "",
        sheet=parts.get("sheet", ""),
        cell=parts.get("cell", ""),
        zh=masked(problem.zh),
        en=masked(problem.en),
    )


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for it above
    parts = [
        f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()
    ]
    said = masked("; ".join(parts))
    return _answer(
        ProblemOut(
            title="Unprocessable Entity",
            status=422,
            detail=f"请求参数有误:{said}",
            detail_zh=f"请求参数有误:{said}",
            detail_en=f"the request is not valid: {said}",
        )
    )


def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for it above
    return _answer(
        ProblemOut(
            title=HTTPStatus(error.status_code).phrase,
            status=error.status_code,
            detail=str(error.detail),
            detail_zh=_HTTP_ZH.get(error.status_code, str(error.detail)),
            detail_en=str(error.detail),
        )
    )


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected error", path=request.url.path, exc_info=error)
    return _answer(
        ProblemOut(
            title="Internal Server Error",
            status=500,
            detail="内部错误,请查看日志。 / internal error; see the log.",
            detail_zh="内部错误,请查看日志。",
            detail_en="internal error; see the log.",
        )
    )


_HTTP_ZH: Final[Mapping[int, str]] = {
    404: "页面或接口不存在。",
    405: "不支持此请求方法。",
    413: "请求内容过大。",
}

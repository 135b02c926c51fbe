"""The description of the API (OpenAPI): who may call what, every refusal, an example everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI

from api.auth.endpoints import Endpoints
from api.schemas.problem import ProblemOut

API: Final = "/api/v1/"
REF: Final = "#/components/schemas/"
PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": f"{REF}ProblemOut"}}}
ALWAYS: Final = (401, 403, 404, 422, 429, 503)
ON_CHANGES: Final = (400, 409, 413, 415, 502)
SECURITY: Final = {
    "token": {"type": "http", "scheme": "bearer", "description": "For programs."},
    "session": {"type": "apiKey", "in": "cookie", "name": "onpost", "description": "For people."},
}
DESCRIPTION: Final = (
    "值守监察接口:所有页面所用的数据都由此提供。错误一律为 application/problem+json。\n\n"
    "Everything that the pages show. Errors are application/problem+json, lists go on with "
    "`next_after`, times carry their offset."
)
TAGS: Final = {
    "cameras": "Cameras, their pictures, windows (摄像头、窗口)",
    "findings": "Findings and alerts (情形、告警)",
    "live": "What changes by itself: wall, events, health",
    "halls": "Halls, units, staff (大厅、单位、人员)",
    "rosters": "Duty rosters (排班)",
    "leave": "Leave and going out (请假、外出)",
    "stops": "Stops of service (豁免)",
    "calendar": "The work calendar (工作日历)",
    "duty": "A window's day (在岗判定)",
    "behaviours": "Behaviour on duty (规范服务)",
    "checks": "Spot checks, roll-calls, visits (抽查、查岗、明查暗访)",
    "plans": "Plans of spot checks and campaigns (抽查计划、专项)",
    "rectifications": "Rectification (整改)",
    "appeals": "Appeals and explanations (申诉、情况说明)",
    "measures": "Measures, scores, the ledger (处理措施、计分、问责台账)",
    "register": "The register (登记台账)",
    "settings": "Settings (设置)",
    "zones": "Staff zones and setting up cameras (工位区域、摄像头接入)",
    "audit": "The audit log (审计日志)",
}
BY_NAME: Final[Mapping[str, Any]] = {
    "id": "1",
    "window_id": "w01-1",
    "window": "1-1号窗口",
    "hall_id": "h00",
    "hall": "市政务服务中心",
    "camera_id": "c01",
    "unit": "户籍",
    "unit_id": "户籍",
    "post": "w01-1/A",
    "by": "li.na",
    "who": "li.na",
    "login": "li.na",
    "name": "李娜",
    "reason": "核对画面后确认",
    "label": "脱岗",
    "state": "to_verify",
    "month": "2026-11",
    "roster_version": "e3b0c44298fc1c14",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "prev_hash": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    "url": "/api/v1/evidence/9f86d081.jpg",
    "time_zone": "Asia/Shanghai",
}
DEEPEST: Final = 8


class Described(FastAPI):
    """An application whose description says what is so."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            endpoints: Endpoints = self.state.endpoints
            told = super().openapi()
            told["info"] |= {"description": DESCRIPTION}
            told["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
            components = told.setdefault("components", {})
            components["securitySchemes"] = SECURITY
            schemas = components.setdefault("schemas", {})
            _add_problem(schemas)
            for path, method, operation in _operations(told):
                _describe(operation, path, method, endpoints)
            for name, schema in schemas.items():
                if "examples" not in schema and "example" not in schema:
                    schema["examples"] = [example_of({"$ref": REF + name}, schemas)]
        return self.openapi_schema or {}


def _operations(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in told.get("paths", {}).items():
        for method, operation in methods.items():
            if path.startswith(API):
                yield path, method.upper(), operation


def _add_problem(schemas: dict[str, Any]) -> None:
    told = ProblemOut.model_json_schema(ref_template=REF + "{model}")
    schemas.update(told.pop("$defs", {}))
    schemas["ProblemOut"] = told
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)


def _describe(operation: dict[str, Any], path: str, method: str, endpoints: Endpoints) -> None:
    rules = [one.rule for one in endpoints if one.path == path and method in one.methods]
    permissions = rules[0].permissions if rules else ()
    if not permissions:
        operation["security"] = []
    else:
        operation["security"] = [{"token": []}, {"session": []}]
        operation["x-permission"] = " ".join(permissions)
    responses = operation.setdefault("responses", {})
    for status in ALWAYS + (() if method == "GET" else ON_CHANGES):
        text = HTTPStatus(status).phrase
        responses[str(status)] = {"description": text, "content": PROBLEM}


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Any:
    """A value that fits a schema: its own example where it has one, else made of its parts."""
    given = schema.get("examples") or schema.get("enum")
    if given or "const" in schema:
        return given[0] if given else schema["const"]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].removeprefix(REF)], schemas, depth)
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if choices:
        return example_of(choices[0], schemas, depth)
    return _made(schema, schemas, depth)


def _made(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object":
        return {
            name: _named(name, part, schemas, depth + 1)
            for name, part in schema.get("properties", {}).items()
        }
    if kind == "array":
        least = schema.get("minItems", 0)
        if depth >= DEEPEST and not least:
            return []
        return [example_of(schema.get("items", {}), schemas, depth + 1)] * max(1, least)
    return _plain(kind, schema)


def _named(name: str, part: Mapping[str, Any], schemas: Mapping[str, Any], depth: int) -> Any:
    kinds = {part.get("type"), *(one.get("type") for one in part.get("anyOf", ()))}
    free = not {"examples", "enum", "const", "format", "pattern"} & set(part)
    if free and "string" in kinds and name in BY_NAME:
        return BY_NAME[name]
    return example_of(part, schemas, depth)


def _plain(kind: str | None, schema: Mapping[str, Any]) -> Any:
    if "default" in schema:
        return schema["default"]
    if kind == "string":
        formats = {"date-time": "2026-11-23T09:40:00+08:00", "date": "2026-11-23"}
        return formats.get(schema.get("format", ""), "x" * schema.get("minLength", 0))
    if kind in {"integer", "number"}:
        return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
    return {"boolean": False, "null": None}.get(kind or "", {})

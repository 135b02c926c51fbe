"""What the walk over all endpoints asks: one good call for each endpoint that changes something.

Reads need no line here unless their address has a part or a question that `HELD` and `ASKED` do
not know. A new endpoint that changes something needs one in `CHANGES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from models.domain.access import Role
from tests.fakes_duty import LEAVE_HEADS, NOVEMBER, ROSTER_HEADS, sheet
from tests.fakes_web import PASSWORD, jpeg, picture

FINDING = "/api/v1/findings/{finding_id}"
WHY: Final = {"json": {"reason": "核实"}}


@dataclass(frozen=True)
class Change:
    """One call that changes something.

    Attributes:
        action: What the audit log must say.
        role: Who calls; None for nobody signed in.
        sent: As of httpx.
        held: Parts of the address, instead of those of the world.
        keeps: Name under which the answer's `id` is held for later calls.
        who: Login that the entry names, where it is not the caller's.
        once: By an account of its own, which is not used again.
        program: By the token of a program that sends clues.
        status: What is answered, where it is no success.
    """

    action: str
    role: Role | None = Role.REVIEWER
    sent: Mapping[str, Any] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)
    keeps: str = ""
    who: str = ""
    once: bool = False
    program: bool = False
    status: int = 0


LEAVE: Final = {
    "person": "户籍/李四",
    "kind": "事假",
    "start": "2026-11-24T08:30:00+08:00",
    "end": "2026-11-24T12:00:00+08:00",
    "approver": "赵主任",
}
STOP: Final = {
    "kind": "停电",
    "start": "2026-11-23T09:00:00+08:00",
    "end": "2026-11-23T10:00:00+08:00",
    "hall_id": "h00",
    "approver": "值班主任",
}
BOOK: Final = "李四,户籍,病假,2026-11-25 08:30,2026-11-25 12:00,2026-11-23 09:00,2026-11-23 09:00"
PLAN: Final = b'{"year": 2027, "days": [{"name": "-", "date": "2027-01-01", "isOffDay": true}]}'
DAY: Final = {"date": "2026-11-28", "worked": True, "reason": "延时服务", "hall_id": "h00"}
ENTRY: Final = {"code": "S-01", "name": "首问不负责", "group": "十个不准"}

SEEN: Final = {
    "data": {"window_id": "w01-1", "code": "S-01"},
    "files": {"picture": ("still.jpg", jpeg(picture(1)), "image/jpeg")},
}
SEEN_BESIDE: Final = SEEN | {"data": {"window_id": "w01-2", "code": "S-01"}}
SIGNS_IN: Final = {"login": "signs.in", "password": PASSWORD}
NEW: Final = "Harbour-8-lantern"
NEW_PASSWORD: Final = {"old": PASSWORD, "new": NEW}
TOKEN: Final = {
    "name": "大屏取数",
    "permissions": ["see_live"],
    "expires_at": "2026-12-20T00:00:00+08:00",
}
SECURITY: Final = Role.SECURITY_ADMIN
VISIT: Final = {
    "data": {
        "hall_id": "h00",
        "kind": "secret_visit",
        "seen_at": "2026-11-23T09:20:00+08:00",
        "results": '[{"window_id": "w01-1", "result": "off_post", "picture": 1}]',
    },
    "files": {"pictures": ("still.jpg", jpeg(picture(2)), "image/jpeg")},
}
CAMPAIGN: Final = {
    "id": "slack",
    "name": "慵懒散专项治理",
    "first": "2026-11-24",
    "last": "2026-12-04",
    "halls": ["h00"],
    "times": ["09:45"],
}
SYSTEM: Final = Role.SYSTEM_ADMIN
CLUE: Final = {
    "source": "vias-1",
    "external_id": "evt-1",
    "kind": "empty",
    "window_id": "w01-1",
    "at": "2026-11-23T09:40:00+08:00",
}
CASE: Final = {
    "project_no": "430681-2026-000123",
    "unit": "户籍",
    "accepted_at": "2026-11-02T09:30:00+08:00",
    "promise_days": 10,
}
CASE_FILE: Final = sheet(
    "办件编号,单位,事项名称,办件类型,受理时间,承诺时限,法定时限,办结时间",
    "430681-2026-000124,户籍,落户,承诺件,2026-11-02 09:30,10,20,",
    name="办件.csv",
)
HOOK: Final = {"url": "http://127.0.0.1:9/in"}
"""Nobody listens there; that a post fails is an answer too."""

ZONES: Final = {
    "json": {
        "zones": [
            {
                "window_id": "w01-1",
                "polygon": [[0.05, 0.1], [0.5, 0.1], [0.5, 0.95], [0.05, 0.95]],
                "based_on": 1,
            }
        ]
    }
}
RATE: Final = {"key": "hit_rate::0:0.85", "reason": "近期实测"}
CIRCULAR: Final = "/api/v1/circulars/{circular_id}"
OTHER_CIRCULAR: Final = {"circular_id": "{other_circular}"}
ISSUED: Final = "监通〔2026〕1号"
CORRECTED: Final = {"finding_id": 1, "what": "脱岗撤销"}
LIAISON: Final = Role.LIAISON
BY_HAND: Final = {"json": {"matter": "空岗未安排顶岗", "unit": "户籍", "basis": "现场督查记录"}}
ATTACHED: Final = {"file": ("still.jpg", jpeg(picture(1)), "image/jpeg")}
REPORTED: Final = {"data": {"text": "已重新排班"}, "files": ATTACHED}
APPEALED: Final = {"data": {"grounds": "当日停电"}, "files": ATTACHED}
RECTIFY: Final = "POST /api/v1/rectifications"
OTHER_NOTICE: Final = {"rectification_id": "{other_notice}"}
EXPLAINED: Final = {"finding_id": "{explained}"}
APPEALABLE: Final = {"finding_id": "{appealable}"}
SUGGESTED: Final = "last-3:户籍:2026-10"
TAKEN: Final = {
    "case": "2026-11",
    "subject": "户籍",
    "measure": "talk",
    "at": "2026-11-20T09:00:00+08:00",
    "basis": "监通〔2026〕1号",
}

CHANGES: Final[dict[str, list[Change]]] = {
    "GET /api/v1/evidence/{sha256}.jpg": [Change("evidence_viewed")],
    "GET /api/v1/audit/export": [Change("audit_exported", Role.AUDITOR)],
    f"POST {FINDING}/naming": [
        Change("naming_asked", sent=WHY),
        Change("naming_asked", sent=WHY, held={"finding_id": "2"}),
    ],
    f"POST {FINDING}/naming/refuse": [Change("naming_refused", Role.APPROVER, WHY)],
    f"POST {FINDING}/naming/approve": [
        Change("naming_approved", Role.APPROVER, WHY, {"finding_id": "2"})
    ],
    f"POST {FINDING}/confirm": [
        Change("finding_decided", sent={"json": {}}, held={"finding_id": "3"})
    ],
    f"POST {FINDING}/dismiss": [Change("finding_decided", sent=WHY, held={"finding_id": "4"})],
    f"POST {FINDING}/reopen": [Change("finding_decided", sent=WHY, held={"finding_id": "4"})],
    f"POST {FINDING}/excuse": [Change("finding_decided", sent=WHY, held={"finding_id": "5"})],
    **{
        f"POST /api/v1/alerts/{{alert_id}}/{what}": [
            Change("alert_handled", sent={"json": {"minutes": 10}} if what == "snooze" else {})
        ]
        for what in ("claim", "snooze", "escalate", "release")
    },
    "PUT /api/v1/cameras/{camera_id}/zones": [Change("settings_changed", SYSTEM, ZONES)],
    **{
        f"POST /api/v1/precision/{{window_id}}/{what}": [
            Change("settings_changed", SYSTEM, {"json": RATE}, {"window_id": window})
        ]
        for what, window in (("accept", "w03-1"), ("reject", "w04-1"))
    },
    "POST /api/v1/cameras/test": [
        Change("refused", SYSTEM, {"json": {"source": "http://127.0.0.1:9/x.jpg"}}, status=422)
    ],
    "POST /api/v1/cameras/discover": [
        Change("cameras_searched", SYSTEM, {"json": {"seconds": 0.1}})
    ],
    "POST /api/v1/clues": [Change("hook_received", SYSTEM, {"json": CLUE}, program=True)],
    "POST /api/v1/webhooks": [
        Change("settings_changed", SYSTEM, {"json": HOOK}, keeps="hook_id"),
    ],
    **{
        f"POST /api/v1/webhooks/{{hook_id}}/{what}": [Change("settings_changed", SYSTEM)]
        for what in ("disable", "enable", "test")
    },
    "DELETE /api/v1/webhooks/{hook_id}": [Change("settings_changed", SYSTEM)],
    "POST /api/v1/notifications/test": [Change("settings_changed", SYSTEM, {"json": {}})],
    "POST /api/v1/notifications/{notification_id}/retry": [Change("settings_changed", SYSTEM)],
    "POST /api/v1/cases/import": [Change("cases_imported", sent={"files": CASE_FILE})],
    "POST /api/v1/cases": [Change("cases_imported", sent={"json": [CASE]})],
    "POST /api/v1/staff": [
        Change("duty_changed", sent={"files": sheet("姓名,单位", "李四,户籍", "王五,户籍")})
    ],
    "POST /api/v1/rosters": [
        Change("duty_changed", sent={"files": sheet(ROSTER_HEADS, *NOVEMBER[:2])})
    ],
    "POST /api/v1/leave": [
        Change("duty_changed", sent={"json": LEAVE}, keeps="notice_id"),
    ],
    "POST /api/v1/leave/import": [Change("duty_changed", sent={"files": sheet(LEAVE_HEADS, BOOK)})],
    "POST /api/v1/leave/{notice_id}/back": [
        Change("duty_changed", sent={"json": {"at": "2026-11-24T11:00:00+08:00"}})
    ],
    "POST /api/v1/leave/{notice_id}/withdraw": [Change("duty_changed", sent=WHY)],
    "POST /api/v1/stops": [
        Change("duty_changed", sent={"json": STOP}, keeps="stop_id"),
        Change("duty_changed", sent={"json": STOP | {"kind": "演练"}}, keeps="stopped"),
    ],
    "POST /api/v1/stops/{stop_id}/withdraw": [
        Change("duty_changed", sent=WHY, held={"stop_id": "{stopped}"})
    ],
    "POST /api/v1/calendar": [Change("duty_changed", sent={"files": {"file": ("y.json", PLAN)}})],
    "POST /api/v1/calendar/overrides": [
        Change("duty_changed", sent={"json": DAY}, keeps="override_id")
    ],
    "POST /api/v1/calendar/overrides/{override_id}/withdraw": [Change("duty_changed", sent=WHY)],
    "POST /api/v1/behaviours/catalogue": [Change("duty_changed", sent={"json": ENTRY})],
    "POST /api/v1/behaviours": [
        Change("duty_changed", sent=SEEN, keeps="behaviour_id"),
        Change("duty_changed", sent=SEEN_BESIDE, keeps="second"),
    ],
    "POST /api/v1/behaviours/{behaviour_id}/confirm": [
        Change("finding_decided", sent={"files": SEEN["files"]})
    ],
    "POST /api/v1/behaviours/{behaviour_id}/dismiss": [
        Change("finding_decided", sent=WHY, held={"behaviour_id": "{second}"})
    ],
    "POST /api/v1/rollcalls": [
        Change("check_changed", sent={"json": {"hall_ids": ["h00"]}}, keeps="plan"),
    ],
    "POST /api/v1/visits": [Change("check_changed", sent=VISIT, keeps="check_id")],
    "POST /api/v1/campaigns": [
        Change("check_changed", sent={"json": CAMPAIGN}, keeps="campaign_id"),
    ],
    "POST /api/v1/campaigns/{campaign_id}/withdraw": [Change("check_changed", sent=WHY)],
    "POST /api/v1/plans/{day}/nonce": [
        Change(
            "check_changed",
            Role.SUPERVISOR,
            {"json": {"nonce": "3 1 6 6 2 5"}},
            {"day": "2026-11-24"},
        )
    ],
    "POST /api/v1/circulars": [
        Change("circular_drafted", sent={"json": {"period": "2026-10"}}, keeps="circular_id"),
        Change("circular_drafted", sent={"json": {"period": "2026-09"}}, keeps="other_circular"),
    ],
    f"POST {CIRCULAR}/submit": [
        Change("circular_moved", sent={"json": {}}),
        Change("circular_moved", sent={"json": {}}, held=OTHER_CIRCULAR),
    ],
    f"POST {CIRCULAR}/sign": [Change("circular_moved", Role.APPROVER)],
    f"POST {CIRCULAR}/return": [Change("circular_moved", Role.APPROVER, WHY, OTHER_CIRCULAR)],
    f"POST {CIRCULAR}/drop": [Change("circular_moved", sent=WHY, held=OTHER_CIRCULAR)],
    f"POST {CIRCULAR}/issue": [Change("circular_issued", Role.APPROVER)],
    f"POST {CIRCULAR}/receipt": [
        Change("circular_received", Role.LIAISON, {"json": {"unit": "户籍"}})
    ],
    "POST /api/v1/circulars/corrections": [
        Change("circular_drafted", sent={"json": {"number": ISSUED, "items": [CORRECTED]}})
    ],
    RECTIFY: [
        Change("rectification_issued", sent=BY_HAND, keeps="rectification_id"),
        Change("rectification_issued", sent=BY_HAND, keeps="other_notice"),
    ],
    f"{RECTIFY}/{{rectification_id}}/claim": [
        Change("rectification_claimed", LIAISON),
        Change("rectification_claimed", LIAISON, held=OTHER_NOTICE),
    ],
    f"{RECTIFY}/{{rectification_id}}/report": [
        Change("rectification_reported", LIAISON, REPORTED),
        Change("rectification_reported", LIAISON, REPORTED, OTHER_NOTICE),
    ],
    f"{RECTIFY}/{{rectification_id}}/return": [Change("rectification_returned", sent=WHY)],
    f"{RECTIFY}/{{rectification_id}}/accept": [Change("rectification_closed", held=OTHER_NOTICE)],
    f"POST {FINDING}/explanations": [
        Change("explanation_given", LIAISON, REPORTED, EXPLAINED, keeps="explanation_id"),
        Change("explanation_given", LIAISON, REPORTED, APPEALABLE, keeps="other_explanation"),
    ],
    "POST /api/v1/explanations/{explanation_id}/accept": [Change("explanation_accepted", sent=WHY)],
    "POST /api/v1/explanations/{explanation_id}/refuse": [
        Change("explanation_refused", sent=WHY, held={"explanation_id": "{other_explanation}"})
    ],
    f"POST {FINDING}/appeals/leave": [
        Change("appeal_late_allowed", Role.APPROVER, WHY, APPEALABLE)
    ],
    f"POST {FINDING}/appeals": [
        Change("appeal_filed", LIAISON, APPEALED, APPEALABLE, keeps="appeal_id"),
        Change("appeal_filed", LIAISON, APPEALED, {"finding_id": "{also}"}, keeps="other_appeal"),
    ],
    "POST /api/v1/appeals/{appeal_id}/grant": [Change("appeal_granted", Role.APPROVER, WHY)],
    "POST /api/v1/appeals/{appeal_id}/uphold": [
        Change("appeal_upheld", Role.APPROVER, WHY, {"appeal_id": "{other_appeal}"})
    ],
    "POST /api/v1/measures/suggestions": [
        Change("measures_suggested", sent={"json": {"period": "2026-10"}})
    ],
    "POST /api/v1/measures/suggestions/decide": [
        Change("measure_decided", Role.APPROVER, {"json": {"id": SUGGESTED, "agree": True}})
    ],
    "POST /api/v1/measures/ledger": [
        Change("measure_entered", sent={"json": TAKEN}, keeps="measure_id")
    ],
    "POST /api/v1/measures/ledger/{measure_id}/withdraw": [Change("measure_withdrawn", sent=WHY)],
    "POST /sign-in": [Change("sign_in", None, {"data": SIGNS_IN}, who="signs.in")],
    "POST /api/v1/session": [Change("sign_in", None, {"json": SIGNS_IN}, who="signs.in")],
    "POST /sign-in/demo": [  # there is no rehearsal here
        Change("refused", None, {"data": {"role": "operator"}}, status=401)
    ],
    "POST /sign-out": [Change("sign_out", once=True)],
    "DELETE /api/v1/session": [Change("sign_out", once=True)],
    "POST /account/password": [
        Change("password_changed", sent={"data": NEW_PASSWORD | {"again": NEW}}, once=True)
    ],
    "POST /api/v1/session/password": [
        Change("password_changed", sent={"json": NEW_PASSWORD}, once=True)
    ],
    "POST /api/v1/accounts": [
        Change("account_added", SECURITY, {"json": {"login": "new.one", "roles": ["operator"]}})
    ],
    "PATCH /api/v1/accounts/{login}": [
        Change("account_changed", SECURITY, {"json": {"name": "新来的"}})
    ],
    **{
        f"POST /api/v1/accounts/{{login}}/{what}": [Change("account_changed", SECURITY)]
        for what in ("disable", "enable", "unlock", "reset-password")
    },
    "POST /api/v1/tokens": [Change("token_added", sent={"json": TOKEN}, keeps="token_id")],
    "DELETE /api/v1/tokens/{token_id}": [Change("token_revoked")],
}

HELD: Final[dict[str, str]] = {
    "camera_id": "c01",
    "window_id": "w01-1",
    "hall_id": "h00",
    "finding_id": "1",
    "alert_id": "1",
    "number": "1",
    "seq": "1",
    "year": "2026",
    "layout": "A",
    "day": "2026-11-20",
    "form": "json",
    "language": "zh",
    "variant": "full",
    "period": "2026-10",
    "path": "no/such/address",
    "login": "new.one",
    "notification_id": "1",
    "project_no": "430681-2026-000123",
}
"""Parts of addresses, beside those that changes left (`Change.keeps`)."""

ASKED: Final[dict[str, dict[str, Any]]] = {
    "POST /api/v1/cameras/{camera_id}/zones/try": ZONES,
    "POST /api/v1/cases/preview": {"files": CASE_FILE},
    "GET /api/v1/cases/kpi": {"params": {"period": "2026-10"}},
    "GET /api/v1/cases/items": {"params": {"period": "2026-10"}},
    "GET /api/v1/rosters/coverage": {"params": {"month": "2026-11", "hall_id": "h00"}},
    "GET /api/v1/rosters/current": {"params": {"month": "2026-11", "hall_id": "h00"}},
    "GET /api/v1/rosters/coverage/export.xlsx": {"params": {"month": "2026-11", "hall_id": "h00"}},
    "GET /api/v1/calendar/export.xlsx": {"params": {"year": "2026"}},
    "GET /api/v1/scores/units/export.xlsx": {"params": {"period": "2026-10"}},
    "GET /api/v1/rosters/export": {"params": {"month": "2026-11"}},
    "POST /api/v1/rosters/preview": {"files": sheet(ROSTER_HEADS, *NOVEMBER[:2])},
    "GET /api/v1/behaviours/report": {"params": {"month": "2026-11"}},
    "GET /api/v1/checks/summary": {"params": {"day": "2026-11-20"}},
    "GET /api/v1/checks/sheet.{form}": {"params": {"day": "2026-11-20"}},
    "GET /api/v1/circulars/verify": {"params": {"number": ISSUED}},
    **{
        f"GET /api/v1/{what}": {"params": {"period": "2026-10"}}
        for what in ("scores/units", "scores/persons", "measures/honours")
    },
    "GET /language/{language}": {"params": {"back": "/sign-in"}},
}
"""What reads are asked with."""

REPEATABLE: Final = frozenset({"/api/v1/wall", "/api/v1/cameras/c01/thumbnail.jpg"})

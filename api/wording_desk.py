"""What checks, cases, papers and their states are called on pages, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.wording import Pair

CHECK_KINDS: Final[Mapping[str, Pair]] = {
    "daily": ("日常检查", "daily"),
    "random": ("随机抽查", "random"),
    "campaign": ("专项清查", "campaign"),
    "joint": ("联合督查", "joint"),
    "open_visit": ("明查", "open visit"),
    "secret_visit": ("暗访", "secret visit"),
    "roll_call": ("一键查岗", "roll-call"),
}
CHECK_STATES: Final[Mapping[str, Pair]] = {
    "due": ("待执行", "due"),
    "claimed": ("已领取", "claimed"),
    "looking": ("核查中", "looking"),
    "settled": ("已完成", "done"),
    "not_done": ("未执行", "not made"),
}
RESULTS: Final[Mapping[str, Pair]] = {
    "on_post": ("在岗", "on post"),
    "covered": ("顶岗", "covered"),
    "away": ("离岗", "away"),
    "off_post": ("脱岗", "off post"),
    "absent": ("缺岗", "absent"),
    "unmanned": ("空岗", "unmanned"),
    "late": ("迟到", "late"),
    "early": ("早退", "left early"),
    "exempt": ("豁免", "exempt"),
    "no_roster": ("无排班", "no roster"),
    "unverifiable": ("无法核查", "cannot tell"),
    "not_done": ("未执行", "not made"),
    "pending": ("待复核", "still looking"),
}
CARDS: Final[Mapping[str, Pair]] = {
    "reminder": ("提示", "reminder"),
    "yellow": ("黄牌", "yellow card"),
    "red": ("红牌", "red card"),
    "serious": ("严重", "serious"),
}
CASE_TYPES: Final[Mapping[str, Pair]] = {
    "immediate": ("即办件", "at once"),
    "promised": ("承诺件", "promised"),
    "joint": ("联办件", "joint"),
    "referred": ("上报件", "referred"),
    "supplement": ("补办件", "supplement"),
    "returned": ("退回件", "returned"),
}
ENDINGS: Final[Mapping[str, Pair]] = {
    "closed": ("办结", "closed"),
    "returned": ("退回", "returned"),
    "withdrawn": ("撤销", "withdrawn"),
}
CIRCULAR_KINDS: Final[Mapping[str, Pair]] = {
    "weekly": ("周通报", "weekly"),
    "monthly": ("月通报", "monthly"),
    "quarterly": ("季度通报", "quarterly"),
    "half_year": ("半年通报", "half-yearly"),
    "yearly": ("年度通报", "yearly"),
    "special": ("专项通报", "special"),
    "criticism": ("通报批评", "criticism"),
    "correction": ("更正通知", "correction"),
}
CIRCULAR_STATES: Final[Mapping[str, Pair]] = {
    "draft": ("起草", "draft"),
    "review": ("送审", "in review"),
    "signed": ("签发", "signed"),
    "issued": ("印发", "issued"),
    "dropped": ("作废", "given up"),
}
RECTIFY_STATES: Final[Mapping[str, Pair]] = {
    "issued": ("已下发", "issued"),
    "claimed": ("已认领", "claimed"),
    "reported": ("已反馈", "reported"),
    "closed": ("已销号", "closed"),
    "withdrawn": ("已撤回", "withdrawn"),
}
APPEAL_STATES: Final[Mapping[str, Pair]] = {
    "accepted": ("受理", "taken up"),
    "upheld": ("维持", "upheld"),
    "granted": ("成立", "granted"),
}
EXPLANATION_STATES: Final[Mapping[str, Pair]] = {
    "waiting": ("待审", "waiting"),
    "accepted": ("成立", "accepted"),
    "refused": ("不成立", "refused"),
}
MEASURES: Final[Mapping[str, Pair]] = {
    "criticism": ("通报批评", "criticism"),
    "talk": ("约谈", "talk"),
    "admonition": ("诫勉谈话", "admonition"),
    "listed": ("挂牌整治", "listed for improvement"),
    "no_merit": ("取消评优资格", "no merit award"),
    "suspension": ("停职检查", "suspension"),
    "case_filed": ("立案", "case filed"),
    "removal": ("免职", "removal"),
    "dismissal": ("辞退", "dismissal"),
    "honour": ("表扬", "honour"),
}
PAPERS: Final[Mapping[str, Mapping[str, Pair]]] = {
    "rectify_states": RECTIFY_STATES,
    "appeal_states": APPEAL_STATES,
    "explanation_states": EXPLANATION_STATES,
}
"""Tables that lists of papers need, by the name that scripts call them."""

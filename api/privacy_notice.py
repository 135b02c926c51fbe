"""The notice on the wall (告知书): what is recorded in a hall, by the settings in force. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.settings import Settings
from api.wording import Pair
from vision.frame_shelf import SHOWN_S


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands below it, each in both languages."""

    heading: Pair
    said: Sequence[Pair]


def notice_of(settings: Settings) -> tuple[Part, ...]:
    """Everything that the notice says, in order."""
    return (_why(), _recorded(settings), _kept(settings), _seen(settings), _rights())


def hints_wanted(settings: Settings) -> bool:
    """Whether a window gives machine clues on behaviour (机器线索)."""
    given = (window.clues for window in settings.windows.values())
    return any(one is not None and (one.phone or one.gather or one.sleep) for one in given)


def _why() -> Part:
    return Part(
        ("为什么", "Why"),
        (
            (
                "本大厅用摄像头画面核查服务窗口在工作时间是否有人在岗。登记的是岗位,由人员逐条核实后才成立。",
                (
                    "Pictures of this hall's cameras show whether service windows are staffed "
                    "during "
                    "working hours. Posts are registered, and only what a person has verified "
                    "counts."
                ),
            ),
            (
                "不做人脸识别,不从画面辨认任何人,不跨摄像头跟踪,不录像,不录音。",
                (
                    "No face recognition, nobody is identified from a picture or followed from "
                    "camera "
                    "to camera, and neither video nor sound is recorded."
                ),
            ),
        ),
    )


def _recorded(settings: Settings) -> Part:
    period, shown = f"{settings.sampling.period_s:g}", f"{SHOWN_S / 60:g}"
    said: list[Pair] = [
        (
            (
                f"每路摄像头约每 {period} 秒取一张画面;只留最新一张,供有权限的值班人员查看(不打码),"
                f"没有新画面时最多 {shown} 分钟后删除。"
            ),
            (
                f"About every {period} s one picture of each camera; only the newest is held, "
                f"unmasked, for those on duty, and {shown} min at most where no newer one comes."
            ),
        ),
        (
            (
                "登记一条情形时,保存无人之前、当时和之后的图片;工位以外的部分先变成粗马赛克再保存,"
                "办事群众的面部不保存。站在工位区域之内或正挡在其前的人会留在图片上。"
            ),
            (
                "What is registered keeps pictures from before, at and after; everything "
                "outside the "
                "post is turned into a coarse mosaic first, so the faces of the public are not "
                "kept. "
                "Whoever stands inside the post's zone or right before it stays in the picture."
            ),
        ),
        (
            "另记录:排班、请假、抽查结果、情况说明、申诉,以及谁查看和改动了什么。",
            (
                "Also recorded: rosters, leave, results of spot checks, explanations, appeals, and "
                "who looked at and changed what."
            ),
        ),
    ]
    if hints_wanted(settings):
        said.append(
            (
                "部分窗口另由程序提示疑似使用手机等行为,仅为线索,经人员凭图片确认才登记。",
                (
                    "At some windows the program also hints at behaviour such as using a phone; "
                    "that "
                    "is a clue, and nothing is registered before a person confirmed it by a "
                    "picture."
                ),
            )
        )
    return Part(("记录什么", "What is recorded"), said)


def _kept(settings: Settings) -> Part:
    kept = settings.retention
    return Part(
        ("保存多久", "For how long"),
        (
            (
                f"已排除、情况说明成立、豁免或撤销的情形的图片:{kept.dismissed_days} 天。",
                (
                    "Pictures of what was dismissed, excused, exempted or revoked: "
                    f"{kept.dismissed_days} days."
                ),
            ),
            (
                f"未成为情形的线索的图片:{kept.clue_days} 天。",
                f"Pictures of clues that became nothing: {kept.clue_days} days.",
            ),
            (
                f"已确认的情形的图片:销号之后 {kept.closed_months} 个月。",
                f"Pictures of what was confirmed: {kept.closed_months} months after its closure.",
            ),
            (
                "登记台账、审计日志、已印发的通报(可含上述处理过的图片)及附件:长期保存。",
                (
                    "Register, audit log, issued circulars (with such masked pictures) and what "
                    "was "
                    "attached: for good."
                ),
            ),
        ),
    )


def _seen(settings: Settings) -> Part:
    place = ("本单位的设备", "the operator's own machines")
    if settings.evidence.bucket is not None:
        place = ("本单位的设备和指定的存储服务", "the operator's machines and chosen store")
    return Part(
        ("谁能看到", "Who sees it"),
        (
            (
                (
                    "监督人员按各自权限查看;当事单位只看到本单位的情形。每次查看证据都记入审计日志,"
                    "图片上印有查看人的姓名和时间。"
                ),
                (
                    "Supervisors, as far as each is allowed; a unit sees its own alone. Each look "
                    "at "
                    "evidence is entered in the audit log, and the picture bears the viewer's name."
                ),
            ),
            (
                f"数据留在{place[0]},程序不向别处发送画面。",
                f"It stays on {place[1]}; the program sends no picture elsewhere.",
            ),
        ),
    )


def _rights() -> Part:
    return Part(
        ("您的权利", "Your rights"),
        (
            (
                "可通过所在单位查看证据、提交情况说明、提出申诉;申诉由未参与原认定的人员复核。",
                (
                    "Through your unit you may see the evidence, explain, and appeal; somebody who "
                    "took no part in the decision decides on it."
                ),
            ),
            (
                "撤销的情形在通报中更正。如需查阅、更正或有疑问,请联系:________________",
                (
                    "What is revoked is corrected in the circular. To look into what is held on "
                    "you, "
                    "to have it corrected, or to ask: ________________"
                ),
            ),
        ),
    )

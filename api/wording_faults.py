"""What to do about a camera's fault, in words for whoever goes there (如何处理)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.wording import Pair

MENDS: Final[Mapping[str, Pair]] = {
    "offline": (
        "检查摄像头供电、网线、交换机、地址和密码;onpost doctor 可说明原因。",
        "check power, cable, switch, address and password; onpost doctor says why.",
    ),
    "stale": (
        "连接仍在但没有新画面:检查网络带宽,重启摄像头或录像机通道。",
        "connected, but no new picture: check the line, restart the camera or its channel.",
    ),
    "frozen": (
        "画面一直不变:重启摄像头或录像机通道。",
        "the picture never changes: restart the camera or the recorder's channel.",
    ),
    "black": (
        "开放时间内画面全黑:检查灯光、镜头盖和摄像头。",
        "black while the hall is open: check lights, lens cap and camera.",
    ),
    "overexposed": (
        "检查逆光、补光灯和曝光设置。",
        "check what shines into the lens, and the exposure.",
    ),
    "covered": ("移开镜头前的遮挡物。", "take away what is before the lens."),
    "blurred": (
        "擦净镜头,排除水汽,重新对焦。",
        "clean the lens, let it dry, focus it again.",
    ),
    "moved": (
        "把摄像头转回原位;或重画工位区域并更新基准画面。",
        "turn it back; or draw the zones again and store a new reference picture.",
    ),
    "wrong_clock": (
        "为摄像头设置时间服务器(NTP)。",
        "give the camera a time server (NTP).",
    ),
    "wrong_size": (
        "恢复原来的码流分辨率和画面比例,或更正设置中的 width 和 height。",
        "set the stream back to its size and shape, or correct width and height.",
    ),
    "broken_picture": (
        "画面花屏或交错:检查网络丢包和录像机转码;关闭隔行输出。",
        "torn, smeared or woven: look for lost packets and transcoding; switch interlacing off.",
    ),
    "occluded": (
        "移开窗口前的推车、帘子等遮挡物,或调整摄像头位置。",
        "take away the cart or curtain before the window, or hang the camera elsewhere.",
    ),
    "detector_failed": (
        "识别程序出错:查看监测进程日志。",
        "the detector fails: see the watch's log.",
    ),
}

"""Invented names of the rehearsal city: halls, units, people. Data only."""

from __future__ import annotations

from typing import Final

from vision.sources.rehearsal.chance import chance

CITY: Final = "青禾市"

BRANCHES: Final = (
    "税务分中心",
    "公安服务分中心",
    "不动产登记分中心",
    "医疗保障分中心",
    "公积金分中心",
    "婚姻登记分中心",
    "车辆管理分中心",
)

_TOWNS: Final = (
    "禾溪 柳塘 云岭 石湾 桃渡 松坪 竹泉 梅滩 双槐 金坝 银杏 南堰 北垄 东篱 西畴 白鹭 青石 "
    "红枫 长亭 月湖 星桥"
)
_VILLAGES: Final = "雁回 鹿鸣 鹤鸣 燕子 凤栖 麦浪 稻香 茶垭 橘洲 莲池"

TOWNSHIPS: Final = (
    *(f"{name}镇" for name in _TOWNS.split()),
    *(f"{name}乡" for name in _VILLAGES.split()),
)

_UNITS: Final = (
    "人力资源和社会保障局 市场监督管理局 自然资源局 住房和城乡建设局 民政局 教育局 卫生健康局 "
    "公安局 司法局 财政局 农业农村局 水利局 交通运输局 文化旅游局 生态环境局 应急管理局 "
    "行政审批局 发展和改革局 商务局 科技局 林业局 城市管理局 医疗保障局 税务局 烟草专卖局 "
    "气象局 消防救援大队 残疾人联合会 档案馆 供电公司 燃气公司 自来水公司 公积金管理部 "
    "退役军人事务局"
)

UNITS: Final = tuple(_UNITS.split())

SURNAMES: Final = (
    "林何罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金"
)
GIVEN: Final = (
    "安宁静怡清和佳慧思远明哲子涵晓岚文博欣然若溪雨桐书言知夏以沫景行乐天秋实春晖望舒云帆向阳"
)


def people(count: int, seed: int) -> list[str]:
    """As many different invented names."""
    rng = chance(seed, "people")
    found: dict[str, None] = {}
    while len(found) < count:
        given = "".join(rng.sample(GIVEN, 2))
        found[rng.choice(SURNAMES) + given] = None
    return list(found)

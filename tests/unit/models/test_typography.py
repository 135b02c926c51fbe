from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.typography import full_width


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("11月23日09:10,公安局脱岗", "11月23日09:10，公安局脱岗"),
        ("在岗率97.6%,较上期下降1.4个百分点;", "在岗率97.6%，较上期下降1.4个百分点；"),
        ("(一)缺岗脱岗", "（一）缺岗脱岗"),
        ("各乡镇:", "各乡镇："),
        ("共1,234件", "共1,234件"),
        ("plain, ASCII: (text)", "plain, ASCII: (text)"),
    ],
)
def test_punctuation_is_full_width_where_chinese_is_written(written: str, printed: str) -> None:
    assert full_width(written) == printed


@given(st.text(alphabet="汨罗ab12,:;()", max_size=30))
def test_printing_twice_is_printing_once_and_no_character_is_lost(text: str) -> None:
    once = full_width(text)
    assert full_width(once) == once
    assert len(once) == len(text)

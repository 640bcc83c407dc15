"""People are sorted as Vietnamese lists do: given, middle, family name; letters, then tones."""

import pytest

from hocba.core.assessment.spelling import name_order


@pytest.mark.parametrize(
    "people",
    [
        [
            "Nguyễn Văn An",
            "Lê Thị Ân",
            "Bùi Gia Bảo",
            "Trần Đức Cường",
            "Phạm Văn Dũng",
            "Lê Văn Đạt",
        ],
        ["Trần Thị Hà", "Nguyễn Thu Hà", "Lê Văn Hả", "Lê Văn Hạ", "Lê Văn Hai"],
        ["Bùi Anh Tú", "Lê Anh Tú", "Lê Minh Tú", "Hồ Tuấn", "Hồ Tùng", "Hồ Tư"],
        ["Đỗ Ý", "Đỗ Gia Ý"],
        ["Hoàng O", "Hoàng Ô", "Hoàng Ơ", "Hoàng Uy"],
    ],
)
def test_order(people: list[str]) -> None:
    backwards = list(reversed(people))
    assert sorted(backwards, key=name_order) == people


def test_an_empty_name_and_strange_letters_have_a_place() -> None:
    assert sorted(["Wang Ƶ", "", "An"], key=name_order)[0] == ""

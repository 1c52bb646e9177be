"""Of the names in an article, many are proposed and hardly one is wrong.

The articles in `labelled` are invented; beside each stand the names in it, one a line with its kind.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.authoring.article_file import read_article
from bot.authoring.from_text import from_text
from bot.authoring.known_names import Name
from bot.authoring.layout import read_text
from bot.authoring.names import find_names
from bot.core.model import LANGUAGES, EntityKind, Language

LABELLED = sorted((Path(__file__).parent / "labelled").glob("*.txt"))


@dataclass
class Score:
    """Names proposed, of them right, of them with the right kind; names labelled, of them found."""

    proposed: int = 0
    right: int = 0
    right_kind: int = 0
    labelled: int = 0
    found: int = 0


def score_of(language: Language) -> Score:
    """Compare proposals with labels in the articles of a language."""
    score = Score()
    for path in LABELLED:
        copy = read_article(path)
        if copy.language != language:
            continue
        lines = path.with_suffix(".names").read_text(encoding="utf-8").splitlines()
        labels = {
            form: (line, kind)
            for line in lines
            for names, _, kind in [line.partition(":")]
            for form in names.split("|")
        }
        names = find_names(copy.paragraphs, copy.language)
        right = [name for name in names if name.text in labels]
        score.proposed += len(names)
        score.right += len(right)
        score.right_kind += sum(labels[name.text][1] == name.kind for name in right)
        score.labelled += len(lines)
        score.found += len({labels[name.text][0] for name in right})
    return score


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_the_names_proposed_95_percent_are_right_and_they_are_75_percent_of_all(language: Language) -> None:
    score = score_of(language)
    assert score.labelled > 30
    assert score.right >= 0.95 * score.proposed
    assert score.right_kind >= 0.9 * score.proposed
    assert score.found >= 0.75 * score.labelled


def names_of(*paragraphs: str) -> tuple[Name, ...]:
    """Return the names in paragraphs below a title."""
    return find_names(paragraphs, "ko" if "가" <= paragraphs[0][0] <= "힣" else "en")


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("이날 홍가람 대표가 기자들 앞에서 회사의 새 계획을 설명했다고 한다.", "홍가람", "person"),
        ("이날 홍가람 바다유통 대표가 기자들 앞에서 회사의 새 계획을 설명했다.", "홍가람", "person"),
        ("이날 홍가람 바다유통 대표가 기자들 앞에서 회사의 새 계획을 설명했다.", "바다유통", "organisation"),
        ("이날 리오 마르텐 아마존 최고경영자(CEO)가 회사의 새 계획을 설명했다.", "아마존", "organisation"),
        ("이날 리오 마르텐 아마존 최고경영자(CEO)가 회사의 새 계획을 설명했다.", "리오 마르텐", "person"),
        ("이날 팀의 주장 곽다온은 다음 경기에서 반드시 이기겠다고 거듭 말했다.", "곽다온", "person"),
        ("이날 팀은 공격수 이반 라도츠를 다음 경기에 내보내겠다고 거듭 말했다.", "이반 라도츠", "person"),
        ("이날 회사는 리오 마르텐을 최고재무책임자(CFO)로 영입한다고 발표했다.", "리오 마르텐", "person"),
        ("이날 마을의 어부 한마루(61)는 다시는 바다에 나가지 않겠다고 말했다.", "한마루", "person"),
        ("이날 물결랩스(Wave Labs)는 새로운 배를 내년 봄에 띄우겠다고 밝혔다.", "물결랩스", "organisation"),
        ("이날 회사는 새 영화 '바람의 집'을 내년 봄에 극장에 걸겠다고 밝혔다.", "바람의 집", "product"),
        ("이날 회사는 내년 봄에 포르투갈에서 새로운 배를 띄우겠다고 거듭 밝혔다.", "포르투갈", "place"),
        ("The yard belongs to the harbour master Ines Vold, who bought it for one crown.", "Ines Vold", "person"),
        ("The yard was sold by Professor Ada Lund of Hale University for just one crown.", "Ada Lund", "person"),
        (
            "The yard was sold by Professor Ada Lund of Hale University for just one crown.",
            "Hale University",
            "organisation",
        ),
        ("The yard stands on Anchor Street and belongs to the town, as it always has.", "Anchor Street", "place"),
        ("The yard built the Sandgrouse 3, a portable boat, long before anybody asked.", "Sandgrouse 3", "product"),
        ("The yard asked Google for a map of the harbour and got a picture of a hare.", "Google", "organisation"),
    ],
)
def test_a_name_that_something_beside_it_marks_is_proposed_with_its_kind(
    text: str, name: str, kind: EntityKind
) -> None:
    assert (name, kind) in [(found.text, found.kind) for found in names_of(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Every Tuesday the trams run late. Sundays are worse, and In March nobody even waits for them any more.",
        "However, Nobody came. Repairs took a week; But the AI and the TV in the room were as good as new.",
        "대표는 이날 회사의 새로운 계획을 밝혔다. 이사회는 이를 승인했고 임원진 교수들은 반대하지 않았다고 한다.",
        "그는 '정말 놀랍다'고 말했다. 지난해 감독은 선수들에게 경기 시간을 알려 주었고 시장은 조용했다고 한다.",
        "AI 기술을 다루는 CEO는 SNS에 글을 올렸다. 원장은 국내 은행과 투자 은행의 차이를 설명했다고 한다.",
    ],
)
def test_words_that_only_look_like_names_are_not_proposed(text: str) -> None:
    assert names_of(text) == ()


def test_a_surname_used_alone_is_an_alias_unless_two_people_share_it() -> None:
    (person,) = names_of(
        "The yard belongs to the harbour master Ines Vold, who is old. On most days Vold sleeps there."
    )
    assert (person.text, person.aliases) == ("Ines Vold", ("Vold",))
    two = names_of("The founder Ines Vold, a sailor, left it to her sister Ada Vold, a diver. Later on Vold sold it.")
    assert [(name.text, name.aliases) for name in two] == [("Ines Vold", ()), ("Ada Vold", ())]
    korean = names_of("리오 마르텐 바다유통 대표가 회사를 떠난다. 마르텐 대표는 이유를 말하지 않았다고 한다.")
    assert (korean[0].text, korean[0].aliases) == ("리오 마르텐", ("마르텐",))


def test_a_name_that_is_known_or_stands_in_both_scripts_gets_both() -> None:
    names = names_of("밥 그린우드(Bob Greenwood) 대표는 구글을 떠나 새로운 회사를 차리겠다고 이날 밝혔다.")
    assert [(name.text, name.other) for name in names] == [("밥 그린우드", "Bob Greenwood"), ("구글", "Google")]


def test_each_stub_has_the_number_the_figures_and_the_names_of_its_paragraph_beside_the_answer() -> None:
    text = "A title\n\nThe harbour master Ines Vold paid 40,000 crowns in 2019, and Vold has asked for more ever since."
    files = from_text(read_text(text), "ferry").files()
    lines = files["facts.yaml"].splitlines()
    at = lines.index("    answer:")
    assert lines[at + 1].strip() == "# paragraph 1; figures: 40,000, 2019; names: Ines Vold"
    assert lines[at + 2].strip().startswith('ko: "<fill in: what paragraph 1 says')


def test_the_author_stands_in_a_comment() -> None:
    text = "A title\n\nBy Jane Doe\n\nThe harbour master paid 40,000 crowns in 2019 and has asked for more ever since."
    assert from_text(read_text(text), "ferry").files()["article.yaml"].startswith("# by Jane Doe\ntitle:\n")

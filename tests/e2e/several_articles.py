"""Two articles that both tell who built something, beside the small one: a newer and an older one."""

from pathlib import Path
from typing import Final, NamedTuple

SHARED: Final = {"ko": "누가 지었어?", "en": "Who built it?"}
"""A question that fits both."""
ASKED: Final = {"ko": "등대지기는 누구야?", "en": "Who is the keeper of the lighthouse?"}
"""A question about the older one."""
KEEPER: Final = {"ko": "등대지기는 김솔이에요.", "en": "The keeper is Kim Sol."}
BUILT: Final = {
    "lighthouse": {"ko": "등대는 한빛건설이 지었어요.", "en": "Hanbit built the lighthouse."},
    "ferry": {"ko": "여객선은 노을조선이 지었어요.", "en": "Noeul built the ferry."},
}
SUMMARY: Final = {
    "lighthouse": {"ko": "오래 꺼져 있던 등대가 다시 켜졌어요.", "en": "A dark lighthouse shines again."},
    "ferry": {"ko": "멈췄던 여객선이 다시 섬에 가요.", "en": "The ferry sails to the island again."},
}
CAPTAIN: Final = {"ko": "선장은 박노을이에요.", "en": "The captain is Park."}
TITLES: Final = {
    "lighthouse": {"ko": "항구에 다시 켜진 등대", "en": "The lighthouse that shines again"},
    "ferry": {"ko": "섬으로 돌아온 여객선", "en": "The ferry that came back"},
}
DATES: Final = {"lighthouse": "2024-03-01", "ferry": "2024-07-01"}
_ARTICLE: Final = """\
# checked by hand
title: {{ko: {ko}, en: {en}}}
publisher: {{ko: 포구일보, en: Harbour Daily}}
language: ko
date: {date}
sections:
  - id: body
    label: {{ko: 본문, en: Body}}
    paragraphs: 1-9
"""
_SUMMARY_COMMAND: Final = """\
commands:
  - name: {en: summary, ko: 요약}
    description: {en: In short, ko: 짧게}
    facts: [summary]
"""
_KEEPER_COMMAND: Final = """\
  - name: {en: keeper, ko: 등대지기}
    description: {en: Who keeps it, ko: 누가 지키나}
    facts: [keeper]
"""


class Told(NamedTuple):
    """A fact in one language."""

    label: str
    answer: str
    questions: tuple[str, str, str]


_SHARED_FACTS: Final = {
    "summary": {
        "ko": ("짧은 요약", ("요약해줘", "한 줄로 요약해 줘", "짧게 정리해줘")),
        "en": ("In short", ("summarise it", "give me a summary", "what is it about in short?")),
    },
    "builder": {
        "ko": ("지은 곳", (SHARED["ko"], "지은 회사가 어디야?", "어느 회사가 만들었어?")),
        "en": ("The builder", (SHARED["en"], "Which company built it?", "What company made it?")),
    },
}
_OWN_FACTS: Final = {
    "lighthouse": {
        "keeper": {
            "ko": Told("등대지기", KEEPER["ko"], (ASKED["ko"], "등대를 누가 지켜?", "등대지기 이름이 뭐야?")),
            "en": Told("The keeper", KEEPER["en"], (ASKED["en"], "Who looks after it?", "What is the keeper called?")),
        },
        "height": {
            "ko": Told("등대 높이", "등대는 40미터예요.", ("등대는 얼마나 높아?", "등대 높이", "등대가 몇 미터야?")),
            "en": Told("Its height", "It is 40 metres high.", ("How high is it?", "How tall is it?", "its height")),
        },
    },
    "ferry": {
        "captain": {
            "ko": Told("선장", CAPTAIN["ko"], ("선장은 누구야?", "누가 배를 몰아?", "선장 이름이 뭐야?")),
            "en": Told("The captain", CAPTAIN["en"], ("Who is the captain?", "Who steers?", "captain's name")),
        },
    },
}


def _fact(name: str, told: dict[str, Told]) -> str:
    lines = [f"  - id: {name}"]
    lines.append("    label: {" + ", ".join(f'{one}: "{text.label}"' for one, text in told.items()) + "}")
    lines.append("    answer: {" + ", ".join(f'{one}: "{text.answer}"' for one, text in told.items()) + "}")
    lines.append("    questions:")
    for language, text in told.items():
        lines.append(f"      {language}: [" + ", ".join(f'"{one}"' for one in text.questions) + "]")
    lines.append("    source: {section: body, paragraphs: [1]}")
    return "\n".join(lines) + "\n"


def write_articles(root: Path) -> None:
    """Write both articles to a knowledge folder."""
    for slug, own in _OWN_FACTS.items():
        answers = {"summary": SUMMARY[slug], "builder": BUILT[slug]}
        facts = {
            name: {one: Told(label, answers[name][one], asked) for one, (label, asked) in told.items()}
            for name, told in _SHARED_FACTS.items()
        }
        folder = root / slug
        folder.mkdir(parents=True, exist_ok=True)
        text = "facts:\n" + "".join(_fact(name, told) for name, told in (facts | own).items())
        folder.joinpath("facts.yaml").write_text(text, encoding="utf-8")
        head = _ARTICLE.format(**TITLES[slug], date=DATES[slug])
        folder.joinpath("article.yaml").write_text(head, encoding="utf-8")
        commands = _SUMMARY_COMMAND + (_KEEPER_COMMAND if "keeper" in own else "")
        folder.joinpath("commands.yaml").write_text(commands, encoding="utf-8")

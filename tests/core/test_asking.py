"""Which messages of a channel ask something that the bot may answer."""

import time

import pytest

from bot.core.asking import asks_something

QUESTIONS = """
무라티는 왜 떠났어?
무라티 왜 나감
누가 남았어요
공동창업자 몇명 남음
슐먼은 어디로 갔나요
혹시 브록만이 언제 돌아오는지 아시는 분?
알트만 지분 7% 받는다며
무라티가 CTO 맞나요
ㅋㅋㅋㅋ 근데 카파시는 어디 갔대 ㅋㅋ
슐먼 언제 떠났습니까
오픈AI 기업가치가 얼마인가요
기사 이제 봤네요. 슐먼은 어디로 갔어?
https://example.com/a 무라티 후임은 누구야?
세 줄 요약 좀 알려주세요
무라티가 몇 년도에 입사했는지 궁금합니다
수츠케버가 만든 회사 이름이 뭐죠
바렛 조프도 나간 거야?
who left
who's still there
so when did murati leave
anyone know where schulman went?
does anyone know why karpathy left
wait did brockman quit too?
how many cofounders are left lol
I just read it. What happened to the superalignment team?
i wonder who replaced murati
can someone explain why they fired altman
is altman getting equity?
which company did sutskever start
what's ssi
why did so many people leave openai
do you know when mcgrew left?
was murati born in albania
무라티 몇 년에 들어왔더라
저 이제 봤는데 무라티 후임이 누구예요
공동창업자가 누구임ㅋㅋ 처음 듣는 얘기네
제가 잘 몰라서 그런데 슐먼은 왜 나간 거예요?
기사 요약 좀 부탁드려요
i thought brockman left, did he come back?
sorry if i missed it but who replaced murati?
murati was the cto, right?
and karpathy where did he go
brockman is on leave until when
why is everyone leaving openai
how quickly did sutskever start his company
didn't karpathy work at tesla
would altman get shares
any tldr
전 CTO가 누구였지
지금 남아 있는 사람은 몇 명이야?
나가신 분은 누구예요?
what about schulman?
was it the board that fired altman?
do we know why he left
did they tell us where he went?
"""
OTHERS = """
진짜?
ㄹㅇ?
헐 왜?
뭐야 이게
그래서?
정말요?
실화냐 ㅋㅋㅋ
사실이야?
누군가 그만뒀다던데
저도 그렇게 생각해요
무라티가 나갔다네요
왜 이렇게 많이 나가 ㅋㅋ
뭐 그럴 수도 있지
누가 봐도 알트만 때문이지
다들 어떻게 생각하세요?
너는 기사 읽었어?
오늘 몇 시에 모여요?
우리 다음 기사는 뭐로 할까요?
같이 읽을까요?
지수님 어제 발표 자료 어디 있어요?
민수야, 무라티 왜 떠났어?
<@123> 무라티 왜 떠났어?
@민수 무라티 왜 떠났어?
점심 뭐 드셨어요?
언젠가 돌아오겠지
그러니까요
내가 뭘 잘못 읽었나?
> 무라티는 왜 떠났어?
`who left?`
https://example.com/who-left?
ㅋㅋㅋㅋㅋ
👍
really?
wait what?
is that true?
for real??
who knew
who cares lol
how cool is that?
what a mess
what do you think?
did you guys read it?
are we meeting tonight?
anyone up for a call?
where's our meeting link?
why not
right?
when i read that i was shocked
i think murati left because of altman
did anyone watch the game?
thoughts?
have fun everyone
hey sam, who left?
isn't that wild?
what if they all come back
lol
what happened?
그거 그냥 권력 싸움 아님?
이사회가 옳았던 거 아니냐고
위기는 무슨 위기야
누가 그걸 모르냐
월요일 실화냐
어제 경기 봤어?
누가 그러더라
would be nice
that's why
i see why
anyone up for lunch
that's huge, right?
you'd think so, wouldn't you?
everyone having a good day?
돈이 최고지 뭐
이러다 다 나가는 거 아냐?
무섭지 않냐
대단하지 않아요?
누가 이럴 줄 알았겠어?
얼마나 힘들었을까
왜 저래 진짜
이게 무슨 소리야?
이거 읽은 사람?
같이 가실 분 계신가요?
"""


def listed(text: str) -> list[str]:
    """Return the lines of `text`."""
    return text.strip().splitlines()


@pytest.mark.parametrize("text", listed(QUESTIONS))
def test_a_question_that_everybody_may_answer_asks_something(text: str) -> None:
    assert asks_something(text)


@pytest.mark.parametrize("text", listed(OTHERS))
def test_reactions_statements_and_questions_to_members_ask_nothing(text: str) -> None:
    assert not asks_something(text)


@pytest.mark.parametrize("piece", ["ㅋ", "ㅋㅎ", "lol ", "why ", "누가 ", "얼마나 ", "so, ", "`", "@", "하나 둘 "])
def test_a_long_text_is_read_in_little_time(piece: str) -> None:
    """At most thirty times that of a harmless one, as repeated patterns could cost the square of the length."""
    assert seconds(piece) < 30 * seconds("we read about the harbour and the lighthouse. ")


def seconds(piece: str) -> float:
    """Return the CPU seconds of this thread that reading 1,900 characters takes, the least of five runs."""
    text, times = (piece * 1_900)[:1_900], []
    for run in range(5):
        began = time.thread_time()
        asks_something(f"{text}a{run}")  # a text that was read is remembered
        times.append(time.thread_time() - began)
    return min(times)


@pytest.mark.parametrize("text", ["", " ", "?", "???", "\u200b?", "a" * 9_000, "니까", "\ud800?"])
def test_any_text_is_read(text: str) -> None:
    assert not asks_something(text)

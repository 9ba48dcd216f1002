from __future__ import annotations

from threading import Event

from audition.library.progress.ranker import Ranker
from audition.types import Ranking, Score

RANKING = Ranking.from_scores([Score(model="a", score=1.0)])


def test_it_asks_when_there_is_news() -> None:
    asked = Event()

    def ask() -> Ranking:
        asked.set()
        return RANKING

    ranker = Ranker(ask, pause=0.0)
    assert not asked.wait(0.05)
    ranker.wake()
    assert asked.wait(30)
    ranker.close()
    assert ranker.latest is RANKING


def test_a_selector_that_raises_is_not_asked_again() -> None:
    questions = []

    def ask() -> Ranking:
        questions.append(1)
        raise ZeroDivisionError

    ranker = Ranker(ask, pause=0.0)
    for _ in range(20):
        ranker.wake()
        if questions:
            break
        Event().wait(0.05)
    ranker.close()
    assert (len(questions), ranker.latest) == (1, None)

"""A start says nothing for a second; then a terminal shows a bar, anything else gets one plain line."""

import io

from bot.terminal.progress import Preparing


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_quick_work_shows_nothing() -> None:
    for stream in (io.StringIO(), Terminal()):
        with Preparing(stream, after=60) as preparing:
            preparing.report(0, 100)
            preparing.report(100, 100)
        assert not stream.getvalue()


def test_long_work_is_one_plain_line_without_a_terminal() -> None:
    stream = io.StringIO()
    with Preparing(stream, after=0) as preparing:
        preparing.report(0, 21_014)
        preparing.report(128, 21_014)
    assert stream.getvalue() == "preparing sample questions, only this once: 21014 texts\n"


def test_nothing_to_prepare_is_no_line() -> None:
    stream = io.StringIO()
    with Preparing(stream, after=0):
        pass
    assert not stream.getvalue()


def test_long_work_is_a_bar_that_counts_on_a_terminal() -> None:
    stream = Terminal()
    with Preparing(stream, after=0) as preparing:
        preparing.report(0, 500)
        preparing.report(128, 500)
    assert "preparing sample questions" in stream.getvalue()
    assert "128/500" in stream.getvalue()


def test_a_report_after_the_end_draws_nothing() -> None:
    stream = Terminal()
    preparing = Preparing(stream, after=0)
    with preparing:
        preparing.report(1, 2)
    shown = stream.getvalue()
    preparing.report(2, 2)
    assert stream.getvalue() == shown

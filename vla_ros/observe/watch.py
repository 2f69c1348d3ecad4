# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tells what changed about the streams, once per change, and why samples are refused."""

from collections.abc import Iterable
from dataclasses import dataclass

from vla_ros.observe.buffer import StreamReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something an operator wants to know.

    Attributes:
        text: What happened.
        good: True if things got better.
    """

    text: str
    good: bool


class ChangeWatch:
    """Remembers what is wrong and since when."""

    def __init__(self) -> None:
        self._since_ns: dict[str, int] = {}

    def see(self, topic: str, complaint: str, now_ns: int, detail: str = "") -> Change | None:
        """Return the change of one thing, if it is one; a complaint in other words is none.

        Args:
            topic: What it is about, for example a camera; starts the text.
            complaint: What is wrong; empty if nothing is.
            now_ns: Node clock [ns].
            detail: Said when it is well again.
        """
        since_ns = self._since_ns.get(topic)
        if complaint and since_ns is None:
            self._since_ns[topic] = now_ns
            return Change(text=complaint, good=False)
        if not complaint and since_ns is not None:
            del self._since_ns[topic]
            lasted_s = (now_ns - since_ns) * 1e-9
            return Change(text=f"{topic} recovered after {lasted_s:.2f} s{detail}", good=True)
        return None

    def see_streams(
        self, reports: Iterable[tuple[StreamReport, str]], now_ns: int
    ) -> list[Change]:
        """Return what changed about the streams, given their reports and complaints."""
        changes = []
        for report, complaint in reports:
            detail = f", age_ms={report.age_ms:.0f}"
            changes.append(self.see(report.name, complaint, now_ns, detail))
            repeats = f"{report.name} repeats itself: same stamp, or same pixels as the arm moves"
            frozen = repeats if report.frozen else ""
            changes.append(self.see(f"{report.name} (frozen)", frozen, now_ns))
        return [change for change in changes if change is not None]


class Refusals:
    """Why the newest samples of streams were refused, for as long as that is what is wrong.

    Args:
        news_ns: Of a stream whose newest refused sample is older than this, the silence is what is
            wrong [ns].
    """

    def __init__(self, news_ns: int) -> None:
        self._news_ns = news_ns
        self._refusals: dict[str, tuple[str, int]] = {}

    def add(self, stream: str, why: str, now_ns: int) -> None:
        """Note why a sample that has just come is refused."""
        self._refusals[stream] = why, now_ns

    def end(self, stream: str) -> None:
        """Note that a sample was taken."""
        self._refusals.pop(stream, None)

    def find(self, stream: str, now_ns: int) -> str:
        """Return why samples of a stream are refused; empty if none is, or none comes."""
        why, since_ns = self._refusals.get(stream, ("", now_ns))
        return why if 0 <= now_ns - since_ns <= self._news_ns else ""

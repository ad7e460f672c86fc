"""What a command prints: words and a bar for people, JSON lines for programs; the same events."""

from __future__ import annotations

import io
import json
import math
import re
import signal
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

from rich.console import Console as Screen
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from geo.basis.errors import Cancelled, LuodiError
from geo.basis.reason import Reason
from layers.outputs.plain import ACTING, visible
from layers.outputs.stream import deaf, stream_of
from layers.text import Language, say, sentence


class _Screen(Screen):
    """A terminal whose reader may have gone."""

    def on_broken_pipe(self) -> None:
        """Go on without a reader."""
        deaf(self.file)  # type: ignore[arg-type]


class Console:
    """One per command call. `progress` is handed to the work; it raises `Cancelled` on a wish to stop."""

    def __init__(self, as_json: bool, language: Language):
        self.as_json = as_json
        self.language = language
        self._out, err = stream_of(sys.stdout), stream_of(sys.stderr)
        self._err = _Screen(file=err.inner or io.StringIO(), highlight=False, soft_wrap=True)
        self._bar: Progress | None = None
        self._tasks: dict[str, Any] = {}
        self._stop = False
        signal.signal(signal.SIGTERM, self._wish_to_stop)

    def _wish_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop = True

    def progress(self, done: int, total: int, stage: str) -> None:
        """Show how far a stage is."""
        if self._stop:
            raise Cancelled
        if self.as_json:
            self._line({"event": "progress", "stage": stage, "done": done, "total": total})
        elif self._err.is_terminal:
            self._draw(done, total, stage)

    def _draw(self, done: int, total: int, stage: str) -> None:
        if self._bar is None:
            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=self._err, transient=True)
            self._bar.start()
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(say(f"stage.{stage}", self.language))
        self._bar.update(self._tasks[stage], completed=done, total=total)

    def close(self) -> None:
        """End the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar, self._tasks = None, {}

    def error(self, problem: LuodiError) -> None:
        """Tell every problem of an error, each on its own line."""
        self.close()
        for one in problem.reasons:
            if self.as_json:
                self._line({"event": "error"} | self._told(one))
            else:
                self._err.print(Text.assemble(("✗", "red"), " ", visible(sentence(one, self.language))))

    def note(self, one: Reason) -> None:
        """Tell something worth knowing."""
        self.close()
        if self.as_json:
            self._line({"event": "note"} | self._told(one))
        else:
            self._out.write(visible(sentence(one, self.language)) + "\n")

    def text(self, line: str = "") -> None:
        """Print a line for people; programs get results instead."""
        self.close()
        if not self.as_json:
            self._out.write(visible(line) + "\n")

    def result(self, body: Mapping[str, Any]) -> None:
        """Hand the result to a program; people have been told already."""
        if self.as_json:
            self._line({"event": "result"} | dict(body))

    def _told(self, one: Reason) -> dict[str, Any]:
        return {"reason": json.loads(one.to_json()), "text": sentence(one, self.language)}

    def _line(self, body: Mapping[str, Any]) -> None:
        self._out.send(as_json(body, self._out.encoding) + "\n")


def as_json(body: Mapping[str, Any], encoding: str) -> str:
    """Return one line of JSON an encoding can write; what acts stands in it as its number, so no value changes."""
    body = _finite(body)
    line = json.dumps(body, ensure_ascii=False, default=str)
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        line = json.dumps(body, default=str)
    return ACTING.sub(_number, line)


def _number(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[k : k + 4]}" for k in range(0, len(units), 4))


def _finite(value: Any) -> Any:
    """Return plain values with null where a number is not known or withheld: JSON has no other word for it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value

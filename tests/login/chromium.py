"""Headless Chromium over its debugging pipe: no library, no port."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
#: Chromium reads commands from descriptor 3 and writes to 4, each message ended by a null byte.
_SWITCHES = (
    *("--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--no-proxy-server", "--disable-dev-shm-usage", "--disable-sync"),
)

_LAUNCH = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


@dataclass
class Page:
    """One tab."""

    reading: Any
    writing: Any
    session: str = ""
    _number: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result; events that come meanwhile are kept."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.writing.write(json.dumps(message).encode() + b"\0")
        self.writing.flush()
        while (found := self._next()).get("id") != self._number:
            self.events.append(found)
        assert "error" not in found, found
        result: dict[str, Any] = found["result"]
        return result

    def _next(self) -> dict[str, Any]:
        content = bytearray()
        while (byte := self.reading.read(1)) != b"\0":
            assert byte, "Chromium ended"
            content += byte
        found: dict[str, Any] = json.loads(content)
        return found

    def loaded(self) -> None:
        """Wait until the next page is there."""
        while True:
            found = self.events.pop(0) if self.events else self._next()
            if found.get("method") == "Page.loadEventFired":
                return

    def go(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.loaded()

    def run(self, script: str) -> Any:
        """Return the value of an expression."""
        told = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return told["result"].get("value")

    def click(self, script: str) -> None:
        """Run what leads to another page, and wait for that."""
        self.events.clear()
        self.run(script)
        self.loaded()


@contextmanager
def tab(profile: Path) -> Iterator[Page]:
    """Yield an empty tab of a browser of its own."""
    to_read, to_write = os.pipe(), os.pipe()

    launch = (sys.executable, "-c", _LAUNCH, str(to_read[0]), str(to_write[1]))
    process = subprocess.Popen(  # noqa: S603 - the browser of this machine
        [*launch, CHROMIUM, *_SWITCHES, f"--user-data-dir={profile}", "about:blank"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(to_read[0], to_write[1]),
        env={**os.environ, "HOME": str(profile)},
    )
    os.close(to_read[0])
    os.close(to_write[1])
    with os.fdopen(to_write[0], "rb") as reading, os.fdopen(to_read[1], "wb") as writing:
        page = Page(reading, writing)
        try:
            target = page.call("Target.createTarget", url="about:blank")["targetId"]
            told = page.call("Target.attachToTarget", targetId=target, flatten=True)
            page.session = told["sessionId"]
            page.call("Page.enable")
            yield page
        finally:
            process.terminate()
            process.wait(10)

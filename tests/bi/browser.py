"""A headless Chromium, spoken to through its own protocol: no driver to keep in step."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import websocket

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Return the browser to use: CHROMIUM, or the first that is installed."""
    found = (shutil.which(name) for name in PROGRAMS)
    return os.environ.get("CHROMIUM") or next(filter(None, found), None)


class Browser:
    """One page of a running browser.

    Parameters
    ----------
    address
        WebSocket address of the page.
    """

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(address, timeout=600)
        self._number = 0
        self.errors: list[str] = []
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **values: object) -> dict[str, object]:
        """Ask the browser and return its answer."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": values}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]
            self._note(message)

    def _note(self, message: dict[str, dict[str, object]]) -> None:
        values = message.get("params", {})
        entry = values.get("entry", {})
        if message.get("method") == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(values["exceptionDetails"]))
        if message.get("method") == "Log.entryAdded" and entry.get("level") == "error":
            self.errors.append(f"{entry.get('text')} {entry.get('url', '')}")

    def run(self, script: str) -> object:
        """Return the value of an expression on the page."""
        answer = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def open(self, address: str) -> None:
        """Go to an address."""
        self.call("Page.navigate", url=address)

    def wait(self, condition: str, seconds: float = 90) -> None:
        """Wait until an expression holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.run(f"Boolean({condition})"):
                return
            time.sleep(0.3)
        raise AssertionError(f"never true on the page: {condition}\n{self.text()[:2000]}")

    def text(self) -> str:
        """Return what stands on the page."""
        return str(self.run("document.body ? document.body.innerText : ''"))

    def point_at(self, x: float, y: float) -> None:
        """Move the mouse to a place."""
        for step in (0, 1):
            self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x + step, y=y + step)
            time.sleep(0.5)

    def picture(self, path: Path) -> None:
        """Save what is on the screen."""
        data = str(self.call("Page.captureScreenshot", format="png")["data"])
        path.write_bytes(base64.b64decode(data))


@contextmanager
def opened(port: int, size: tuple[int, int]) -> Iterator[Browser]:
    """Run a browser with an empty profile for as long as the block lasts."""
    folder = tempfile.mkdtemp()
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--remote-allow-origins=*",
        f"--remote-debugging-port={port}",
        f"--user-data-dir={folder}",
        f"--window-size={size[0]},{size[1]}",
        "about:blank",
    ]
    process = subprocess.Popen(
        [str(chromium()), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield Browser(_page(port))
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _page(port: int) -> str:
    for _ in range(150):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                pages = [page for page in json.load(answer) if page["type"] == "page"]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError("the browser did not start")

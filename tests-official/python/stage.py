"""The stage for a venue's own client: one `mm-bot venue` process on loopback and its control surface.

It knows nothing of any venue's protocol: what is said and understood is the client's affair.
"""

import asyncio
import contextlib
import json
import logging
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.request

# Calls of the control surface hold the loop up; unittest's loops would tell of each.
logging.getLogger("asyncio").setLevel(logging.ERROR)

SOON_S = 5.0
START_WITHIN_S = 30
PROGRAM = os.environ.get("MM_BOT_PROGRAM") or str(
    pathlib.Path(__file__).resolve().parents[2] / "target" / "debug" / "mm-bot"
)


class Stage:
    """A simulated world of one seed; a context manager that ends it in order and insists on exit code 0."""

    def __init__(self, venue, seed, *options):
        self._venue = venue
        self._dir = tempfile.TemporaryDirectory(prefix="mm-bot-official-")
        path = pathlib.Path(self._dir.name)
        self._endpoints_path, self._log_path = path / "endpoints.json", path / "venue.log"
        command = [PROGRAM, "venue", "--venues", venue, "--seed", str(seed), *options]
        with open(self._log_path, "wb") as log:
            self._process = subprocess.Popen(
                command + ["--endpoints-file", str(self._endpoints_path)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )

    def __enter__(self):
        begun = time.monotonic()
        while not self._endpoints_path.exists():
            ended = self._process.poll()
            if ended is not None or START_WITHIN_S < time.monotonic() - begun:
                self._process.kill()
                raise AssertionError(f"mm-bot venue did not come up ({ended}):\n{self._log_path.read_text()}")
            time.sleep(0.02)
        self._endpoints = json.loads(self._endpoints_path.read_text())
        assert self._endpoints["version"] == 1, self._endpoints
        return self

    def __exit__(self, kind, error, trace):
        self._process.terminate()
        try:
            code = self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise AssertionError("mm-bot venue did not end within ten seconds of SIGTERM") from None
        finally:
            log = self._log_path.read_text()
            self._dir.cleanup()
        assert code == 0, f"mm-bot venue ended with {code} after SIGTERM:\n{log}"

    @property
    def venue(self):
        """The venue's entry of the endpoints file."""
        return self._endpoints["venues"][self._venue]

    def keys(self, name):
        return next(it for it in self.venue["accounts"] if it["name"] == name)

    def crowd(self, market, what):
        self.control("/crowd", {"venue": self._venue, "market": market, "do": what})

    def order(self, account, market, side, price, size):
        """An order of somebody, past the venue's wire."""
        order = {"account": account, "market": market, "side": side, "price": price, "size": size}
        return self.control("/orders", {"venue": self._venue, **order})

    def truth(self, name):
        """What the simulator itself holds to be true of an account."""
        return self.control("/state")["venues"][self._venue][name]

    def control(self, path, body=None):
        control = self._endpoints["control"]
        headers = {"Authorization": f"Bearer {control['token']}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(control["url"] + path, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None


class AsyncStage(Stage):
    """A stage for clients that belong to a running loop: enter it with `async with`. What was put on `_open` is
    closed before the world ends."""

    def __init__(self, venue, seed, *options):
        super().__init__(venue, seed, *options)
        self._open = contextlib.AsyncExitStack()

    async def __aenter__(self):
        self.__enter__()
        await self.entered()
        return self

    async def __aexit__(self, *error):
        try:
            await self._open.aclose()
        finally:
            self.__exit__(*error)

    async def entered(self):
        """What a world makes as soon as the venue is up."""


def soon(answer):
    """Asks again until there is an answer; anything that must reach a client may take five seconds."""
    begun = time.monotonic()
    while time.monotonic() - begun < SOON_S:
        found = answer()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {SOON_S} s")


async def soon_async(answer):
    """`soon` for what is awaited. It asks less often: venues count what they are asked."""
    begun = time.monotonic()
    while time.monotonic() - begun < SOON_S:
        found = await answer()
        if found:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"not within {SOON_S} s")

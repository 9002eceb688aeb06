"""The stage for bpx-py: one `mm-bot venue` process on loopback, its accounts, its control surface.

It knows nothing of the venue's protocol: what is said and understood is the client's affair.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.request
from decimal import Decimal

from bpx.account import Account
from bpx.async_.account import Account as AsyncAccount
from bpx.async_.public import Public as AsyncPublic
from bpx.public import Public

PERP = "SOL_USDC_PERP"
TICK = Decimal("0.01")
SOON_S = 5.0
START_WITHIN_S = 30
PROGRAM = os.environ.get("MM_BOT_PROGRAM") or str(
    pathlib.Path(__file__).resolve().parents[2] / "target" / "debug" / "mm-bot"
)


class World:
    """A simulated world of one seed; a context manager that ends it in order and insists on exit code 0."""

    def __init__(self, seed):
        self._dir = tempfile.TemporaryDirectory(prefix="mm-bot-official-")
        path = pathlib.Path(self._dir.name)
        self._endpoints_path, self._log_path = path / "endpoints.json", path / "venue.log"
        command = [PROGRAM, "venue", "--venues", "backpack", "--seed", str(seed)]
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

    def account(self, name, kind=Account):
        keys = self.keys(name)
        account = kind(public_key=keys["api_key"], secret_key=keys["api_secret"])
        account.BPX_API_URL = self.rest
        return account

    def async_account(self, name):
        return self.account(name, AsyncAccount)

    def public(self, kind=Public):
        public = kind()
        public.BASE_URL = self.rest
        return public

    def async_public(self):
        return self.public(AsyncPublic)

    def keys(self, name):
        return next(it for it in self._endpoints["venues"]["backpack"]["accounts"] if it["name"] == name)

    @property
    def rest(self):
        """With the slash at the end that bpx-py expects."""
        return self._endpoints["venues"]["backpack"]["rest"] + "/"

    def crowd(self, market, what):
        self._control("/crowd", {"venue": "backpack", "market": market, "do": what})

    def truth(self, name):
        """What the simulator itself holds to be true of an account."""
        return self._control("/state")["venues"]["backpack"][name]

    def room_inside(self, market):
        """Pauses the crowd, makes sure that a price lies free inside the spread, and returns it as text."""
        self.crowd(market, "pause")
        bob, public = self.account("bob"), self.public()
        while True:
            book = public.get_depth(market)
            bid, (ask, size) = Decimal(book["bids"][-1][0]), book["asks"][0]
            if TICK < Decimal(ask) - bid:
                return str(Decimal(ask) - TICK)
            took = bob.execute_order(market, "Bid", "Limit", time_in_force="IOC", quantity=size, price=ask)
            assert took["status"] == "Filled", took

    def _control(self, path, body=None):
        control = self._endpoints["control"]
        headers = {"Authorization": f"Bearer {control['token']}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(control["url"] + path, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def soon(answer):
    """Asks again until there is an answer; anything that must reach a client may take five seconds."""
    begun = time.monotonic()
    while time.monotonic() - begun < SOON_S:
        found = answer()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {SOON_S} s")

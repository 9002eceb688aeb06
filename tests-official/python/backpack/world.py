"""The simulated Backpack as bpx-py is pointed at it."""

from decimal import Decimal

from bpx.account import Account
from bpx.async_.account import Account as AsyncAccount
from bpx.async_.public import Public as AsyncPublic
from bpx.public import Public
from stage import Stage

PERP = "SOL_USDC_PERP"
TICK = Decimal("0.01")


class World(Stage):
    def __init__(self, seed):
        super().__init__("backpack", seed)

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

    @property
    def rest(self):
        """With the slash at the end that bpx-py expects."""
        return self.venue["rest"] + "/"

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

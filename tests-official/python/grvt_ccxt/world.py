"""The simulated GRVT as ccxt is pointed at it, which its venue did not write: a second judge, who logs in by a
signature of the wallet alone, signs with code of its own and reads full names only."""

import asyncio
from decimal import Decimal

import ccxt
import ccxt.pro
from stage import AsyncStage, soon

BTC, ETH, SOL = "BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"
BTC_ID = "BTC_USDT_Perp"
TESTNET = 326


class World(AsyncStage):
    """Enter it with `async with` for `pro`, with `with` for `client`. If `limited`, the venue counts what it is asked, and
    ccxt goes at the pace that it holds to be allowed."""

    def __init__(self, seed, limited=False):
        super().__init__("grvt", seed, *(() if limited else ("--no-rate-limits",)))
        self._config = {"enableRateLimit": limited}

    def client(self, name="alice", kind=ccxt.grvt, **config):
        """Not logged in yet: it does that when it must."""
        venue, keys = self.venue, self.keys(name)
        client = kind({"privateKey": keys["private_key"], **self._config, **config})
        if venue["chain_id"] == TESTNET:
            client.set_sandbox_mode(True)
        hosts = {"privateEdge": "edge", "privateTrading": "trades", "publicMarket": "market_data"}
        client.urls["api"] = {theirs: venue[ours] + "/" for theirs, ours in hosts.items()}
        # Public and private sockets are told apart by their address alone.
        client.urls["api"]["ws"] = {
            "publicMarket": venue["ws_market_data"] + "/ws/full",
            "privateTrading": venue["ws_trades"] + "/ws/full?private",
        }
        return client

    def pro(self, name="alice"):
        client = self.client(name, ccxt.pro.grvt)
        self._open.push_async_callback(client.close)
        return client

    def room_inside(self):
        """Stops BTC's crowd when a price lies free inside its spread, and returns it."""
        anybody = self.client(privateKey="")

        def room():
            self.crowd(BTC_ID, "pause")
            book = anybody.fetch_order_book(BTC, 10)
            bid, ask = (Decimal(str(book[side][0][0])) for side in ("bids", "asks"))
            if Decimal("0.1") < ask - bid:
                return float(ask - Decimal("0.1"))
            return self.crowd(BTC_ID, "resume")

        return soon(room)


async def heard(watch, wanted):
    """Watches until something that is wanted is told. `watch` is called anew for each piece of news."""

    async def listening():
        while True:
            found = wanted(await watch())
            if found:
                return found

    return await asyncio.wait_for(listening(), 5)

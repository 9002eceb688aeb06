"""The simulated Lighter as lighter-sdk 1.1.8 is pointed at it: its compiled signer, its clients, its sockets."""

import asyncio
import json
from decimal import Decimal

import lighter
import websockets
from lighter import SignerClient
from lighter_stage import BTC, ETH, ETH_SPOT, GTT, IOC, LIMIT, POST_ONLY, SIZE, SOL, LighterStage, Sender, wire
from stage import SOON_S

__all__ = ["BTC", "ETH", "ETH_SPOT", "GTT", "IOC", "POST_ONLY", "SIZE", "SOL", "World", "wire"]

FUNDS = Decimal(1_000_000)


def price_text(price):
    """A wire price of ETH as a decimal."""
    return f"{Decimal(price) / 100:.2f}"


def size_text(size):
    """A wire size of ETH as a decimal."""
    return f"{Decimal(size) / 10_000:.4f}"


class World(LighterStage):
    def trader(self, name, **options):
        trader = Trader(self, name, **options)
        self._open.push_async_callback(trader.signer.close)
        return trader

    async def socket(self):
        """A plain socket, for channels that the SDK's client does not know."""
        connection = await self._open.enter_async_context(websockets.connect(self.venue["ws"]))
        socket = Socket(connection)
        await socket.next("connected")
        return socket

    async def room_inside(self):
        """Stops ETH's crowd, makes sure that a price lies free inside its spread, and returns it."""
        self.crowd("ETH", "pause")
        while True:
            book = await self.orders.order_book_orders(ETH, 1)
            bid, ask = wire(book.bids[0].price), wire(book.asks[0].price)
            if bid + 1 < ask:
                return ask - 1
            self.order("bob", "ETH", "buy", book.asks[0].price, book.asks[0].remaining_base_amount)

    def counter(self, side, price, size=SIZE):
        """Bob's order, past the wire."""
        return self.order("bob", "ETH", side, price_text(price), size_text(size))


class Trader(Sender):
    """One account with one key."""

    def __init__(self, world, name, **options):
        keys = world.keys(name)
        self.index, self.key = keys["account_index"], keys["api_key_index"]
        secrets = {self.key: keys["api_key_private_key"]}
        self.signer = SignerClient(world.rest, self.index, secrets, **options)
        self.orders, self.txs = self.signer.order_api, self.signer.tx_api
        self.accounts = lighter.AccountApi(self.signer.api_client)

    def token(self):
        token, error = self.signer.create_auth_token_with_expiry(api_key_index=self.key)
        assert error is None, error
        return token

    def limit(self, client, price, size=SIZE, is_ask=False, time_in_force=GTT, market=ETH, **more):
        if time_in_force == IOC:
            more.setdefault("order_expiry", SignerClient.DEFAULT_IOC_EXPIRY)
        return self.signer.create_order(market, client, size, price, is_ask, LIMIT, time_in_force, **more)

    async def order(self, client):
        """The order of a client's number, live or ended; `None` if there is no row of it."""
        found = await self.orders.account_orders(self.token(), str(client), self.index)
        return found.orders[0] if found.orders else None

    async def status(self, client):
        return (await self.order(client)).status

    async def active(self, **which):
        return (await self.orders.account_active_orders(self.token(), self.index, **which)).orders

    async def inactive(self):
        return (await self.orders.account_inactive_orders(self.token(), self.index, 100)).orders

    async def trades(self):
        found = await self.orders.trades("trade_id", 100, authorization=self.token(), account_index=self.index)
        return found.trades

    async def position(self, market=ETH):
        """The account's row of a perpetual; there is one whether or not anything is held."""
        return next(it for it in (await self.account()).positions if it.market_id == market)

    async def holds(self, market=ETH):
        """How much of a perpetual the account is long, or short below zero."""
        row = await self.position(market)
        return Decimal(row.position) * row.sign


class Socket:
    """A socket whose frames are kept until they are asked for."""

    def __init__(self, connection):
        self._connection = connection
        self._kept = []

    async def send(self, message):
        await self._connection.send(json.dumps(message))

    async def subscribe(self, channel, auth=None):
        """Subscribes and returns the snapshot."""
        token = {} if auth is None else {"auth": auth}
        await self.send({"type": "subscribe", "channel": channel, **token})
        return await self.next(f"subscribed/{channel.split('/')[0]}")

    async def next(self, kind, wanted=lambda frame: True):
        """The next frame of a type that is wanted; `error` stands for every refusal. Others are kept."""

        def fits(frame):
            known = "error" if "error" in frame else frame.get("type")
            return known == kind and wanted(frame)

        async def heard():
            while True:
                frame = json.loads(await self._connection.recv())
                if frame.get("type") == "ping":
                    await self.send({"type": "pong"})
                if fits(frame):
                    return frame
                self._kept.append(frame)

        for n, frame in enumerate(self._kept):
            if fits(frame):
                return self._kept.pop(n)
        try:
            return await asyncio.wait_for(heard(), SOON_S)
        except TimeoutError:
            kinds = [frame.get("type", frame) for frame in self._kept]
            raise AssertionError(f"no {kind} within {SOON_S} s, but {kinds}") from None

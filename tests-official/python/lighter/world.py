"""The simulated Lighter as lighter-sdk 1.1.8 is pointed at it: its compiled signer, its clients, its sockets.

Numbers are the wire's integers, as the SDK takes them: ETH has two decimals in its price and four in its size.
"""

import asyncio
import contextlib
import json
import logging
from decimal import Decimal

import lighter
import websockets
from lighter import SignerClient
from stage import SOON_S, Stage, soon_async

# Calls of the control surface hold the loop up; unittest's loops would tell of each.
logging.getLogger("asyncio").setLevel(logging.ERROR)

ETH, BTC, SOL, ETH_SPOT = 0, 1, 2, 2048
FUNDS = Decimal(1_000_000)
SIZE = 1000
"""0.1 ETH."""
IOC, GTT, POST_ONLY = (
    SignerClient.ORDER_TIME_IN_FORCE_IMMEDIATE_OR_CANCEL,
    SignerClient.ORDER_TIME_IN_FORCE_GOOD_TILL_TIME,
    SignerClient.ORDER_TIME_IN_FORCE_POST_ONLY,
)
FAILED, PENDING, EXECUTED = 0, 1, 2


def price_text(price):
    """A wire price of ETH as a decimal."""
    return f"{Decimal(price) / 100:.2f}"


def size_text(size):
    """A wire size of ETH as a decimal."""
    return f"{Decimal(size) / 10_000:.4f}"


def wire(text):
    """A padded decimal as the wire's integer, as the SDK itself makes it."""
    return int(text.replace(".", ""))


class World(Stage):
    """Enter it with `async with`: the SDK's clients belong to a running loop."""

    def __init__(self, seed, *options):
        super().__init__("lighter", seed, *options)
        self._open = contextlib.AsyncExitStack()

    async def __aenter__(self):
        self.__enter__()
        client = lighter.ApiClient(configuration=lighter.Configuration(host=self.rest))
        self._open.push_async_callback(client.close)
        self.accounts, self.orders = lighter.AccountApi(client), lighter.OrderApi(client)
        self.txs, self.candles = lighter.TransactionApi(client), lighter.CandlestickApi(client)
        self.client = client
        return self

    async def __aexit__(self, *error):
        try:
            await self._open.aclose()
        finally:
            self.__exit__(*error)

    @property
    def rest(self):
        return self.venue["rest"]

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

    async def best(self, market=ETH):
        """The best bid and ask."""
        book = await self.orders.order_book_orders(market, 1)
        return wire(book.bids[0].price), wire(book.asks[0].price)

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


class Trader:
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
        return self.signer.create_order(
            market, client, size, price, is_ask, SignerClient.ORDER_TYPE_LIMIT, time_in_force, **more
        )

    async def sent(self, call):
        """The answer to a transaction that the venue takes; what becomes of it is another matter."""
        _, answer, error = await call
        assert error is None and answer.code == 200, (error, answer)
        return answer

    async def refused(self, call):
        """Why a transaction was not taken, as the SDK says it."""
        _, answer, error = await call
        assert answer is None and error, (answer, error)
        return error

    async def end(self, call):
        """What became of a transaction."""
        answer = await self.sent(call)
        return await self.executed(answer.tx_hash)

    async def done(self, call):
        """Sends what must succeed, and waits for the engine."""
        tx = await self.end(call)
        assert tx.status == EXECUTED, (tx.status, tx.event_info)
        return tx

    async def failed(self, call):
        """Sends what is taken and then fails at the engine; returns the engine's words."""
        tx = await self.end(call)
        assert tx.status == FAILED, (tx.status, tx.event_info)
        return json.loads(tx.event_info)["ae"]

    async def executed(self, tx_hash):
        async def ended():
            tx = await self.txs.tx(by="hash", value=tx_hash)
            return tx if tx.status != PENDING else None

        return await soon_async(ended)

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

    async def account(self):
        (account,) = (await self.accounts.account(by="index", value=str(self.index))).accounts
        return account

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

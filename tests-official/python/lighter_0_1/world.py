"""The simulated Lighter as lighter-sdk 0.1.4 is pointed at it: the generation that reads every answer strictly and
signs with chain id 300 for any host that is not the main net's.

Its compiled signer knows clients by their key's index alone, so one account trades at a time: bob's orders go past
the wire. Numbers are the wire's integers: ETH has two decimals in its price and four in its size.
"""

import contextlib
import json
import logging

import lighter
from lighter import SignerClient
from stage import Stage, soon_async

# On import, the SDK shows the whole process's debug messages, those with its tokens too.
logging.getLogger().setLevel(logging.WARNING)
# Calls of the control surface hold the loop up; unittest's loops would tell of each.
logging.getLogger("asyncio").setLevel(logging.ERROR)

ETH, BTC, SOL, ETH_SPOT = 0, 1, 2, 2048
SIZE = 1000
"""0.1 ETH."""
LIMIT = SignerClient.ORDER_TYPE_LIMIT
IOC, GTT, POST_ONLY = (
    SignerClient.ORDER_TIME_IN_FORCE_IMMEDIATE_OR_CANCEL,
    SignerClient.ORDER_TIME_IN_FORCE_GOOD_TILL_TIME,
    SignerClient.ORDER_TIME_IN_FORCE_POST_ONLY,
)
FAILED, PENDING, EXECUTED = 0, 1, 2


def wire(text):
    """A padded decimal as the wire's integer."""
    return int(text.replace(".", ""))


class World(Stage):
    """Enter it with `async with`: the SDK's clients belong to a running loop."""

    def __init__(self, seed, *options, chain_id=300):
        super().__init__("lighter", seed, "--lighter-chain-id", str(chain_id), *options)
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

    def alice(self):
        alice = Alice(self)
        self._open.push_async_callback(alice.signer.close)
        return alice

    async def best(self, market=ETH):
        """The best bid and ask."""
        book = await self.orders.order_book_orders(market, 1)
        return wire(book.bids[0].price), wire(book.asks[0].price)

    async def still(self):
        """Stops ETH's crowd and returns its best bid and ask."""
        self.crowd("ETH", "pause")
        return await self.best()


class Alice:
    def __init__(self, world):
        keys = world.keys("alice")
        self.world, self.index, self.key = world, keys["account_index"], keys["api_key_index"]
        self.signer = SignerClient(world.rest, keys["api_key_private_key"], self.key, self.index)

    def token(self):
        token, error = self.signer.create_auth_token_with_expiry()
        assert error is None, error
        return token

    def limit(self, client, price, size=SIZE, is_ask=False, time_in_force=GTT, **more):
        if time_in_force == IOC:
            more.setdefault("order_expiry", SignerClient.DEFAULT_IOC_EXPIRY)
        return self.signer.create_order(ETH, client, size, price, is_ask, LIMIT, time_in_force, **more)

    async def end(self, call):
        """What became of a transaction that the venue took."""
        _, answer, error = await call
        assert error is None and answer.code == 200, (error, answer)
        return await self.executed(answer.tx_hash)

    async def executed(self, tx_hash):
        async def ended():
            tx = await self.world.txs.tx(by="hash", value=tx_hash)
            return tx if tx.status != PENDING else None

        return await soon_async(ended)

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

    async def refused(self, call):
        """Why a transaction was not taken, as the SDK says it."""
        _, answer, error = await call
        assert answer is None and error, (answer, error)
        return error

    async def ended(self):
        """Ended orders by their client's number. The SDK has no call for live ones."""
        found = await self.world.orders.account_inactive_orders(self.index, 100, auth=self.token())
        return {it.client_order_index: it for it in found.orders}

    def resting(self):
        """Prices of what rests, by the client's number, as the simulator knows it."""
        orders = self.world.truth("alice")["open_orders"]
        return {it["client_id"]: wire(it["price"]) for it in orders}

    async def account(self):
        (account,) = (await self.world.accounts.account(by="index", value=str(self.index))).accounts
        return account

"""What the two generations of `lighter-sdk` have in common: the numbers they speak in, their clients, and how a
transaction is followed from the API, which takes it, to the engine, which decides.

Numbers are the wire's integers, as the SDKs take them: ETH has two decimals in its price and four in its size.
"""

import json

import lighter
from lighter import SignerClient
from stage import AsyncStage, soon_async

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
    """A padded decimal as the wire's integer, as the SDK itself makes it."""
    return int(text.replace(".", ""))


class LighterStage(AsyncStage):
    def __init__(self, seed, *options):
        super().__init__("lighter", seed, *options)

    async def entered(self):
        client = lighter.ApiClient(configuration=lighter.Configuration(host=self.rest))
        self._open.push_async_callback(client.close)
        self.accounts, self.orders = lighter.AccountApi(client), lighter.OrderApi(client)
        self.txs, self.candles = lighter.TransactionApi(client), lighter.CandlestickApi(client)
        self.client = client

    @property
    def rest(self):
        return self.venue["rest"]

    async def best(self, market=ETH):
        """The best bid and ask."""
        book = await self.orders.order_book_orders(market, 1)
        return wire(book.bids[0].price), wire(book.asks[0].price)


class Sender:
    """Who sends transactions and hears what became of them: account `index`, which asks `txs` and `accounts`."""

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

    async def account(self):
        (account,) = (await self.accounts.account(by="index", value=str(self.index))).accounts
        return account

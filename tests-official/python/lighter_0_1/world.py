"""The simulated Lighter as lighter-sdk 0.1.4 is pointed at it: the generation that reads every answer strictly and
signs with chain id 300 for any host that is not the main net's.

Its compiled signer knows clients by their key's index alone, so one account trades at a time: bob's orders go past
the wire.
"""

import logging

from lighter import SignerClient
from lighter_stage import (
    BTC, ETH, ETH_SPOT, EXECUTED, GTT, IOC, LIMIT, POST_ONLY, SIZE, SOL, LighterStage, Sender, wire,
)

__all__ = ["BTC", "ETH", "ETH_SPOT", "EXECUTED", "GTT", "IOC", "LIMIT", "POST_ONLY", "SIZE", "SOL", "World"]

# On import, the SDK shows the whole process's debug messages, those with its tokens too.
logging.getLogger().setLevel(logging.WARNING)


class World(LighterStage):
    def __init__(self, seed, *options, chain_id=300):
        super().__init__(seed, "--lighter-chain-id", str(chain_id), *options)

    def alice(self):
        alice = Alice(self)
        self._open.push_async_callback(alice.signer.close)
        return alice

    async def still(self):
        """Stops ETH's crowd and returns its best bid and ask."""
        self.crowd("ETH", "pause")
        return await self.best()


class Alice(Sender):
    def __init__(self, world):
        keys = world.keys("alice")
        self.world, self.index, self.key = world, keys["account_index"], keys["api_key_index"]
        self.accounts, self.txs = world.accounts, world.txs
        self.signer = SignerClient(world.rest, keys["api_key_private_key"], self.key, self.index)

    def token(self):
        token, error = self.signer.create_auth_token_with_expiry()
        assert error is None, error
        return token

    def limit(self, client, price, size=SIZE, is_ask=False, time_in_force=GTT, **more):
        if time_in_force == IOC:
            more.setdefault("order_expiry", SignerClient.DEFAULT_IOC_EXPIRY)
        return self.signer.create_order(ETH, client, size, price, is_ask, LIMIT, time_in_force, **more)

    async def ended(self):
        """Ended orders by their client's number. The SDK has no call for live ones."""
        found = await self.world.orders.account_inactive_orders(self.index, 100, auth=self.token())
        return {it.client_order_index: it for it in found.orders}

    def resting(self):
        """Prices of what rests, by the client's number, as the simulator knows it."""
        orders = self.world.truth("alice")["open_orders"]
        return {it["client_id"]: wire(it["price"]) for it in orders}

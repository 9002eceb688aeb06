"""Orders that wait: stop-losses, take-profits, and groups of them."""

import time
import unittest
from decimal import Decimal

from lighter import SignerClient
from lighter.signer_client import CreateOrderTxReq
from stage import soon_async
from world import ETH, SIZE, World

STOP, PROFIT = SignerClient.ORDER_TYPE_STOP_LOSS, SignerClient.ORDER_TYPE_TAKE_PROFIT
LIMIT = SignerClient.ORDER_TYPE_LIMIT
OTO = SignerClient.GROUPING_TYPE_ONE_TRIGGERS_THE_OTHER
OCO = SignerClient.GROUPING_TYPE_ONE_CANCELS_THE_OTHER
OTOCO = SignerClient.GROUPING_TYPE_ONE_TRIGGERS_A_ONE_CANCELS_THE_OTHER


class Waiting(unittest.IsolatedAsyncioTestCase):
    def child(self, kind, client, trigger, size=0, slip=2000):
        """A sale that ends a long position."""
        return CreateOrderTxReq(
            MarketIndex=ETH, ClientOrderIndex=client, BaseAmount=size, Price=trigger - slip, IsAsk=1, Type=kind,
            TimeInForce=SignerClient.ORDER_TIME_IN_FORCE_IMMEDIATE_OR_CANCEL, ReduceOnly=1, TriggerPrice=trigger,
            OrderExpiry=self.expiry,
        )

    def parent(self, client, price):
        return CreateOrderTxReq(
            MarketIndex=ETH, ClientOrderIndex=client, BaseAmount=SIZE, Price=price, IsAsk=0, Type=LIMIT,
            TimeInForce=SignerClient.ORDER_TIME_IN_FORCE_GOOD_TILL_TIME, ReduceOnly=0, TriggerPrice=0,
            OrderExpiry=self.expiry,
        )

    def setUp(self):
        self.expiry = int(time.time() * 1000) + 86_400_000

    async def bought(self, world, trader):
        """A long position of 0.1 ETH at a price, which is returned."""
        price = await world.room_inside()
        world.counter("sell", price)
        await trader.done(trader.signer.create_market_order(ETH, 1, SIZE, price + 100, False))
        return price

    async def becomes(self, trader, client, status):
        async def fits():
            order = await trader.order(client)
            is_over = order.status == "filled" or order.status.startswith("canceled")
            self.assertTrue(order.status == status or not is_over, order)
            return order if order.status == status else None

        return await soon_async(fits)

    def move(self, world, bps):
        """The whole market goes up or down, quickly."""
        world.crowd("ETH", "resume")
        world.crowd("ETH", {"move": {"bps": bps, "over_ms": 500}})

    async def test_a_stop_loss_waits_and_then_sells(self):
        async with World(540) as world:
            alice = world.trader("alice")
            price = await self.bought(world, alice)
            trigger = price - price // 100
            stop = alice.signer.create_sl_order(ETH, 2, SIZE, trigger, trigger - 5000, True, reduce_only=True)
            await alice.done(stop)
            waiting = await alice.order(2)
            self.assertEqual((waiting.type, waiting.status), ("stop-loss", "pending"))
            self.assertEqual(waiting.trigger_status, "mark-price")
            self.assertEqual(Decimal(waiting.trigger_price), Decimal(trigger) / 100)
            self.assertEqual((await alice.account()).pending_order_count, 1)
            self.move(world, -200)
            sold = await self.becomes(alice, 2, "filled")
            self.assertEqual((sold.filled_base_amount, sold.reduce_only), ("0.1000", True))
            self.assertEqual(world.truth("alice")["positions"], {})

    async def test_a_take_profit_limit_rests_once_it_wakes(self):
        async with World(541) as world:
            alice = world.trader("alice")
            price = await self.bought(world, alice)
            trigger = price + price // 100
            far = price + price // 10
            await alice.done(alice.signer.create_tp_limit_order(ETH, 2, SIZE, trigger, far, True, reduce_only=True))
            self.assertEqual((await alice.order(2)).type, "take-profit-limit")
            self.move(world, 200)
            self.assertEqual((await self.becomes(alice, 2, "open")).remaining_base_amount, "0.1000")
            await alice.done(alice.signer.cancel_order(ETH, 2))
            self.assertEqual(await alice.status(2), "canceled")

    async def test_of_two_that_exclude_each_other_one_goes(self):
        async with World(542) as world:
            alice = world.trader("alice")
            price = await self.bought(world, alice)
            group = [self.child(PROFIT, 2, price + price // 100, SIZE), self.child(STOP, 3, price - price // 100, SIZE)]
            await alice.done(alice.signer.create_grouped_orders(OCO, group))
            both = {it.client_order_index: it for it in await alice.active()}
            self.assertEqual({client: it.status for client, it in both.items()}, {2: "pending", 3: "pending"})
            self.assertEqual(both[2].to_cancel_order_id_0, both[3].order_id)
            self.move(world, 200)
            await self.becomes(alice, 2, "filled")
            self.assertEqual(await alice.status(3), "canceled-oco")
            self.assertEqual((await alice.active(), await alice.holds()), ([], 0))

    async def test_a_parent_wakes_its_two_children(self):
        async with World(543) as world:
            alice = world.trader("alice")
            price = await world.room_inside()
            profit, stop = price + price // 100, price - price // 100
            group = [self.parent(1, price), self.child(PROFIT, 2, profit), self.child(STOP, 3, stop)]
            await alice.done(alice.signer.create_grouped_orders(OTOCO, group))
            rows = {it.client_order_index: it for it in await alice.active()}
            self.assertEqual(rows[1].status, "open")
            wakes = {rows[1].to_trigger_order_id_0, rows[1].to_trigger_order_id_1}
            self.assertEqual(wakes, {rows[2].order_id, rows[3].order_id})
            for child in (rows[2], rows[3]):
                self.assertEqual((child.status, child.trigger_status), ("pending", "parent-order"))
                self.assertEqual(child.parent_order_index, rows[1].order_index)
            world.counter("sell", price)
            self.assertEqual((await self.becomes(alice, 1, "filled")).filled_base_amount, "0.1000")
            self.assertEqual((await self.becomes(alice, 3, "pending")).trigger_status, "mark-price")
            self.move(world, -200)
            await self.becomes(alice, 3, "filled")
            self.assertEqual(await alice.status(2), "canceled-oco")
            self.assertEqual(await alice.holds(), 0)

    async def test_children_go_with_their_parent(self):
        async with World(544) as world:
            alice = world.trader("alice")
            price = await world.room_inside()
            group = [self.parent(1, price), self.child(STOP, 2, price - price // 100)]
            await alice.done(alice.signer.create_grouped_orders(OTO, group))
            self.assertEqual([await alice.status(1), await alice.status(2)], ["open", "pending"])
            await alice.done(alice.signer.cancel_order(ETH, 1))
            self.assertEqual((await alice.status(1), await alice.status(2)), ("canceled", "canceled-child"))


if __name__ == "__main__":
    unittest.main()

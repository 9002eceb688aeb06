"""Orders from the SDK's call to the row: taken by the API is not yet placed, so each is followed to its end."""

import time
import unittest

from lighter import SignerClient
from world import BTC, ETH, GTT, IOC, POST_ONLY, SIZE, World, price_text, wire


class Resting(unittest.IsolatedAsyncioTestCase):
    async def test_a_limit_rests_is_found_and_is_cancelled_by_both_ids(self):
        async with World(510) as world:
            alice = world.trader("alice")
            self.assertIsNone(alice.signer.check_client())
            price = await world.room_inside() - 100
            before = time.time()
            tx = await alice.done(alice.limit(7, price))
            self.assertEqual((tx.type, tx.account_index, tx.api_key_index, tx.nonce), (14, alice.index, alice.key, 0))
            self.assertLess(abs(tx.queued_at / 1000 - before), 60)
            (placed,) = await alice.active()
            self.assertEqual((placed.client_order_index, placed.client_order_id, placed.nonce), (7, "7", 0))
            self.assertEqual((placed.status, placed.type, placed.time_in_force), ("open", "limit", "good-till-time"))
            self.assertEqual((placed.base_price, placed.base_size, placed.is_ask), (price, SIZE, False))
            self.assertEqual((placed.price, placed.remaining_base_amount), (price_text(price), "0.1000"))
            self.assertEqual((placed.order_id, placed.side), (str(placed.order_index), "buy"))
            self.assertLess(27 * 86_400, placed.order_expiry / 1000 - before, "28 days ahead by the SDK's default")
            self.assertEqual((await alice.order(7)).order_index, placed.order_index)
            self.assertEqual(await alice.active(market_id=BTC), [])
            self.assertEqual((await alice.account()).total_order_count, 1)
            (truth,) = world.truth("alice")["open_orders"]
            self.assertEqual((truth["client_id"], truth["price"]), (7, price_text(price)))
            public = await world.orders.order_book_orders(ETH, 100)
            self.assertIn(placed.order_index, [it.order_index for it in public.bids])

            await alice.done(alice.signer.cancel_order(ETH, 7))
            await alice.done(alice.limit(8, price + 1, is_ask=False, time_in_force=POST_ONLY))
            (second,) = await alice.active()
            self.assertEqual((second.client_order_index, second.time_in_force), (8, "post-only"))
            await alice.done(alice.signer.cancel_order(ETH, second.order_index))
            self.assertEqual(await alice.active(), [])
            ended = [(it.client_order_index, it.status, it.filled_base_amount) for it in await alice.inactive()]
            self.assertEqual(ended, [(8, "canceled", "0.0000"), (7, "canceled", "0.0000")], "the last one first")
            self.assertEqual(world.truth("alice")["open_orders"], [])
            gone = await alice.failed(alice.signer.cancel_order(ETH, 7))
            self.assertIn("not an active", gone, "the API takes the cancel of an order that is gone")

    async def test_a_modify_keeps_the_order_and_what_is_filled(self):
        async with World(511) as world:
            alice = world.trader("alice")
            inside = await world.room_inside()
            await alice.done(alice.limit(1, inside))
            (first,) = await alice.active()
            world.counter("sell", inside, 300)
            half = await alice.order(1)
            self.assertEqual((half.status, half.filled_base_amount), ("open", "0.0300"))
            await alice.done(alice.signer.modify_order(ETH, first.order_index, 800, inside - 50))
            changed = await alice.order(1)
            self.assertEqual(changed.order_index, first.order_index, "it is the same order")
            self.assertEqual((changed.base_price, changed.initial_base_amount), (inside - 50, "0.0800"))
            self.assertEqual((changed.filled_base_amount, changed.remaining_base_amount), ("0.0300", "0.0500"))
            self.assertEqual((changed.is_ask, changed.time_in_force), (False, "good-till-time"))
            self.assertGreater(changed.order_version, first.order_version)
            await alice.done(alice.signer.modify_order(ETH, 1, 900, inside - 40))
            self.assertEqual(world.truth("alice")["open_orders"][0]["price"], price_text(inside - 40))
            stale = alice.signer.modify_order(ETH, 1, 900, inside - 30, order_version=first.order_version + 1)
            await alice.failed(stale)
            self.assertEqual((await alice.order(1)).base_price, inside - 40, "meant for a version that is gone")
            await alice.failed(alice.signer.modify_order(ETH, 99, 900, inside - 40))

    async def test_cancel_all_now_in_one_market_and_at_a_time(self):
        async with World(512) as world:
            alice = world.trader("alice")
            bids = {market: (await world.best(market))[0] for market in (ETH, BTC)}
            for client, market in enumerate((ETH, ETH, BTC), 1):
                await alice.done(alice.limit(client, bids[market] - 500, market=market, time_in_force=POST_ONLY))
            now = SignerClient.CANCEL_ALL_TIF_IMMEDIATE
            await alice.done(alice.signer.cancel_all_orders(now, 0, cancel_all_market_index=ETH))
            self.assertEqual([it.market_index for it in await alice.active()], [BTC])
            await alice.done(alice.signer.cancel_all_orders(now, 0))
            self.assertEqual(await alice.active(), [])

            await alice.done(alice.limit(4, bids[ETH] - 500))
            at_ms = int(time.time() * 1000) + 6 * 60_000
            scheduled, abort = SignerClient.CANCEL_ALL_TIF_SCHEDULED, SignerClient.CANCEL_ALL_TIF_ABORT
            early = await alice.refused(alice.signer.cancel_all_orders(scheduled, at_ms - 3 * 60_000))
            self.assertIn("21714", early)
            await alice.done(alice.signer.cancel_all_orders(scheduled, at_ms))
            self.assertEqual((await alice.account()).cancel_all_time, at_ms)
            self.assertIn("21712", await alice.refused(alice.limit(5, bids[ETH] - 500)))
            await alice.done(alice.signer.cancel_all_orders(abort, 0))
            self.assertEqual((await alice.account()).cancel_all_time, 0)
            await alice.done(alice.limit(5, bids[ETH] - 500))
            self.assertEqual([it.client_order_index for it in await alice.active()], [5, 4])


class Ending(unittest.IsolatedAsyncioTestCase):
    """The ways in which an order that the API took ends without resting."""

    async def test_each_end_has_its_word(self):
        async with World(513) as world:
            alice = world.trader("alice")
            await world.room_inside()
            _, ask = await world.best()

            await alice.failed(alice.limit(1, ask, time_in_force=POST_ONLY))
            self.assertEqual(await alice.status(1), "canceled-post-only")
            await alice.end(alice.limit(2, ask - 2000, time_in_force=IOC))
            self.assertEqual(await alice.status(2), "canceled")
            self.assertEqual((await alice.order(2)).filled_base_amount, "0.0000")
            await alice.end(alice.signer.create_market_order(ETH, 3, SIZE, ask - 1, False))
            self.assertEqual(await alice.status(3), "canceled-too-much-slippage")
            whole = await world.orders.order_book_orders(ETH, 250)
            everything = sum(wire(it.remaining_base_amount) for it in whole.asks)
            sweep = alice.signer.create_market_order(ETH, 4, everything + SIZE, 2 * ask, False)
            await alice.end(sweep)
            swept = await alice.order(4)
            self.assertIn(swept.status, ("canceled-not-enough-liquidity", "canceled-margin-not-allowed"))
            await alice.end(alice.limit(5, ask - 500, size=100_000_000))
            self.assertEqual(await alice.status(5), "canceled-margin-not-allowed")
            self.assertEqual(await alice.active(), [])

    async def test_the_rest_of_an_immediate_order_is_cancelled(self):
        async with World(514) as world:
            alice = world.trader("alice")
            inside = await world.room_inside()
            world.counter("sell", inside, 400)
            await alice.done(alice.limit(1, inside, time_in_force=IOC))
            order = await alice.order(1)
            self.assertEqual((order.status, order.filled_base_amount), ("canceled", "0.0400"))
            self.assertEqual((order.time_in_force, order.order_expiry), ("immediate-or-cancel", 0))
            self.assertEqual(world.truth("alice")["positions"]["ETH"], "0.04")

    async def test_a_reduce_only_order_that_opens_leaves_no_row(self):
        async with World(515) as world:
            alice = world.trader("alice")
            _, ask = await world.best()
            why = await alice.failed(alice.limit(1, ask + 500, is_ask=True, reduce_only=True))
            self.assertIn("reduce only", why)
            self.assertIsNone(await alice.order(1))
            self.assertEqual((await alice.active(), await alice.inactive()), ([], []))

    async def test_an_account_does_not_trade_with_itself(self):
        async with World(516) as world:
            alice = world.trader("alice")
            inside = await world.room_inside()
            await alice.done(alice.limit(1, inside))
            await alice.end(alice.limit(2, inside, is_ask=True, time_in_force=GTT))
            self.assertEqual([await alice.status(1), await alice.status(2)], ["canceled-self-trade", "open"])
            taker_ends = {"self_trade_behavior_mode": SignerClient.SELF_TRADE_BEHAVIOR_EXPIRE_TAKER}
            await alice.end(alice.limit(3, inside, **taker_ends))
            self.assertEqual([await alice.status(2), await alice.status(3)], ["open", "canceled-self-trade"])
            both = {"self_trade_behavior_mode": SignerClient.SELF_TRADE_BEHAVIOR_EXPIRE_BOTH}
            await alice.end(alice.limit(4, inside, **both))
            self.assertEqual([await alice.status(2), await alice.status(4)], ["canceled-self-trade"] * 2)
            self.assertEqual(world.truth("alice")["fills"], [])


if __name__ == "__main__":
    unittest.main()

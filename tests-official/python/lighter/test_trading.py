"""Trades between alice and bob: the same fill by REST, by stream and in truth; positions, spot."""

import unittest
from decimal import Decimal

from world import ETH, ETH_SPOT, FUNDS, SIZE, World, price_text

MAKER, TAKER = Decimal("0.00004"), Decimal("0.00028")
"""Premium fees."""


class Perpetual(unittest.IsolatedAsyncioTestCase):
    async def test_a_fill_is_the_same_everywhere(self):
        async with World(520) as world:
            alice, bob, socket = world.trader("alice"), world.trader("bob"), await world.socket()
            await socket.subscribe(f"account_all_trades/{alice.index}", alice.token())
            await socket.subscribe(f"account_all_orders/{alice.index}", alice.token())
            await socket.subscribe(f"account_all_positions/{alice.index}", alice.token())
            await socket.subscribe(f"trade/{ETH}")
            price = await world.room_inside()
            await bob.done(bob.limit(31, price, is_ask=True))
            tx = await alice.done(alice.signer.create_market_order(ETH, 12, SIZE, price + 100, False))

            (hers,) = await alice.trades()
            his = next(it for it in await bob.trades() if it.trade_id == hers.trade_id)
            for fill in (hers, his):
                self.assertEqual((fill.price, fill.size, fill.market_id), (price_text(price), "0.1000", ETH))
                self.assertEqual((fill.bid_account_id, fill.ask_account_id), (alice.index, bob.index))
                self.assertEqual((fill.bid_client_id, fill.ask_client_id), (12, 31))
                self.assertEqual((fill.bid_client_id_str, fill.ask_client_id_str), ("12", "31"))
                self.assertTrue(fill.is_maker_ask)
                self.assertEqual((fill.maker_fee, fill.taker_fee), (40, 280), "in millionths")
                self.assertEqual(fill.tx_hash, tx.hash)
            mine, theirs = await alice.order(12), await bob.order(31)
            self.assertEqual((hers.bid_id, hers.ask_id), (mine.order_index, theirs.order_index))
            for order in (mine, theirs):
                self.assertEqual((order.status, order.filled_base_amount), ("filled", "0.1000"))
                self.assertEqual(Decimal(order.filled_quote_amount), Decimal(hers.usd_amount))
            public = (await world.orders.recent_trades(ETH, 20)).trades
            self.assertIn(hers.trade_id, [it.trade_id for it in public])

            await self.streams_tell_it(socket, hers)
            (truth,) = world.truth("alice")["fills"]
            self.assertEqual((truth["client_id"], truth["maker"]), (12, False))
            self.assertEqual((Decimal(truth["price"]), Decimal(truth["size"])), (Decimal(hers.price), Decimal("0.1")))
            cost = Decimal(hers.usd_amount)
            self.assertEqual(Decimal(truth["fee"]), cost * TAKER)
            self.assertEqual(Decimal(world.truth("bob")["fills"][-1]["fee"]), cost * MAKER)
            held = await alice.position()
            self.assertEqual((held.symbol, held.sign, held.position), ("ETH", 1, "0.1000"))
            self.assertEqual(Decimal(held.avg_entry_price), Decimal(hers.price))
            self.assertEqual(Decimal(world.truth("alice")["positions"]["ETH"]), await alice.holds())

    async def streams_tell_it(self, socket, trade):
        print_ = await socket.next("update/trade", lambda frame: self.holds(frame["trades"], trade))
        self.assertEqual(print_["channel"], f"trade:{ETH}")
        own = await socket.next("update/account_all_trades")
        (told,) = own["trades"][str(ETH)]
        for key in ("trade_id", "price", "size", "bid_id", "ask_id", "bid_client_id", "is_maker_ask", "tx_hash"):
            self.assertEqual(told[key], getattr(trade, key), key)
        orders = await socket.next("update/account_all_orders")
        (order,) = orders["orders"][str(ETH)]
        self.assertEqual((order["client_order_index"], order["status"]), (12, "filled"))
        positions = await socket.next("update/account_all_positions")
        self.assertEqual(Decimal(positions["positions"][str(ETH)]["position"]), Decimal(trade.size))

    def holds(self, trades, trade):
        return any(it["trade_id"] == trade.trade_id for it in trades or [])

    async def test_a_position_is_closed_by_a_reduce_only_market_order(self):
        async with World(521) as world:
            alice = world.trader("alice")
            price = await world.room_inside()
            world.counter("buy", price)
            await alice.done(alice.signer.create_market_order(ETH, 1, SIZE, price - 100, True))
            self.assertEqual(await alice.holds(), Decimal("-0.1"))
            # More than is held: what would open a position is not done.
            exit_ = alice.signer.create_market_order(ETH, 2, 5 * SIZE, price + 10_000, False, reduce_only=True)
            await alice.done(exit_)
            self.assertEqual(await alice.holds(), 0)
            self.assertEqual(world.truth("alice")["positions"], {})
            order = await alice.order(2)
            self.assertEqual((order.reduce_only, order.filled_base_amount), (True, "0.1000"))
            account = await alice.account()
            self.assertEqual(account.collateral, account.available_balance)
            self.assertNotEqual(Decimal(account.collateral), FUNDS, "the round trip had its price")

    async def test_the_sdks_own_market_orders(self):
        async with World(522) as world:
            alice = world.trader("alice")
            await world.room_inside()
            signer = alice.signer
            await alice.done(signer.create_market_order_limited_slippage(ETH, 1, SIZE, 0.01, False))
            await alice.done(signer.create_market_order_if_slippage(ETH, 2, SIZE, 0.01, False))
            await alice.done(signer.create_market_order_quote_amount(ETH, 3, 500, 0.01, False))
            bought = [(await alice.order(client)) for client in (1, 2, 3)]
            self.assertEqual([it.status for it in bought], ["filled"] * 3)
            spent = Decimal(bought[2].filled_quote_amount)
            self.assertTrue(499 < spent <= 505, spent)
            truth = Decimal(world.truth("alice")["positions"]["ETH"])
            self.assertEqual(truth, sum(Decimal(it.filled_base_amount) for it in bought))


class Spot(unittest.IsolatedAsyncioTestCase):
    async def test_coins_change_hands(self):
        async with World(524) as world:
            alice = world.trader("alice")
            _, ask = await world.best(ETH_SPOT)
            buy = alice.limit(1, ask + 200, market=ETH_SPOT, time_in_force=0)
            await alice.done(buy)
            (fill,) = await alice.trades()
            self.assertEqual((fill.market_id, fill.size, fill.market_kind), (ETH_SPOT, "0.1000", "spot"))
            self.assertEqual((await alice.order(1)).market_index, ETH_SPOT)
            assets = {it.symbol: it for it in (await alice.account()).assets}
            balances = {name: Decimal(it) for name, it in world.truth("alice")["balances"].items()}
            self.assertEqual(Decimal(assets["ETH"].balance), balances["ETH"])
            self.assertLess(balances["USDC"], FUNDS)
            self.assertEqual(await alice.holds(), 0)
            conditional = alice.signer.create_sl_order(ETH_SPOT, 2, SIZE, ask - 5000, ask - 5100, True)
            self.assertIn("21618", await alice.refused(conditional))


if __name__ == "__main__":
    unittest.main()

"""ccxt's story of GRVT: what it loads, sends, reads and watches, in its own units and words."""

import asyncio
import time
import unittest

import ccxt
from stage import soon, soon_async
from world import BTC, BTC_ID, ETH, SOL, World, heard


class Public(unittest.TestCase):
    def test_markets_and_prices(self):
        with World(780, limited=True) as world:
            anybody = world.client(privateKey="")
            markets = anybody.load_markets()
            self.assertEqual(set(markets), {BTC, ETH, SOL})
            btc = markets[BTC]
            self.assertEqual((btc["id"], btc["swap"], btc["linear"], btc["settle"]), (BTC_ID, True, True, "USDT"))
            self.assertEqual((btc["precision"]["price"], btc["precision"]["amount"]), (0.1, 0.001))
            self.assertEqual((btc["precision"]["base"], btc["limits"]["cost"]["min"]), (1e-9, 100))
            self.assertEqual(anybody.currencies["USDT"]["numericId"], 3)

            soon(lambda: len(anybody.fetch_trades(BTC)) > 3)
            world.crowd(BTC_ID, "pause")
            book, ticker = anybody.fetch_order_book(BTC, 50), anybody.fetch_ticker(BTC)
            self.assertEqual((ticker["bid"], ticker["ask"]), (book["bids"][0][0], book["asks"][0][0]))
            self.assertLess(abs(ticker["timestamp"] / 1000 - time.time()), 60)
            self.assertEqual(book["bids"], sorted(book["bids"], reverse=True))
            trades = anybody.fetch_trades(BTC)
            self.assertEqual((trades[-1]["price"], trades[-1]["symbol"]), (ticker["last"], BTC))
            self.assertLessEqual({it["side"] for it in trades}, {"buy", "sell"})
            candles = anybody.fetch_ohlcv(BTC, "1m")
            opened, first, high, low, close, volume = candles[-1]
            self.assertEqual((opened % 60_000, close), (0, ticker["last"]))
            self.assertTrue(low <= first <= high and 0 < volume)
            self.assertIsInstance(anybody.fetch_funding_rate_history(BTC), list)


class Private(unittest.TestCase):
    def test_orders_and_what_comes_of_them(self):
        with World(781) as world:
            alice = world.client()
            price = world.room_inside()
            taken = alice.create_order(BTC, "limit", "buy", 0.013, price - 55.1, {"postOnly": True})
            self.assertEqual((taken["side"], taken["amount"], taken["status"]), ("buy", 0.013, "pending"))
            (order,) = soon(lambda: alice.fetch_open_orders(BTC))
            self.assertEqual((order["price"], order["remaining"]), (round(price - 55.1, 1), 0.013))
            self.assertEqual((order["clientOrderId"], order["postOnly"]), (taken["clientOrderId"], True))
            self.assertEqual(alice.fetch_order(order["id"])["clientOrderId"], order["clientOrderId"])
            (truth,) = world.truth("alice")["open_orders"]
            self.assertEqual(str(truth["client_id"]), order["clientOrderId"])
            alice.cancel_order(order["id"])
            soon(lambda: alice.fetch_order(order["id"])["status"] == "canceled")
            self.assertEqual(alice.fetch_open_orders(), [])

            world.order("bob", BTC_ID, "sell", str(price), "0.05")
            alice.create_order(BTC, "market", "buy", 0.05)
            (trade,) = soon(lambda: alice.fetch_my_trades(BTC))
            self.assertEqual((trade["amount"], trade["price"], trade["takerOrMaker"]), (0.05, price, "taker"))
            self.assertIn(trade["id"], [it["id"] for it in alice.fetch_trades(BTC)])
            self.assertAlmostEqual(trade["fee"]["cost"], 0.05 * price * 0.00045, 5)
            (position,) = alice.fetch_positions([BTC])
            self.assertEqual((position["side"], position["entryPrice"]), ("long", price))
            bought = alice.fetch_order(trade["order"])
            self.assertEqual((bought["status"], bought["filled"], bought["average"]), ("closed", 0.05, price))
            self.assertAlmostEqual(alice.fetch_balance()["USDT"]["total"], 1_000_000 - trade["fee"]["cost"], 4)

            for away in (100, 200):
                alice.create_order(BTC, "limit", "buy", 0.01, price - away)
            soon(lambda: len(alice.fetch_open_orders()) == 2)
            alice.cancel_all_orders()
            soon(lambda: alice.fetch_open_orders() == [])
            statuses = [it["status"] for it in alice.fetch_orders(BTC)]
            self.assertEqual(statuses, ["canceled", "closed", "canceled", "canceled"])
            self.assertEqual(alice.set_leverage(5, ETH)["info"], {"success": True})
            # ccxt's `fetch_leverages` puts all markets under one key: its parser is asked row by row.
            own = {"sub_account_id": alice.options["accountId"]}
            rows = alice.privateTradingPostFullV1GetAllInitialLeverage(own)["results"]
            leverages = {it["symbol"]: it for it in map(alice.parse_leverage, rows)}
            self.assertEqual((leverages[ETH]["longLeverage"], leverages[ETH]["marginMode"]), (5, "cross"))

    def test_a_builders_order_is_signed_in_another_way(self):
        with World(784) as world:
            alice = world.client()
            price = world.room_inside() - 100
            alice.sign_in()
            self.assertFalse(alice.options["builderFee"], "it asked for leave, which nobody gives here")
            alice.options.update(builderFee=True, approvedBuilderFee=True)
            taken = alice.create_order(BTC, "limit", "buy", 0.01, price)
            self.assertEqual((taken["status"], taken["info"]["builder"]), ("pending", alice.options["builder"]))
            (order,) = soon(lambda: [it for it in alice.fetch_orders(BTC) if it["status"] == "rejected"])
            self.assertEqual(order["clientOrderId"], taken["clientOrderId"])
            reason = order["info"]["state"]["reject_reason"]
            self.assertEqual(reason, "BUILDER_ORDER_BUILDER_NOT_AUTHORIZED", "nobody has been let take a fee")
            alice.fee_amount_multiplier = lambda: 10_200
            with self.assertRaises(ccxt.BaseError) as refused:
                alice.create_order(BTC, "limit", "buy", 0.01, price)
            self.assertIn('"code":2002', str(refused.exception), "the fee is signed")
            self.assertEqual(world.truth("alice")["open_orders"], [])

    def test_an_order_waits_for_its_trigger(self):
        with World(787) as world:
            alice = world.client()
            price = world.room_inside()
            alice.create_order(BTC, "market", "buy", 0.05)
            soon(lambda: alice.fetch_positions([BTC]))
            # By direction: ccxt 4.5.90 takes `stopLossPrice` of a sale for the venue's TAKE_PROFIT.
            below = {"triggerPrice": price - 500, "triggerDirection": "descending", "triggerPriceType": "MARK"}
            taken = alice.create_order(BTC, "market", "sell", 0.05, None, below | {"reduceOnly": True})
            (order,) = soon(lambda: [it for it in alice.fetch_open_orders() if it["status"] == "open"])
            trigger = order["info"]["metadata"]["trigger"]
            self.assertEqual((trigger["trigger_type"], trigger["tpsl"]["trigger_by"]), ("STOP_LOSS", "MARK"))
            self.assertEqual(float(trigger["tpsl"]["trigger_price"]), price - 500)
            self.assertEqual(order["clientOrderId"], taken["clientOrderId"])
            self.assertEqual(alice.fetch_positions([BTC])[0]["contracts"], 0.05)
            alice.cancel_order(order["id"])
            soon(lambda: alice.fetch_order(order["id"])["status"] == "canceled")

    def test_who_is_let_in(self):
        with World(782) as world:
            alice, bob = world.client(), world.client("bob")
            self.assertTrue(alice.sign_in())
            keys = world.keys("alice")
            told = (alice.options["userMainAccountId"], alice.options["accountId"])
            self.assertEqual(told, (keys["main_account_id"].lower(), keys["sub_account_id"]))
            price = world.room_inside() - 100
            bob.options["accountId"] = keys["sub_account_id"]
            with self.assertRaises(ccxt.PermissionDenied) as refused:
                bob.create_order(BTC, "limit", "buy", 0.01, price)
            self.assertIn('"code":2003', str(refused.exception))
            alice.options["AuthCookieValue"] = "gravity=over"
            with self.assertRaises(ccxt.AuthenticationError) as refused:
                alice.fetch_open_orders()
            self.assertIn('"code":1000', str(refused.exception))
            self.assertEqual(world.truth("alice")["open_orders"], [])

    def test_a_chain_that_is_not_meant(self):
        with World(783) as world:
            alice = world.client()
            self.assertTrue(alice.sign_in())
            alice.isSandboxModeEnabled = not alice.isSandboxModeEnabled
            with self.assertRaises(ccxt.BaseError) as refused:
                alice.create_order(BTC, "limit", "buy", 0.01, world.room_inside() - 100)
            self.assertRegex(str(refused.exception), '"code":(1012|2002)')
            self.assertEqual(world.truth("alice")["open_orders"], [])


class Streams(unittest.IsolatedAsyncioTestCase):
    async def test_what_everybody_may_watch(self):
        async with World(785) as world:
            anybody = world.pro()
            await anybody.load_markets()
            trades = set()
            told = lambda rows: trades.update(it["id"] for it in rows) or len(trades) > 3
            await heard(lambda: anybody.watch_trades(BTC), told)
            ticker = await heard(lambda: anybody.watch_ticker(BTC), lambda it: it if it["bid"] else None)
            self.assertLess(ticker["bid"], ticker["ask"])
            candles = await heard(lambda: anybody.watch_ohlcv(BTC, "1m"), list)
            self.assertEqual(candles[-1][0] % 60_000, 0)
            world.crowd(BTC_ID, "pause")
            book = await anybody.fetch_order_book(BTC, 100)
            top = lambda it: (it["bids"][:10], it["asks"][:10])
            # ccxt knows a subscription by its selector alone: it must not be that of the ticker.
            watch = lambda: anybody.watch_order_book(BTC, params={"interval": 100})
            await heard(watch, lambda it: top(it) == top(book))
            self.assertLessEqual(trades, {it["id"] for it in await anybody.fetch_trades(BTC)})

    async def test_what_becomes_of_ones_orders(self):
        async with World(786) as world:
            alice = world.pro()
            await alice.load_markets_and_sign_in()
            price = world.room_inside()
            watching = [
                asyncio.create_task(heard(call, wanted))
                for call, wanted in (
                    # By market, since ccxt knows a subscription by its selector alone.
                    (lambda: alice.watch_orders(BTC), lambda it: [row for row in it if row["status"] == "closed"]),
                    (alice.watch_my_trades, lambda it: list(it)),
                    (alice.watch_positions, lambda it: [row for row in it if row["contracts"]]),
                )
            ]
            socket = lambda: alice.clients.get(alice.urls["api"]["ws"]["privateTrading"])
            await soon_async(self.subscribed(socket, 3))
            await alice.create_order(BTC, "limit", "buy", 0.02, price, {"postOnly": True})
            await soon_async(lambda: alice.fetch_open_orders(BTC))
            world.order("bob", BTC_ID, "sell", str(price), "0.02")
            (order, *_), (trade, *_), (position, *_) = await asyncio.gather(*watching)
            self.assertEqual((order["filled"], order["average"], order["symbol"]), (0.02, price, BTC))
            self.assertEqual((trade["order"], trade["amount"], trade["takerOrMaker"]), (order["id"], 0.02, "maker"))
            self.assertEqual((position["symbol"], position["contracts"], position["side"]), (BTC, 0.02, "long"))
            (known,) = await alice.fetch_my_trades(BTC)
            self.assertEqual((known["id"], known["fee"]), (trade["id"], trade["fee"]))

    def subscribed(self, socket, count):
        async def asked():
            return socket() is not None and len(socket().subscriptions) >= count

        return asked


if __name__ == "__main__":
    unittest.main()
